"""Who signed lies: key identifiers, algorithms, the form of signatures, and signers that may not sign this. Pages hcert.md,
national.md, nzcp.md, shc.md, vds-nc.md, signer-list.md."""

import hashlib
import hmac

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import foreign
import pki
import shc
import vds_nc
from cbor import Raw, Tag, encode
from certificates import AT, change, claims, dcc, eu, message, national, seal, vn
from keys import ec_key, raw_public
from . import trust
from .envelope import SEAL

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
ORDER_25519 = 2**252 + 27742317777372353535851937790883648493
ROGUE = ec_key("rogue")


def card(header=(), claimed=(), **options):
    header = shc.minified(shc.change({"zip": "DEF", "alg": "ES256", "kid": shc.KID}, **dict(header)))
    return shc.symbol(shc.jws(shc.claims(**dict(claimed)), header, **options))


def kid():
    by, own = pki.EU, pki.EU.kid
    whole = hashlib.sha256(by.der).digest()
    for name, value in [("of seven bytes", own[:7]), ("of nine bytes", own + b"\0"), ("of no byte", b""), ("of zeros", bytes(8)),
            ("of thirty-two bytes, the whole hash", whole), ("in the reverse of its order", own[::-1]),
            ("as a text of hexadecimal digits", own.hex()), ("as base64", shc.base64url(own)),
            ("of 12,000 bytes", bytes(12000))]:
        yield "a kid " + name, eu(protected={1: -7, 4: value}), "signer-unknown"
    for name, value in [("a number", 7), ("null", None), ("an array", [own]), ("a tagged byte string", Tag(24, own))]:
        yield "a kid that is " + name, eu(protected={1: -7, 4: value}), "cose-malformed"
    yield "a kid under a label that is a text", eu(protected={1: -7, "4": own}), "signer-unknown"
    yield "the certificate of a stranger in its place", eu(by=pki.UNKNOWN,
            protected={1: -7, 33: pki.UNKNOWN.der}), "signer-unknown"
    yield "another signer's kid", eu(protected={1: -7, 4: pki.EU_VACCINATION.kid}), "signature-invalid"
    yield "the kid of who signs the list", eu(by=pki.LIST), "signer-unknown"
    yield "the kid of the health authority", eu(by=pki.HEALTH_CA), "signer-unknown"
    yield "a kid whose key counts in another format only", eu(protected={1: -7,
            4: hashlib.sha256(b"did:web:nzcp.example.org#key-1").digest()[:8]}), "signer-unknown"
    yield "the kid of an authority of seals", eu(protected={1: -7, 4: trust.SIGNERS[-1][1]}), "signature-invalid"
    yield "Swiss light by a stranger", foreign.chain("LT1:", message({1: "CH", 4: AT + 1, 6: AT - 60, -250: {1: foreign.LIGHT}},
            pki.UNKNOWN)), "signer-unknown"
    yield "a yellow card by a stranger", foreign.chain("HC1:", message(claims({-6: foreign.BUILD}),
            pki.UNKNOWN)), "signer-unknown"
    yield "a DDCC with the kid of WHO's tests", foreign.who({3: foreign.DDCC}, protected={1: -7},
            unprotected={4: b"11"}), "signer-unknown"
    yield "a pass by another issuer with the same kid", foreign.nzcp(k1="did:web:other.example.org"), "signer-unknown"
    yield "a pass whose issuer and kid are cut elsewhere", foreign.nzcp(k1="did:web:nzcp.example.org#",
            protected={1: -7, 4: b"ey-1"}), "signer-unknown"
    yield "a pass with another kid", foreign.nzcp(protected={1: -7, 4: b"key-2"}), "signer-unknown"
    yield "a pass with a kid that is no text", foreign.nzcp(protected={1: -7, 4: b"\xff\xfe"}), "signer-unknown"
    yield "a pass with the kid of its entry in the list", foreign.nzcp(protected={1: -7,
            4: hashlib.sha256(b"did:web:nzcp.example.org#key-1").digest()[:8]}), "signer-unknown"
    yield "a pass without a kid", foreign.nzcp(protected={1: -7}), "signer-unknown"
    yield "a pass without an issuer", foreign.nzcp(k1=None), "signer-unknown"
    yield "a card of another issuer with the same key", card(claimed={"iss": "https://other.example/shc"}), "signer-unknown"
    yield "a card of an issuer beneath the known one", card(claimed={"iss": shc.ISSUER + "/a"}), "signer-unknown"
    yield "a card of the known issuer in capitals", card(claimed={"iss": "https://DEMO.example/shc"}), "signer-unknown"
    yield "a card with half a thumbprint", card({"kid": shc.KID[:22]}), "signer-unknown"
    yield "a card with another thumbprint", card({"kid": shc.jwk(ROGUE)["kid"]}), "signer-unknown"
    yield "a card that brings its key", card({"jwk": {"kty": "EC"}, "kid": shc.jwk(ROGUE)["kid"]}), "signer-unknown"
    yield "a card that says where its key is", card({"jku": "https://evil.example/jwks.json",
            "kid": shc.jwk(ROGUE)["kid"]}), "signer-unknown"
    yield "a seal whose authority is not known", vds_nc.seal(hdr={"is": "VNM"},
            certificate=vds_nc.certificate("DEMO vectors: lone", ROGUE), key=ROGUE), "signer-unknown"


def algorithm():
    by, own = pki.EU, pki.EU.kid
    for name, number in [("none", 0), ("a MAC", 5), ("PS256", -37), ("ES384", -35), ("ES512", -36), ("RS256", -257),
            ("EdDSA", -19),
            ("a number of private use", -65537), ("the largest number", 2**63 - 1)]:
        yield f"{name} named for a P-256 key", eu(protected={1: number, 4: own}), "algorithm-mismatch"
    yield "no algorithm", eu(protected={4: own}), "algorithm-mismatch"
    yield "a number beyond 64 bits", eu(protected={1: Raw(b"\x1b" + b"\xff" * 8), 4: own}), "cose-malformed"
    secret = raw_public(by.key)
    payload, protected = encode(claims(dcc())), encode({1: 5, 4: own})
    mac = hmac.new(secret, encode(["MAC0", protected, b"", payload]), hashlib.sha256).digest()
    yield "a MAC with the public key for its secret", seal(message(payload, by, protected={1: 5, 4: own},
            signature=mac)), "algorithm-mismatch"
    yield "ES256 named for an Ed25519 key", eu(by=trust.EU_BY_EDDSA,
            protected={1: -7, 4: trust.EU_BY_EDDSA.kid}), "algorithm-mismatch"
    yield "national, ES256 named for an Ed25519 key", vn(protected={1: -7, 4: pki.NATIONAL.kid}), "algorithm-mismatch"
    yield "national, no algorithm", vn(protected={4: pki.NATIONAL.kid}), "algorithm-mismatch"
    yield "national, its algorithm outside of the signature", vn(protected={4: pki.NATIONAL.kid},
            unprotected={1: -8}), "algorithm-mismatch"
    yield "Swiss light with a MAC", foreign.chain("LT1:", message({1: "CH", 4: AT + 1, 6: AT - 60, -250: {1: foreign.LIGHT}}, by,
            protected={1: 5, 4: own})), "algorithm-mismatch"
    yield "a pass with EdDSA", foreign.nzcp(protected={1: -8, 4: b"key-1"}), "algorithm-mismatch"
    for name in ["none", "None", "HS256", "ES384", "es256", "EdDSA", ""]:
        yield f"a card with {name or 'an empty algorithm'}", card({"alg": name}), "algorithm-mismatch"
    secret = raw_public(shc.KEY)
    yield "a card with a MAC with the public key for its secret", card({"alg": "HS256"}, sign=lambda key,
            data: hmac.new(secret, data, hashlib.sha256).digest()), "algorithm-mismatch"
    for name in ["none", "ES384", "HS256"]:
        yield f"a seal with {name}", vds_nc.seal(hdr={"is": "VNM"}, sig={"alg": name}), "algorithm-mismatch"


def signature():
    by = pki.EU
    payload, protected = encode(claims(dcc())), encode({1: -7, 4: by.kid})
    structure = lambda *parts: encode(list(parts))
    good = by.sign(structure("Signature1", protected, b"", payload))
    r, s = good[:32], good[32:]
    number = lambda value: value.to_bytes(32, "big")
    der = by.key.sign(structure("Signature1", protected, b"", payload), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    for name, made in [
            ("no byte", b""), ("of 63 bytes", good[:-1]), ("of 65 bytes", good + b"\0"), ("with a byte before it", b"\0" + good),
            ("s before r", s + r), ("r alone", r), ("in genuine DER", der), ("as hexadecimal digits", good.hex().encode()),
            ("as base64url", shc.base64url(good).encode()), ("r is zero", bytes(32) + s), ("s is zero", r + bytes(32)),
            ("r is one and s is one", number(1) * 2), ("r and s are the order", number(ORDER) * 2),
            ("s and the order", r + number((int.from_bytes(s, "big") + ORDER) % 2**256)), ("all bits set", b"\xff" * 64),
            ("each half with a leading zero", b"\0" + r + b"\0" + s), ("in the other byte order", r[::-1] + s[::-1]),
            ("twice", good + good), ("of 8 KiB", bytes(8192))]:
        yield name, seal(message(payload, by, signature=made or Raw(b""))) if made else seal(encode(Tag(18,
                [protected, {}, payload, b""]))), "signature-invalid"
    for name, signed in [
            ("over the payload alone", payload), ("over another context", structure("Signature", protected, b"", payload)),
            ("over external data", structure("Signature1", protected, b"HC1", payload)),
            ("without the protected header", structure("Signature1", b"", b"", payload)),
            ("without external data", structure("Signature1", protected, payload)),
            ("over the message of a counter signature", structure("CounterSignature", protected, b"", b"", payload)),
            ("over the hash", hashlib.sha256(structure("Signature1", protected, b"", payload)).digest())]:
        yield name, seal(message(payload, by, signature=by.sign(signed))), "signature-invalid"
    yield "of the protected header in another order", eu(protected=b"\xa2\x04\x48" + by.kid + b"\x01\x26",
            signature=good), "signature-invalid"
    yield "of the same claims with an earlier expiry", seal(message(claims(dcc(), k4=AT + 9), by,
            signature=good)), "signature-invalid"
    yield "of the same claims for another name", seal(message(claims(dcc(nam={"fn": "TRẦN"})), by,
            signature=good)), "signature-invalid"
    yield "of the same claims, encoded longer", seal(message(b"\xb8\x04" + payload[1:], by, signature=good)), "signature-invalid"
    yield "of another format with the same claims", seal(message(claims({3: foreign.DDCC}), by,
            signature=good)), "signature-invalid"
    yield "by a key that the message brings", seal(message(payload, pki.UNKNOWN,
            protected={1: -7, 4: by.kid, 33: pki.UNKNOWN.der})), "signature-invalid"
    national_protected, national_payload = encode({1: -8, 4: pki.NATIONAL.kid}), encode(claims(national()))
    made = pki.NATIONAL.sign(structure("Signature1", national_protected, b"", national_payload))
    scalar = int.from_bytes(made[32:], "little")
    for name, changed in [("S and the order", made[:32] + (scalar + ORDER_25519).to_bytes(32, "little")),
            ("R is the identity and S is zero", b"\x01" + bytes(63)),
            ("of 63 bytes", made[:-1]), ("R and S the other way", made[32:] + made[:32])]:
        yield "Ed25519, " + name, vn(signature=changed), "signature-invalid"
    yield "Ed25519, of the hash", vn(signature=pki.NATIONAL.sign(hashlib.sha512(structure("Signature1", national_protected, b"",
            national_payload)).digest())), "signature-invalid"
    for name, text in [("Swiss light", foreign.light()), ("a yellow card", foreign.who({-6: foreign.BUILD})),
            ("a DDCC", foreign.who({3: foreign.DDCC}))]:
        prefix = text[:4]
        cose = bytearray(foreign.zlib.decompress(foreign.base45.b45decode(text[4:])))
        cose[-40] ^= 4
        yield name + ", one bit", foreign.chain(prefix, bytes(cose)), "signature-invalid"
    nzcp = bytearray(foreign.base64.b32decode(foreign.nzcp()[8:] + "=" * (-len(foreign.nzcp()[8:]) % 8)))
    nzcp[-1] ^= 1
    yield "a pass, one bit", "NZCP:/1/" + foreign.base64.b32encode(bytes(nzcp)).decode().rstrip("="), "signature-invalid"
    yield "a card in DER", card(sign=shc.der_signature), "signature-invalid"
    yield "a card without a signature", card(sign=lambda key, data: b""), "signature-invalid"
    yield "a card signed by another key", card(sign=lambda key, data: shc.signature(ROGUE, data)), "signature-invalid"
    yield "a card signed over its claims alone", card(sign=lambda key,
            data: shc.signature(key, data.split(b".")[1])), "signature-invalid"
    yield "a seal in DER", vds_nc.seal(hdr={"is": "VNM"}, sign=vds_nc.der_signature), "signature-invalid"
    yield "a seal signed over its message alone", vds_nc.seal(hdr={"is": "VNM"}, sign=lambda key,
            data: vds_nc.signature(key, vds_nc.canonical(vds_nc.VACCINATION).encode())), "signature-invalid"
    yield "a seal with another name", SEAL.replace("NGUYEN THI HONG NHUNG", "TRAN THI HONG NHUNG"), "signature-invalid"
    yield "a seal with a field that was not signed", SEAL.replace('"uvci"', '"x":1,"uvci"'), "signature-invalid"
    yield "a seal of another state", SEAL.replace('"VNM"', '"AUS"'), "signature-invalid"
    yield "a seal by another key than its certificate's", vds_nc.seal(hdr={"is": "VNM"}, key=ROGUE), "signature-invalid"


def purpose():
    who = lambda content, by: foreign.chain("HC1:", message(claims(content), by))
    yield "a recovery by a signer of tests", eu(dcc("r"), by=trust.TEST_ONLY), "signer-purpose"
    yield "a vaccination by a signer of tests", eu(by=trust.TEST_ONLY), "signer-purpose"
    yield "a yellow card by a signer of tests", who({-6: foreign.BUILD}, trust.TEST_ONLY), "signer-purpose"
    yield "a yellow card by a signer of the EU's format", who({-6: foreign.BUILD}, pki.EU_VACCINATION), "signer-purpose"
    yield "a DDCC by a signer of yellow cards", who({3: foreign.DDCC}, trust.YELLOW_CARD), "signer-purpose"
    yield "an EU certificate by a signer of yellow cards", eu(by=trust.YELLOW_CARD), "signer-purpose"
    yield "a national certificate by a signer of the EU's format", vn(by=trust.EU_BY_EDDSA), "signer-purpose"
    yield "a national certificate by a signer of France", vn(by=trust.NATIONAL_OF_FRANCE), "signer-purpose"
    yield "Swiss light by a signer of the EU's format", foreign.chain("LT1:",
            message({1: "CH", 4: AT + 1, 6: AT - 60, -250: {1: foreign.LIGHT}}, pki.EU_VACCINATION)), "signer-purpose"
    yield "an EU certificate by a signer of Swiss light", eu(), "signer-purpose", {"list": "only-swiss-light"}
    yield "Swiss light by a signer of everything else", foreign.light(), "signer-purpose", {"list": "all-but-swiss-light"}
    yield "a pass by a key of cards", foreign.nzcp(), "signer-purpose", {"list": "wrong-profiles"}
    yield "a card by a key of passes", card(), "signer-purpose", {"list": "wrong-profiles"}
    yield "a test by a key of vaccinations, card", shc.symbol(shc.jws(shc.claims(shc.PATIENT,
            shc.RESULT))), "signer-purpose", {"list": "only-vaccinations"}
    yield "a vaccination by a key of tests, card", card(), "signer-purpose", {"list": "only-tests"}
    yield "a test below an authority for vaccinations, seal", vds_nc.seal(vds_nc.TEST,
            hdr={"is": "VNM"}), "signer-purpose", {"list": "only-vaccinations"}
    yield "a vaccination below an authority for tests, seal", SEAL, "signer-purpose", {"list": "only-tests"}
    yield "a seal by a signer of documents", vds_nc.seal(hdr={"is": "VNM"}, certificate=vds_nc.PURPOSE), "signer-purpose"
    yield "a seal by a signer without any usage", vds_nc.seal(hdr={"is": "VNM"},
            certificate=vds_nc.certificate("DEMO vectors: no usage", vds_nc.KEY, (vds_nc.CSCA, vds_nc.CSCA_KEY),
            usage=None)), "signer-purpose"
    yield "a seal by the authority itself", vds_nc.seal(hdr={"is": "VNM"}, certificate=vds_nc.CSCA,
            key=vds_nc.CSCA_KEY), "signer-purpose"
    yield "a seal in the name of another state", vds_nc.seal(hdr={"is": "AUS"}), "signer-purpose"
    yield "a seal in the name of a state that is none", vds_nc.seal(hdr={"is": "XXX"}), "signer-purpose"
    yield "expired, by a signer who may not", seal(message(claims(dcc("t"), k4=AT - 1),
            pki.EU_VACCINATION)), "certificate-expired"
