"""What was taken back, and what cannot be known of it. Page revocation.md."""

import zlib

import base45

import foreign
import pki
import shc
import vds_nc
from certificates import AT, DAY, EXPIRES, ID, ISSUED, VACCINATION, change, claims, dcc, eu, message, national, seal, vn
from . import trust
from .envelope import SEAL
from .signatures import ORDER
from .trust import bloom, cards, hashes, revocation, status_list

PLACE = {65535: {"status_list": {"idx": 7, "uri": trust.STATUS_URI}}}


def place(extra, body=None, by=pki.EU, **changes):
    return seal(message({**claims(body or dcc(), **changes), **extra}, by))


def signature_of(text):
    return zlib.decompress(base45.b45decode(text[4:]))[-64:]


def data():
    """Revocation data by name."""
    ours = lambda *arguments, **options: revocation([status_list(1, *arguments, **options)])
    yield "nothing", revocation()
    yield "entry 7 is 1", ours({7: 1})
    yield "entry 7 is 1, two bits", ours({7: 1}, 2)
    yield "entry 7 is 1, four bits", ours({7: 1}, 4)
    yield "entry 7 is 1, eight bits", ours({7: 1}, 8)
    yield "entry 7 is 2", ours({7: 2}, 2)
    yield "entry 7 is 3", ours({7: 3}, 2)
    yield "entry 7 is 15", ours({7: 15}, 4)
    yield "entry 7 is 255", ours({7: 255}, 8)
    yield "entry 7 is 0", ours()
    yield "entry 7 is 0, list of before", ours(issued=ISSUED - 1)
    yield "entry 7 is 0, list of before was fresh until a second ago", ours(issued=ISSUED - 1, fresh_until=AT - 1)
    yield "entry 7 is 0, list of before is fresh and has ended", ours(issued=ISSUED - 1, fresh_until=AT, expires=AT - 1)
    yield "entry 7 is 1, list of before is fresh", ours({7: 1}, issued=ISSUED - 1, fresh_until=AT)
    yield "entry 7 is 0, list has ended", ours(expires=AT - 1)
    yield "entry 7 is 1, list of before has ended", ours({7: 1}, issued=ISSUED - 1, expires=AT - 1)
    yield "list 2 alone", revocation([status_list(2)])
    yield "entry 7 is 1 by address", revocation([status_list(trust.STATUS_URI, {7: 1})])
    yield "entry 7 is 2 by address", revocation([status_list(trust.STATUS_URI, {7: 2}, 2)])
    yield "another address", revocation([status_list("https://example.com/statuslists/2")])
    half = signature_of(eu())[:32]
    yield "signature", revocation(hashed=[hashes(1, half)])
    yield "signature of EU's signer", revocation(hashed=[hashes(1, half, kid=pki.EU.kid)])
    yield "signature, national", revocation(hashed=[hashes(1, signature_of(vn())[:32])])
    yield "identifier", revocation(hashed=[hashes(2, ID)])
    yield "identifier, four bytes of it", revocation(hashed=[hashes(2, ID, width=4)])
    yield "country and identifier", revocation(hashed=[hashes(4, "VN" + ID)])
    yield "country and identifier among others", revocation(hashed=[hashes(7, "a", "b", "VN" + ID, "c")])
    yield "identifiers of other formats", revocation(hashed=[hashes(2, "VN-DDCC-0001",
            "urn:uuid:00010203-0405-0607-0809-0a0b0c0d0e0f", "U00000001")])
    yield "countries and identifiers of other formats", revocation(hashed=[hashes(4, "VNVN-DDCC-0001",
            "did:web:nzcp.example.orgurn:uuid:00010203-0405-0607-0809-0a0b0c0d0e0f", "VNMU00000001")])
    yield "signature of a card", revocation(hashed=[hashes(1, shc.signature(shc.KEY,
            shc.jws(shc.claims()).rpartition(".")[0].encode())[:32])])
    yield "filter of signatures", revocation(filters=[bloom(1, half)])
    yield "filter of signatures of EU's signer", revocation(filters=[bloom(1, half, kid=pki.EU.kid)])
    yield "filter of identifiers", revocation(filters=[bloom(2, ID, "a", "b")])
    yield "filter of identifiers, as the service writes it", revocation(filters=[bloom(2, ID, "a", "b", before=1)])
    yield "filter of countries and identifiers among others", revocation(filters=[bloom(7, "a", "VN" + ID)])
    of_cards = lambda *rids, **options: revocation(cards=[cards(*rids, **options)])
    yield "a card", of_cards("AQPCj4wwk6Mt")
    yield "a card among others", of_cards("-", "AQPCj4wwk6Ms", "AQPCj4wwk6Mt", "AQPCj4wwk6Mu", "_")
    yield "a card that was issued before a time", of_cards(f"AQPCj4wwk6Mt.{shc.ISSUED + 1}")
    yield "cards, by a list that has ended", of_cards("AQPCj4wwk6Mt", expires=AT - 1)
    yield "cards, by a list that is not the newest", of_cards("AQPCj4wwk6Mt", newest=4)
    yield "no card, by a list that is not the newest", of_cards(newest=4)
    yield "no card, by a list that has ended", of_cards(expires=AT - 1)
    yield "no card, by a list of before that was fresh until a second ago", of_cards(issued=shc.ISSUED - 1, fresh_until=AT - 1)
    yield "cards, by a list that is not held", revocation(cards=[[shc.ISSUER, trust.SHC_KID, 1, None]])
    yield "all signers", revocation(signers=sorted([kid, None] for kid in {item[1] for item in trust.SIGNERS}))
    yield "EU's signer from the issue", revocation(signers=[[pki.EU.kid, ISSUED]])
    yield "the key of passes from tomorrow", revocation(signers=[[trust.SIGNERS[10][1], AT + DAY]])
    yield "place", revocation(sites=[{1: VACCINATION["is"]}])
    yield "place, in a window", revocation(sites=[{1: VACCINATION["is"], 3: ISSUED, 4: ISSUED}])
    yield "prefix", revocation(sites=[{2: ID[:20]}])
    yield "prefix and place", revocation(sites=[{1: VACCINATION["is"], 2: "URN:UVCI:01:VN:"}])
    yield "places of other formats", revocation(sites=[{1: "Trạm Y tế A"}, {1: "VN-HN-01"}])


def cases():
    ours, given = place({-65537: [1, 7]}), lambda name, **more: {"revocation": name, **more}
    for bits in ["", ", two bits", ", four bits", ", eight bits"]:
        yield "revoked by its status list" + bits, ours, "revoked", given("entry 7 is 1" + bits)
    yield "revoked by its status list, national", place({-65537: [1, 7]}, national(),
            pki.NATIONAL), "revoked", given("entry 7 is 1")
    yield "revoked by a list that has ended and is older than the certificate", ours, "revoked", given(
            "entry 7 is 1, list of before has ended")
    yield "revoked by a list with an address", place(PLACE), "revoked", given("entry 7 is 1 by address")
    yield "suspended", ours, "suspended", given("entry 7 is 2")
    yield "suspended by a list with an address", place(PLACE), "suspended", given("entry 7 is 2 by address")
    yield "suspended, and expired besides", place({-65537: [1, 7]}, k4=AT - 1), "suspended", given("entry 7 is 2")
    for value in ["3", "15", "255"]:
        yield f"status {value}", ours, "revocation-unknown", given("entry 7 is " + value)
    yield "no list of that number", ours, "revocation-unknown", given("list 2 alone")
    yield "no list at all", ours, "revocation-unknown", given("nothing")
    yield "no list of that address", place(PLACE), "revocation-unknown", given("another address")
    yield "an address that is ours by number only", place(PLACE), "revocation-unknown", given("entry 7 is 0")
    yield "an index one beyond the list", place({-65537: [1, 64]}), "revocation-unknown", given("entry 7 is 0")
    yield "an index of 2^64 - 1", place({-65537: [1, 2**64 - 1]}), "revocation-unknown", given("entry 7 is 0")
    yield "an index whose bit is beyond 2^64", place({-65537: [1, 2**62]}), "revocation-unknown", given("entry 7 is 2")
    yield "a list with the largest number", place({-65537: [2**64 - 1, 7]}), "revocation-unknown", given("entry 7 is 0")
    yield "a list older than the certificate", ours, "revocation-unknown", given("entry 7 is 0, list of before")
    yield "a list older than the certificate that was fresh until a second ago", ours, "revocation-unknown", given(
            "entry 7 is 0, list of before was fresh until a second ago")
    yield "a list older than the certificate that is fresh and has ended", ours, "revocation-unknown", given(
            "entry 7 is 0, list of before is fresh and has ended")
    yield "a list older than the certificate that is fresh and revokes it", ours, "revoked", given(
            "entry 7 is 1, list of before is fresh")
    yield "an index one beyond a list that is older than the certificate and fresh", place({-65537: [1, 64]}), "revocation-unknown", given(
            "entry 7 is 1, list of before is fresh")
    yield "a list that has ended", ours, "revocation-unknown", given("entry 7 is 0, list has ended")
    yield "a mechanism that is not known, data held", place({65535: {"status_assertion": {"x": 1}}}), "revocation-unknown", given(
            "entry 7 is 0")
    yield "a token in place of its list's entry", place({65535: {"status_list": {"idx": 7,
            "uri": ""}}}), "revocation-unknown", given("entry 7 is 0")
    yield "its status not known, and a test by a signer for vaccinations", place({-65537: [1, 7]}, dcc("t"),
            pki.EU_VACCINATION), "signer-purpose", given("nothing")
    yield "its status not known, and vaccinated tomorrow", place({-65537: [1, 7]},
            dcc(dt="2026-11-25")), "dates-implausible", given("nothing")
    yield "its signature in a list of hashes", eu(), "revoked", given("signature")
    yield "its signature in its signer's list of hashes", eu(), "revoked", given("signature of EU's signer")
    good = signature_of(eu())
    other = good[:32] + (ORDER - int.from_bytes(good[32:], "big")).to_bytes(32, "big")
    yield "its signature in a list of hashes, and s turned into its negative", eu(signature=other), "revoked", given("signature")
    yield "its signature in a list of hashes, without a tag", eu(tag=None), "revoked", given("signature")
    yield "its signature in a list of hashes, national", vn(), "revoked", given("signature, national")
    yield "its identifier in a list of hashes", eu(), "revoked", given("identifier")
    yield "its identifier in a list of hashes, by another signer", eu(by=pki.EU_VACCINATION), "revoked", given("identifier")
    yield "its identifier in a list of hashes of four bytes", eu(), "revoked", given("identifier, four bytes of it")
    yield "its identifier in a list of hashes, national", vn(), "revoked", given("identifier")
    yield "its country and identifier in a list of hashes", eu(), "revoked", given("country and identifier")
    yield "its country and identifier in a mixed list of hashes", eu(dcc("t")), "revoked", given(
            "country and identifier among others")
    yield "its country and identifier in a list of hashes, national", vn(), "revoked", given("country and identifier")
    for name in ["signatures", "signatures of EU's signer", "identifiers", "identifiers, as the service writes it",
            "countries and identifiers among others"]:
        yield "hit by a filter of " + name, eu(), "revoked", given("filter of " + name)
    yield "hit by a filter of identifiers, national", vn(), "revoked", given("filter of identifiers")
    yield "hit by a filter of identifiers, and expired", seal(message(claims(dcc(), k4=AT - 1),
            pki.EU)), "revoked", given("filter of identifiers")
    ddcc, nzcp = foreign.who({3: foreign.DDCC}), foreign.nzcp()
    for name, text in [("a DDCC", ddcc), ("a pass", nzcp), ("a seal", SEAL)]:
        yield name + ", its identifier in a list of hashes", text, "revoked", given("identifiers of other formats")
        yield name + ", its country and identifier in a list of hashes", text, "revoked", given(
                "countries and identifiers of other formats")
    yield "a card, its signature in a list of hashes", shc.symbol(shc.jws(shc.claims())), "revoked", given("signature of a card")
    card = shc.symbol(shc.jws(shc.claims(vc={"rid": "AQPCj4wwk6Mt"})))
    for name, reason in [
            ("a card", "revoked"), ("a card among others", "revoked"), ("a card that was issued before a time", "revoked"),
            ("cards, by a list that has ended", "revoked"), ("cards, by a list that is not the newest", "revoked"),
            ("no card, by a list that is not the newest", "revocation-unknown"),
            ("no card, by a list that has ended", "revocation-unknown"),
            ("no card, by a list of before that was fresh until a second ago", "revocation-unknown"),
            ("cards, by a list that is not held", "revocation-unknown")]:
        yield "a card, revoked or not: " + name, card, reason, given(name)
    yield "a card whose list is not held, and that has expired", shc.symbol(shc.jws(shc.claims(vc={"rid": "AQPCj4wwk6Mt"},
            exp=AT - 1))), "certificate-expired", given("cards, by a list that is not held")
    yield "a card that is revoked, and has expired", shc.symbol(shc.jws(shc.claims(vc={"rid": "AQPCj4wwk6Mt"},
            exp=AT - 1))), "revoked", given("a card")
    for name, text in [("an EU certificate", eu()), ("national", vn()), ("Swiss light", foreign.light()),
            ("a yellow card", foreign.who({-6: foreign.BUILD})), ("a DDCC", ddcc), ("a pass", nzcp),
            ("a card", shc.symbol(shc.jws(shc.claims()))), ("a seal", SEAL)]:
        yield name + " whose signer is revoked", text, "signer-revoked", given("all signers")
    yield "its signer is revoked from the second of its issue on", eu(), "signer-revoked", given("EU's signer from the issue")
    yield "a pass, which never says when it was issued, of a key revoked from tomorrow on", nzcp, "signer-revoked", given(
            "the key of passes from tomorrow")
    yield "its signer is revoked, and it has expired", seal(message(claims(dcc(), k4=AT - 1),
            pki.EU)), "signer-revoked", given("all signers")
    yield "its signer is revoked, and its dates cannot be", eu(dcc(dt="2026-11-25")), "signer-revoked", given("all signers")
    yield "its signer is revoked, and its list is not held", ours, "signer-revoked", given("all signers")
    yield "its signer is revoked, and has expired", eu(by=pki.EXPIRED), "signer-revoked", given("all signers")
    yield "its signer is revoked, and the signature is wrong", eu(signature=bytes(63) + b"\1"), "signature-invalid", given(
            "all signers")
    yield "its signer is revoked, and rules were asked for", eu(), "signer-revoked", given("all signers", rules="refuses-all")
    yield "its place is revoked", eu(), "revoked", given("place")
    yield "its place is revoked, a test", eu(dcc("t")), "revoked", given("place")
    yield "its place is revoked for one second, its own", eu(), "revoked", given("place, in a window")
    yield "its place is revoked in a window, and it does not say when it was issued", seal(message(claims(dcc(), k6=None),
            pki.EU)), "revoked", given("place, in a window")
    yield "its identifier begins as a revoked place's", vn(), "revoked", given("prefix")
    yield "its identifier and place are revoked together", eu(), "revoked", given("prefix and place")
    yield "a DDCC of a revoked place", ddcc, "revoked", given("places of other formats")
    yield "a yellow card of a revoked authority", foreign.who({-6: foreign.BUILD}), "revoked", given("places of other formats")
    yield "revoked by what the list brings along", eu(), "signer-revoked", {"list": "revokes"}
    yield "revoked by what the list before brought along", eu(), "signer-revoked", {"held": "revokes",
            "list": "newer, forgets what was revoked"}
