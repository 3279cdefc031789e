"""What another implementation says about COSE_Sign1 messages: cbor2 takes them apart, cryptography checks the signature.
It is as plain as can be, so that every difference to the project's own parser is a rule of the parser's.

Reads lines `KIND KEY MESSAGE` (ed25519 or p256; the rest in hexadecimal) and prints one line for each: `good`,
`bad-signature`, `other-algorithm`, or `refused:` and why.
"""

import sys

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

ALGORITHMS = {"ed25519": (-8, -19), "p256": (-7, -9)}


class Refused(Exception):
    """Not a message; the words say why."""


def decode(data, what):
    try:
        return cbor2.loads(data)
    except Exception as error:
        raise Refused(f"{what} is no CBOR: {type(error).__name__}") from error


def is_map(value):
    return hasattr(value, "items")


def parts(data):
    message = decode(data, "message")
    if isinstance(message, cbor2.CBORTag) and message.tag == 61:
        message = message.value
        if not isinstance(message, cbor2.CBORTag):
            raise Refused("tag")
    if isinstance(message, cbor2.CBORTag):
        if message.tag != 18:
            raise Refused("tag")
        message = message.value
    if not isinstance(message, (list, tuple)) or len(message) != 4:
        raise Refused("shape")
    protected, unprotected, payload, signature = message
    if not all(isinstance(part, bytes) for part in (protected, payload, signature)) or not is_map(unprotected):
        raise Refused("parts")
    headers = decode(protected, "protected header") if protected else {}
    if not is_map(headers):
        raise Refused("header")
    return protected, headers, unprotected, payload, signature


def is_signed(kind, key, message, signature):
    try:
        if kind == "ed25519":
            ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        else:
            if len(signature) != 64:
                return False
            halves = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
            public.verify(encode_dss_signature(*halves), message, ec.ECDSA(hashes.SHA256()))
        return True
    except InvalidSignature:
        return False


def answer(kind, key, data):
    protected, headers, unprotected, payload, signature = parts(data)
    algorithm = headers.get(1, unprotected.get(1))
    if isinstance(algorithm, (bool, float)) or algorithm not in ALGORITHMS[kind]:
        return "other-algorithm"
    # RFC 9052 section 4.4: an empty map is written as an empty string.
    signed = cbor2.dumps(["Signature1", b"" if protected == b"\xa0" else protected, b"", payload])
    return "good" if is_signed(kind, key, signed, signature) else "bad-signature"


def main():
    for line in sys.stdin:
        kind, key, message = line.rstrip("\n").split(" ")
        try:
            print(answer(kind, bytes.fromhex(key), bytes.fromhex(message)))
        except Refused as refused:
            print(f"refused: {refused}")


main()
