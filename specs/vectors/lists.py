"""Payloads of the list of signers: page signer-list.md."""

from cryptography.hazmat.primitives.asymmetric import ec

from cbor import Raw, encode
from keys import ec_key, ed25519_key, raw_public

ISSUED, NEXT = 1795392000, 1795996800
KINDS = {1: "ed25519", 2: "p256", 3: "p384", 4: "rsa"}


def signer(**changes):
    values = {1: bytes.fromhex("66d2551253a559cd"), 2: "VN", 3: 1, 4: 1, 5: 1790000000, 6: 1850000000,
              7: [1, raw_public(ed25519_key("document signer, Ed25519"))], 8: "Sở Y tế Hà Nội"}
    return apply(values, changes)


def list_of(signers, **changes):
    return apply({1: 1, 2: "Bộ Y tế", 3: 42, 4: ISSUED, 5: NEXT, 6: 0, 7: signers}, changes)


def apply(values, changes):
    """Changes by name of the key, `k3=...`; a value of None takes the key out."""
    for name, value in changes.items():
        key = int(name[1:])
        if value is None:
            del values[key]
        else:
            values[key] = value
    return values


def content(values):
    bundled = {name: values[key].hex() for key, name in ((8, "revocation"), (9, "rules"), (10, "value_sets")) if key in values}
    return bundled | {
        "issuer": values[2], "sequence": values[3], "issued": values[4], "next_update": values[5],
        "environment": ["production", "demo"][values[6]],
        "signers": [{
            "kid": entry[1].hex(), "country": entry[2], "purposes": entry[3], "profiles": entry[4],
            "not_before": entry[5], "not_after": entry[6],
            "key": {"kind": KINDS[entry[7][0]], "parts": [part.hex() for part in entry[7][1:]]}, "name": entry[8],
        } | ({"issuer": entry[9]} if 9 in entry else {}) for entry in values[7]],
    }


def vectors():
    p256 = raw_public(ec_key("document signer, P-256"))
    p384 = raw_public(ec_key("document signer, P-384", ec.SECP384R1()))
    modulus = b"\xc5" + bytes(range(254)) + b"\x01"
    same_kid = bytes.fromhex("66d2551253a559cd")
    good = {
        "one signer": list_of([signer()]),
        "no signers": list_of([]),
        "every kind of key, two signers with one kid": list_of([
            signer(), signer(k1=same_kid, k2="FR", k3=0, k4=2, k7=[2, p256], k8=""),
            signer(k3=7, k4=3, k7=[3, p384]), signer(k7=[4, modulus, b"\x01\x00\x01"])]),
        "a signer for every format": list_of([signer(k4=255)]),
        "a key that counts in its issuer's name": list_of([signer(k4=4, k9="https://example.org/issuer")]),
        "a bundle with revocation and rules": list_of([signer()], k8=bytes.fromhex("a0"), k9=b"[]"),
        "a bundle with value sets alone": list_of([signer()], k10=b"[]"),
        "demonstration, largest sequence": list_of([], k3=2**64 - 1, k6=1),
    }
    plain = encode(list_of([signer()]))
    bad = {
        "version 2": (list_of([signer()], k1=2), "signer-list-version"),
        "no issuer": (list_of([signer()], k2=None), "signer-list-missing"),
        "no signers at all": (list_of([], k7=None), "signer-list-missing"),
        "no version": (list_of([], k1=None), "signer-list-missing"),
        "an unknown key": (list_of([], k11=1), "signer-list-unknown-key"),
        "an unknown key in a signer": (list_of([signer(k10=1)]), "signer-list-unknown-key"),
        "issuer of a signer is empty": (list_of([signer(k9="")]), "signer-list-field"),
        "revocation is no byte string": (list_of([], k8="a0"), "signer-list-cbor"),
        "value sets are no byte string": (list_of([], k10="[]"), "signer-list-cbor"),
        "issuer is empty": (list_of([], k2=""), "signer-list-field"),
        "issuer of 201 bytes": (list_of([], k2="a" * 201), "signer-list-field"),
        "next update is when it was issued": (list_of([], k5=ISSUED), "signer-list-field"),
        "environment 2": (list_of([], k6=2), "signer-list-field"),
        "issued before 1970": (list_of([], k4=-1), "signer-list-field"),
        "kid of seven bytes": (list_of([signer(k1=bytes(7))]), "signer-list-field"),
        "country in lower case": (list_of([signer(k2="vn")]), "signer-list-field"),
        "purpose bit 8": (list_of([signer(k3=8)]), "signer-list-field"),
        "no profile": (list_of([signer(k4=0)]), "signer-list-field"),
        "profile bit 256": (list_of([signer(k4=256)]), "signer-list-field"),
        "ends before it begins": (list_of([signer(k6=1789999999)]), "signer-list-field"),
        "unknown kind of key": (list_of([signer(k7=[5, bytes(32)])]), "signer-list-field"),
        "Ed25519 key of 31 bytes": (list_of([signer(k7=[1, bytes(31)])]), "signer-list-field"),
        "compressed point": (list_of([signer(k7=[2, b"\x02" + bytes(64)])]), "signer-list-field"),
        "RSA modulus with a leading zero": (list_of([signer(k7=[4, b"\x00" + modulus, b"\x03"])]), "signer-list-field"),
        "RSA modulus of 2040 bits": (list_of([signer(k7=[4, modulus[1:], b"\x03"])]), "signer-list-field"),
        "even exponent": (list_of([signer(k7=[4, modulus, b"\x02"])]), "signer-list-field"),
        "an integer longer than need be": (list_of([], k3=Raw(b"\x18\x01")), "signer-list-cbor"),
        "an array of indefinite length": (list_of(Raw(b"\x9f\xff")), "signer-list-cbor"),
        "a byte after the end": (Raw(plain + b"\x00"), "signer-list-cbor"),
        "cut short": (Raw(plain[:-1]), "signer-list-cbor"),
        "keys out of order": (Raw(b"\xa2\x02\x60\x01\x01"), "signer-list-cbor"),
        "a key twice": (Raw(b"\xa2\x01\x01\x01\x01"), "signer-list-cbor"),
    }
    return {
        "page": "signer-list.md",
        "made_by": "make.py",
        "good": [{"name": name, "payload": encode(values).hex(), "content": content(values)}
                 for name, values in good.items()],
        "bad": [{"name": name, "payload": encode(values).hex(), "error": error} for name, (values, error) in bad.items()],
    }
