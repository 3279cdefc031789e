"""A verifier that shares no code with the project, written from the pages in specs/ alone.

  verify.py certificate TEXT_FILE --list LIST --anchor PEM [--at RFC3339]
  verify.py list LIST --anchor PEM [--at RFC3339]

Prints one line of JSON; exits 0 when all is well and 1 when not.
"""

import argparse
import datetime
import json
import sys
import zlib

import base45
import cbor2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

ALGORITHM, KID, CHAIN = 1, 4, 33
ES256, EDDSA = (-7, -9), (-8, -19)
HCERT, EU_DCC, NATIONAL = -260, 1, -84
LIST_SIGNER = "1.3.6.1.4.1.59999.84.1"


class Refused(Exception):
    """The input is not to be believed; the message says why."""


def plain(value):
    """cbor2 may hand out frozen containers; these compare and index the same way everywhere."""
    if hasattr(value, "items"):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def sign1(data):
    """The four parts of a tagged COSE_Sign1, and the headers decoded."""
    message = cbor2.loads(data)
    if not isinstance(message, cbor2.CBORTag) or message.tag != 18 or len(message.value) != 4:
        raise Refused("not a COSE_Sign1 with tag 18")
    protected, unprotected, payload, signature = message.value
    return protected, plain(cbor2.loads(protected)), plain(unprotected), payload, signature


def check_signature(key, algorithm, protected, payload, signature):
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    try:
        if isinstance(key, ed25519.Ed25519PublicKey) and algorithm in EDDSA:
            key.verify(signature, signed)
        elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm in ES256 and len(signature) == 64:
            halves = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            key.verify(encode_dss_signature(*halves), signed, ec.ECDSA(hashes.SHA256()))
        else:
            raise Refused(f"algorithm {algorithm} does not fit the key")
    except InvalidSignature as error:
        raise Refused("the signature is wrong") from error


def check_chain(chain, anchor, at):
    """leaf, then each issuer below the anchor; every certificate valid at `at` (shell model)."""
    for certificate, issuer in zip(chain, chain[1:] + [anchor]):
        certificate.verify_directly_issued_by(issuer)
        if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            raise Refused(f"{issuer.subject.rfc4514_string()} is no authority")
    for certificate in chain + [anchor]:
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            raise Refused(f"{certificate.subject.rfc4514_string()} is not valid at {at}")


def read_list(data, anchor, at):
    protected, headers, unprotected, payload, signature = sign1(data)
    chain = headers.get(CHAIN, unprotected.get(CHAIN))
    chain = [chain] if isinstance(chain, bytes) else chain
    chain = [x509.load_der_x509_certificate(der) for der in chain]
    check_chain(chain, anchor, at)
    usages = chain[0].extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if LIST_SIGNER not in [usage.dotted_string for usage in usages]:
        raise Refused("the list is not signed by a list signer")
    check_signature(chain[0].public_key(), headers[ALGORITHM], protected, payload, signature)
    return plain(cbor2.loads(payload))


def key_of(entry):
    kind, *numbers = entry
    raw = numbers[0]
    if kind == 1:
        return ed25519.Ed25519PublicKey.from_public_bytes(raw)
    if kind == 2:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    raise Refused(f"key kind {kind} is not for this program")


def check_certificate(text, signers, at):
    if not text.startswith("HC1:"):
        raise Refused("no HC1: prefix")
    protected, headers, unprotected, payload, signature = sign1(zlib.decompress(base45.b45decode(text[4:])))
    kid = headers.get(KID, unprotected.get(KID))
    claims = plain(cbor2.loads(payload))
    kinds = claims[HCERT]
    profile = 1 if NATIONAL in kinds else 2
    moment = int(at.timestamp())
    fitting = [signer for signer in signers[7] if signer[1] == kid]
    if not fitting:
        raise Refused(f"no signer {kid.hex()} in the list")
    for signer in fitting:
        if not signer[4] & profile or (signer[3] and not signer[3] & 1):
            continue
        if not signer[5] <= moment <= signer[6]:
            continue
        check_signature(key_of(signer[7]), headers[ALGORITHM], protected, payload, signature)
        if not claims[6] <= moment + 300 or not moment <= claims[4]:
            raise Refused("not in force")
        return {"profile": {1: "national", 2: "eu-dcc"}[profile], "kid": kid.hex(), "signer": signer[8],
                "issuer": claims[1], "content": kinds[NATIONAL if profile == 1 else EU_DCC]}
    raise Refused("no signer with this kid may sign this")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["certificate", "list"])
    parser.add_argument("file")
    parser.add_argument("--list")
    parser.add_argument("--anchor", required=True)
    parser.add_argument("--at")
    options = parser.parse_args()
    now = datetime.datetime.now(datetime.timezone.utc)
    at = datetime.datetime.fromisoformat(options.at) if options.at else now
    with open(options.anchor, "rb") as file:
        anchor = x509.load_pem_x509_certificate(file.read())
    try:
        with open(options.file if options.what == "list" else options.list, "rb") as file:
            signers = read_list(file.read(), anchor, at)
        if options.what == "list":
            kids = [signer[1].hex() for signer in signers[7]]
            answer = {"issuer": signers[2], "sequence": signers[3], "signers": kids}
        else:
            with open(options.file, encoding="ascii") as file:
                answer = check_certificate(file.read().strip(), signers, at)
    except (Refused, KeyError, TypeError, ValueError, InvalidSignature, zlib.error) as error:
        print(json.dumps({"ok": False, "why": f"{type(error).__name__}: {error}"}))
        return 1
    print(json.dumps({"ok": True, **answer}, ensure_ascii=False, default=str))
    return 0


if __name__ == "__main__":
    sys.exit(main())
