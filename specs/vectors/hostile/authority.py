"""The trust side lies: chains of certificates, and lists of signers that are old, forked, mixed or not signed. Pages
signer-list.md, vds-nc.md."""

import base64
import copy
import hashlib
import json
from types import SimpleNamespace

from cryptography import x509

import certificates
import foreign
import pki
import vds_nc
from cbor import Raw, Tag, encode
from certificates import AT, DAY, change, claims, dcc, eu, flipped, message, seal
from keys import ec_key, ed25519_key
from . import trust
from .envelope import SEAL
from .trust import entry

LIST = [pki.LIST_SIGNER]


def content(signers=None, **changes):
    """One signer is enough where the lie is elsewhere."""
    return trust.content([entry(pki.EU)] if signers is None else signers, **changes)


def signed(payload=None, **options):
    return trust.signed(content() if payload is None else payload, **options)


def holder(name, issuer, years=(2025, 2035), authority=None, usages=LIST, demo=True):
    return pki.Holder(("DEMO " if demo else "") + "hostile: " + name, ed25519_key(name) if authority is None else ec_key(name),
            issuer, years, authority, usages)


def damaged(holder):
    """The certificate with one bit of its signature turned, and the same key."""
    der = bytearray(holder.der)
    der[-1] ^= 1
    return with_der(holder, bytes(der))


def with_der(holder, der):
    return SimpleNamespace(der=der, kid=hashlib.sha256(der).digest()[:8], alg=holder.alg, sign=holder.sign)


# Another root in the same name, and one for real people.
STRANGER = holder("stranger's root", None, (2021, 2041), authority=5, usages=())
REAL_ROOT = holder("root", None, (2021, 2041), authority=1, usages=(), demo=False)
REAL_CA = holder("health signing CA", REAL_ROOT, (2021, 2041), authority=0, usages=(), demo=False)
REAL_LIST = holder("list signer", REAL_CA, demo=False)
REAL_SIGNER = holder("document signer", REAL_CA, usages=(), demo=False)
STRANGER_LIST = holder("stranger's list signer", STRANGER)


def chains():
    """Name, list, reason, anchor."""
    ca = pki.HEALTH_CA
    good = lambda by, *above, **options: signed(by=by, chain=[one.der for one in above], **options)
    yield "a list by a signer without that usage", good(holder("no usage", ca, usages=()), ca), "trust-chain-invalid"
    yield "a list by a signer of documents", good(pki.EU, ca), "trust-chain-invalid"
    yield "a list by an authority", good(holder("an authority", ca, authority=0), ca), "trust-chain-invalid"
    yield "a list by the health authority itself", good(ca), "trust-chain-invalid"
    yield "a list by the root itself", signed(by=pki.ROOT, chain=[]), "trust-chain-invalid"
    yield "a list whose chain misses a link", good(pki.LIST), "trust-chain-invalid"
    yield "a list of another root", good(STRANGER_LIST), "trust-chain-invalid"
    yield "a list of another root, which comes along", good(STRANGER_LIST, STRANGER), "trust-chain-invalid"
    yield "a list by a certificate that signed itself", good(pki.Holder("DEMO hostile: alone", ed25519_key("alone"), None,
            (2025, 2035), None, LIST)), "trust-chain-invalid"
    yield "a list by a certificate with a wrong signature", good(damaged(pki.LIST), ca), "trust-chain-invalid"
    yield "a list below an authority with a wrong signature", good(pki.LIST, damaged(ca)), "trust-chain-invalid"
    yield "a list below a signer of documents", good(holder("below a signer", pki.EU), pki.EU, ca), "trust-chain-invalid"
    below = holder("authority below", ca, (2021, 2041), authority=0, usages=())
    yield "a list below one authority too many", good(holder("too far below", below), below, ca), "trust-chain-invalid"
    # In the name of the health authority, by another key.
    impostor = SimpleNamespace(certificate=ca.certificate, key=ec_key("impostor"))
    yield "a list in the name of the authority by another key", good(holder("of the impostor", impostor),
            ca), "trust-chain-invalid"
    yield "a list by a certificate that is none", signed(header={33: [b"\x30\x03\x02\x01\x01", ca.der]}), "trust-chain-invalid"
    yield "a list by a certificate with a byte behind it", good(with_der(pki.LIST, pki.LIST.der + b"\0"),
            ca), "trust-chain-invalid"
    yield "a list by a certificate cut short", good(with_der(pki.LIST, pki.LIST.der[:-3]), ca), "trust-chain-invalid"
    yield "a list below a certificate that is none", signed(header={33: [pki.LIST.der, b"x"]}), "trust-chain-invalid"
    links, chain = STRANGER, []
    for step in range(4):
        links = holder(f"link {step}", links, (2021, 2041), authority=4 - step, usages=())
        chain.insert(0, links)
    yield "a list four authorities below its root", good(holder("at the end of four", links),
            *chain), "trust-chain-invalid", "stranger"
    yield "a list with ten certificates", good(pki.LIST, *[ca] * 9), "trust-list-malformed"
    yield "a list by a signer that has expired", good(holder("expired list signer", ca, (2021, 2023)), ca), "trust-list-expired"
    yield "a list by a signer of the future", good(holder("future list signer", ca, (2030, 2035)), ca), "clock-wrong"
    old = holder("expired authority", pki.ROOT, (2021, 2023), authority=0, usages=())
    yield "a list below an authority that has expired", good(holder("below the expired", old), old), "trust-list-expired"
    yield "a list of production below a demonstration root", good(holder("real list signer", ca, demo=False),
            ca), "environment-mixed"
    real = holder("real authority", pki.ROOT, (2021, 2041), authority=0, usages=(), demo=False)
    yield "a list below an authority of production", good(holder("below the real", real), real), "environment-mixed"
    yield "a demonstration list signer below a root for real people", signed(content(k6=0, k7=[]),
            by=holder("demo list signer", REAL_CA), chain=[REAL_CA.der]), "environment-mixed", "production"


def seals():
    csca = (vds_nc.CSCA, vds_nc.CSCA_KEY)
    make = lambda **options: vds_nc.seal(hdr={"is": "VNM"}, **options)
    base64url, der = vds_nc.base64url, vds_nc.SIGNER.public_bytes(vds_nc.Encoding.DER)
    turned = bytearray(der)
    turned[-1] ^= 1
    yield "a seal with a certificate made by oneself, names and identifiers copied", make(key=vds_nc.ROGUE_KEY,
            certificate=vds_nc.ROGUE), "signature-invalid"
    yield "a seal with a certificate that signed itself", make(key=vds_nc.ROGUE_KEY,
            certificate=vds_nc.certificate("DEMO vectors: CSCA of Utopia", vds_nc.ROGUE_KEY)), "signer-unknown"
    yield "a seal with a certificate whose signature is wrong", make(sig={"cer": base64url(bytes(turned))}), "signature-invalid"
    yield "a seal below a genuine seal's signer", make(key=vds_nc.ROGUE_KEY,
            certificate=vds_nc.certificate("DEMO vectors: below", vds_nc.ROGUE_KEY,
            (vds_nc.SIGNER, vds_nc.KEY))), "signer-unknown"
    for name, data in [("that is none", b"\x30\x03\x02\x01\x01"), ("of no byte", b""), ("cut short", der[:-9]),
            ("with a byte behind", der + b"\0"), ("twice", der + der)]:
        yield f"a seal with a certificate {name}", make(sig={"cer": base64url(data)}), "certificate-malformed"
    for name, when, reason in [("that has expired", "expired", "signer-expired"),
            ("not yet in force", "future", "signer-not-yet-valid")]:
        yield f"a seal below an authority {name}", SEAL, reason, {"list": "authority-" + when}
    yield "a seal below an authority that counts for other formats only", SEAL, "signer-unknown", {"list": "wrong-profiles"}
    yield "a seal below an authority of another state", SEAL, "signer-purpose", {"list": "authority-of-france"}


def chain():
    yield from seals()
    text = eu()
    for name, _, reason, *anchor in chains():
        yield name, text, reason, {"list": name, **({"anchor": anchor[0]} if anchor else {})}


def value_set(**changes):
    """An array of one value set."""
    whole = {"valueSetId": "vaccines-covid-19-names", "valueSetDate": "2026-11-01",
             "valueSetValues": {"a": {"display": "A"}, "b": {"display": "B"}}, **changes}
    return json.dumps([whole]).encode()


def broken():
    """Name, list, reason: lists that are refused whatever was held before."""
    whole = signed()
    rogue = SimpleNamespace(der=pki.LIST.der, kid=pki.LIST.kid, alg=-8, sign=ed25519_key("rogue list signer").sign)
    turned = whole[:-1] + bytes([whole[-1] ^ 1])
    yield "a list with one bit of its signature turned", turned, "trust-list-signature"
    yield "a list with a signature of zeros", signed(signature=bytes(64)), "trust-list-signature"
    yield "a list signed by another key", signed(by=rogue), "trust-list-signature"
    yield "a list whose content was changed", whole.replace("DEMO Bộ Y tế".encode(),
            "DEMO Bộ Y Tế".encode()), "trust-list-signature"
    yield "a list that names another algorithm", signed(header={1: -7}), "trust-list-signature"
    yield "a list that names no algorithm", signed(header={1: None}), "trust-list-signature"
    yield "a list that names another key", signed(header={4: pki.EU.kid}), "trust-list-signature"
    yield "a list of nothing", b"", "trust-list-malformed"
    yield "a list that is a text", b"eyJhbGciOiJFZERTQSJ9.e30.AAAA", "trust-list-malformed"
    yield "a list cut short", whole[:-1], "trust-list-malformed"
    yield "a list with a byte behind", whole + b"\0", "trust-list-malformed"
    yield "a list without a tag", signed(tag=None), "trust-list-malformed"
    yield "a list with tag 61", signed(tag=61), "trust-list-malformed"
    yield "a list with something outside of its signature", signed(unprotected={3: 0}), "trust-list-malformed"
    yield "a list without certificates", signed(header={33: None}), "trust-list-malformed"
    yield "a list with an empty chain", signed(header={33: []}), "trust-list-malformed"
    yield "a list with its tag longer than need be", b"\xd8\x12" + whole[1:], "trust-list-malformed"
    yield "a certificate of vaccination for a list", foreign.zlib.decompress(foreign.base45.b45decode(eu()[
            4:])), "trust-list-malformed"
    for name, payload in [
            ("of version 2", content(k1=2)), ("without signers", content(k7=None)), ("with an unknown key", content(k11=1)),
            ("without an issuer", content(k2=None)),
            ("that must be renewed before it was issued", content(k5=AT - DAY)), ("of environment 2", content(k6=2)),
            ("with a sequence below zero", content(k3=-1)),
            ("with a sequence that is a float", content(k3=Raw(b"\xf9\x47\x00"))),
            ("with a kid of seven bytes", content([entry(pki.EU, k1=bytes(7))])),
            ("with a signer for no format", content([entry(pki.EU, k4=0)])),
            ("with a country in lower case", content([entry(pki.EU, k2="vn")])),
            ("with a compressed key", content([entry(pki.EU, k7=[2, b"\x02" + bytes(32)])])),
            ("with a key of an unknown kind", content([entry(pki.EU, k7=[9, bytes(32)])])),
            ("with RSA of 1,024 bits", content([entry(pki.EU, k7=[4, b"\xc5" + bytes(126) + b"\x01", b"\x01\x00\x01"])])),
            ("that says a field twice", Raw(encode(content())[:1].replace(b"\xa7",
            b"\xa8") + encode(content())[1:] + b"\x07\x80")), ("with a byte behind its content", Raw(encode(content()) + b"\0")),
            ("whose rules are a text", content(k9="[]")),
            ("whose value sets are a text", content(k10="[]")), ("whose value sets are no JSON", content(k10=b"[")),
            ("whose value sets are no array", content(k10=value_set()[1:-1])),
            ("with a value set that is not known", content(k10=value_set(valueSetId="vaccine-product"))),
            ("with a value set twice", content(k10=b"[" + value_set()[1:-1] + b"," + value_set()[1:])),
            ("with a value set of no day", content(k10=value_set(valueSetDate="2026-02-30"))),
            ("with a value set dated after it", content(k10=value_set(valueSetDate="2026-11-24"))),
            ("with a value set without codes", content(k10=value_set(valueSetValues={}))),
            ("with a value set of 5,001 codes", content(k10=value_set(valueSetValues={str(code): {"display": ""} for code in range(5001)}))),
            ("with a value set that says a code twice", content(k10=value_set().replace(b'"b"', b'"\\u0061"'))),
            ("with a value set larger than a mebibyte", content(k10=value_set() + bytes([32]) * (1 << 20))),
            ("whose revocation part is empty", content(k8=b"")), ("whose revocation part is no CBOR", content(k8=b"\xff")),
            ("whose revocation part is cut short", content(k8=trust.revocation()[:-1])),
            ("whose revocation part is of version 2", content(k8=encode({1: 2, 2: [], 3: [], 4: [], 5: []}))),
            ("whose revocation part leaves out the signers", content(k8=encode({1: 1, 2: [], 3: [], 5: []}))),
            ("whose revocation part has an unknown key", content(k8=encode({1: 1, 2: [], 3: [], 4: [], 5: [], 8: []}))),
            ("whose revocation part is not in order", content(k8=trust.revocation(signers=[[b"\1" * 8, None],
            [bytes(8), None]]))),
            ("with a status list that is a bomb", content(k8=trust.revocation([[1, AT, None, 1,
            foreign.zlib.compress(bytes(4 << 20), 9)]]))),
            ("with a status list that does not inflate", content(k8=trust.revocation([[1, AT, None, 1, b"x\xda\xff"]]))),
            ("with a status list of three bits", content(k8=trust.revocation([[1, AT, None, 3, foreign.zlib.compress(b"x")]]))),
            ("with hashes of three bytes", content(k8=trust.revocation(hashed=[trust.hashes(2, "a", width=3)]))),
            ("with a hash cut short", content(k8=trust.revocation(hashed=[[None, 2, None, 16, bytes(17)]]))),
            ("with a status list that is fresh until null", content(k8=trust.revocation([[*trust.status_list(1), None]]))),
            ("with a status list of seven parts", content(k8=trust.revocation([[*trust.status_list(1), AT, AT]]))),
            ("with an empty array of cards", content(k8=encode({1: 1, 2: [], 3: [], 4: [], 5: [], 6: []}))),
            ("with cards of nobody", content(k8=trust.revocation(cards=[trust.cards(issuer="")]))),
            ("with cards of a key twice", content(k8=trust.revocation(cards=[trust.cards(), trust.cards()]))),
            ("with a list of cards that is newer than the newest", content(k8=trust.revocation(cards=[trust.cards(number=4)]))),
            ("with a list of cards without an end", content(k8=trust.revocation(cards=[trust.cards(expires=None)]))),
            ("with cards out of order", content(k8=trust.revocation(cards=[trust.cards("b", "a")]))),
            ("with a card twice", content(k8=trust.revocation(cards=[trust.cards("a", "a.1")]))),
            ("with a card of no letters", content(k8=trust.revocation(cards=[trust.cards("")]))),
            ("with a card of 25 letters", content(k8=trust.revocation(cards=[trust.cards("a" * 25)]))),
            ("with a card in another alphabet", content(k8=trust.revocation(cards=[trust.cards("a+b")]))),
            ("with a card before no time", content(k8=trust.revocation(cards=[trust.cards("a.")]))),
            ("with a card before a time with zeros", content(k8=trust.revocation(cards=[trust.cards("a.01")]))),
            ("with a card before a time beyond the calendar", content(k8=trust.revocation(cards=[trust.cards("a.253402300800")]))),
            ("with an empty array of filters", content(k8=encode({1: 1, 2: [], 3: [], 4: [], 5: [], 7: []}))),
            ("with a filter of no bits", content(k8=trust.revocation(filters=[[None, 2, AT, 40, b""]]))),
            ("with a filter of half a word", content(k8=trust.revocation(filters=[[None, 2, AT, 40, bytes(6)]]))),
            ("with a filter of no rounds", content(k8=trust.revocation(filters=[trust.bloom(2, "a", rounds=0)]))),
            ("with a filter of 128 rounds", content(k8=trust.revocation(filters=[trust.bloom(2, "a", rounds=128)]))),
            ("with a filter that hits everything", content(k8=trust.revocation(filters=[[None, 7, None, 127, b"\xff" * 64]]))),
            ("with a filter that is half full", content(k8=trust.revocation(filters=[[None, 7, None, 20, b"\x55" * 64]]))),
            ("with a filter twice", content(k8=trust.revocation(filters=[trust.bloom(2, "a")] * 2))),
            ("with filters out of order", content(k8=trust.revocation(filters=[trust.bloom(2, "a"), trust.bloom(1, "a")]))),
            ("with a rule for no place", content(k8=trust.revocation(sites=[{3: AT}]))),
            ("with a place of an empty name", content(k8=trust.revocation(sites=[{1: ""}])))]:
        yield "a list " + name, signed(payload), "trust-list-malformed"
    yield "a list of signers' status for a list of signers", signed({2: trust.STATUS_URI, 6: AT - DAY,
            65533: {"lst": foreign.zlib.compress(bytes(8)), "bits": 1}}), "trust-list-malformed"
    yield "a list for production, signed for demonstration", signed(content(k6=0)), "environment-mixed"
    yield "a list of tomorrow", signed(content(k4=AT + 1, k5=AT + DAY)), "clock-wrong"


def lists():
    """Lists that cases name and that are refused by none or by what was held."""
    one = trust.SIGNERS
    profiles = lambda item: change(item, {4: 2 if item[4] != 2 else 1})
    yield "newer", signed(content(k3=8, k4=AT - DAY + 1))
    yield "newer, other signers", signed(content([entry(pki.NATIONAL, 1, 1)], k3=8, k4=AT - DAY + 1))
    yield "older", signed(content(k3=6, k4=AT - 2 * DAY))
    yield "fork", signed(content(one[1:]))
    yield "greater number, issued earlier", signed(content(k3=9, k4=AT - 2 * DAY))
    yield "smaller number, issued later", signed(content(k3=6, k4=AT - DAY + 60))
    yield "by another ministry", signed(content(k2="DEMO Bộ Y tế 2", k3=8))
    yield "of another root", signed(content(k3=8), by=STRANGER_LIST, chain=[])
    yield "old", signed(content(k4=AT - 40 * DAY, k5=AT - 8 * DAY))
    yield "no signers", signed(content([]))
    yield "flood", signed(content([change(entry(pki.holder(f"decoy {at}", ec_key(f"decoy {at}"))),
            {1: pki.EU.kid}) for at in range(17)] + [entry(pki.EU)]))
    yield "flood of authorities", signed(content([trust.authority(vds_nc.CSCA, ec_key(f"decoy {at}")) for at in range(17)]))
    yield "off the curve", signed(content([entry(pki.EU, k7=[2, b"\x04" + bytes(31) + b"\x01" + bytes(31) + b"\x01"]),
            entry(pki.NATIONAL, 1, 1)]))
    yield "production with a demonstration signer", signed(content([entry(pki.EU)], k2="Bộ Y tế", k6=0), by=REAL_LIST,
            chain=[REAL_CA.der])
    yield "production called demonstration", signed(content([], k2="Bộ Y tế", k6=1), by=REAL_LIST, chain=[REAL_CA.der])
    yield "production", signed(content([entry(REAL_SIGNER)], k2="Bộ Y tế", k6=0), by=REAL_LIST, chain=[REAL_CA.der])
    yield "only-swiss-light", signed(content([entry(pki.EU, profiles=64)]))
    yield "all-but-swiss-light", signed(content([entry(pki.EU, profiles=255 - 64)]))
    yield "wrong-profiles", signed(content([profiles(item) for item in one[1:]]))
    yield "only-vaccinations", signed(content([change(item, {3: 1}) for item in one[1:]]))
    yield "only-tests", signed(content([change(item, {3: 2}) for item in one[1:]]))
    expired = dict(k5=pki.EXPIRED.not_before, k6=pki.EXPIRED.not_after)
    future = dict(k5=pki.FUTURE.not_before, k6=pki.FUTURE.not_after)
    csca = lambda **changes: signed(content([trust.authority(vds_nc.CSCA, vds_nc.CSCA_KEY, **changes)]))
    yield "authority-expired", csca(**expired)
    yield "authority-future", csca(**future)
    yield "authority-of-france", csca(k2="FR")
    yield "no longer", signed(content([entry(pki.EU, **expired)]))
    yield "revokes", signed(content(k8=trust.revocation(signers=[[pki.EU.kid, None]])))
    yield "newer, forgets what was revoked", signed(content(k3=8, k4=AT - DAY + 1, k8=trust.revocation()))


def list_():
    text = eu()
    for name, _, reason in broken():
        yield name, text, reason, {"list": name}
    yield "no list", text, "trust-list-missing", {"list": None}
    yield "no list, and no certificate either", text[:60] + "_", "base45-invalid", {"list": None}
    yield "a list that is refused, and no certificate either", text[:61] + "_", "base45-invalid", {"list": "a list cut short"}
    for name, offered, reason in [("an older list", "older", "trust-list-rolled-back"),
            ("a second list of one number", "fork", "trust-list-rolled-back"),
            ("a list of a greater number, issued earlier", "greater number, issued earlier", "trust-list-rolled-back"),
            ("a list of a smaller number, issued later", "smaller number, issued later", "trust-list-rolled-back"),
            ("a list by another ministry", "by another ministry", "trust-list-foreign-issuer")]:
        yield name + " than one seen before" if "number" not in name else name, text, reason, {"seen": "usual", "list": offered}
    yield "a list of another root that is believed too", text, "trust-list-foreign-issuer", {"seen": "usual",
            "list": "of another root", "anchor": "both"}
    yield "a signer that only the older list has", text, "signer-unknown", {"held": "newer, other signers", "list": "older"}
    yield "a signer that only a forked list has", text, "signer-unknown", {"held": "no signers", "list": "fork"}
    yield "a signer that a newer list leaves out", text, "signer-unknown", {"held": "usual", "list": "newer, other signers"}
    yield "a list that is too old", text, "trust-list-expired", {"list": "old"}
    yield "a list that is too old, signer unknown", eu(by=pki.UNKNOWN), "trust-list-expired", {"list": "old"}
    yield "a list that is too old, certificate expired", seal(message(claims(dcc(), k4=AT - 1),
            pki.EU)), "trust-list-expired", {"list": "old"}
    yield "a list that is too old, signature wrong", flipped(text), "signature-invalid", {"list": "old"}
    yield "a list that is too old, a card of another issuer", foreign.nzcp(
            k1="did:web:other.example.org"), "trust-list-expired", {"list": "old"}
    yield "a clock set back after the list was loaded", text, "clock-wrong", {"at": AT - DAY - 1, "loaded": AT}
    yield "a clock set back, signer unknown", eu(by=pki.UNKNOWN), "clock-wrong", {"at": AT - DAY - 1, "loaded": AT}
    yield "a clock set back to before an expired certificate ended", seal(message(claims(dcc(), k4=AT - 2 * DAY),
            pki.EU)), "clock-wrong", {"at": AT - 3 * DAY, "loaded": AT}
    yield "a clock before the list when it is loaded", text, "clock-wrong", {"at": AT - DAY - 1}
    yield "a list that has ended, at its last moment and one second", text, "trust-list-expired", {"at": AT + 13 * DAY + 1,
            "loaded": AT}
    yield "a list for real people with a demonstration signer", text, "environment-mixed", {
            "list": "production with a demonstration signer", "anchor": "production"}
    yield "a list for real people that calls itself demonstration", text, "environment-mixed", {
            "list": "production called demonstration", "anchor": "production"}
    yield "a demonstration certificate where real ones are believed", text, "signer-unknown", {"list": "production",
            "anchor": "production"}
    yield "a demonstration list where the root is one for real people", text, "trust-chain-invalid", {"anchor": "production"}
    yield "a list of nobody", text, "signer-unknown", {"list": "no signers"}
    yield "seventeen keys under one kid", eu(by=pki.UNKNOWN, protected={1: -7,
            4: pki.EU.kid}), "budget-exceeded", {"list": "flood"}
    yield "seventeen authorities under one key identifier", SEAL, "budget-exceeded", {"list": "flood of authorities"}
    yield "a signer whose key is off its curve", text, "signer-unknown", {"list": "off the curve"}
    yield "a signer that the list ends", text, "signer-expired", {"list": "no longer"}


ANCHORS = {"demo": pki.ROOT.pem, "stranger": STRANGER.pem, "both": pki.ROOT.pem + STRANGER.pem, "production": REAL_ROOT.pem}
