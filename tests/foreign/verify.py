"""A verifier that shares no code with the project, written from the pages in specs/ alone. It is for certificates and
lists that the project issues, and so it is strict: none of the tolerances for other countries' certificates.

  verify.py certificate TEXT_FILE --list LIST --anchor PEM|DER [--at RFC3339]
  verify.py list LIST --anchor PEM|DER [--at RFC3339]

Prints one line of JSON; exits 0 when all is well and 1 when not.
"""

import argparse
import datetime
import hashlib
import io
import json
import re
import sys
import zlib

import base45
import cbor2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

ALGORITHM, CRITICAL, KID, CHAIN = 1, 2, 4, 33
ES256, EDDSA = (-7, -9), (-8, -19)
HCERT, EU_DCC, NATIONAL = -260, 1, -84
PROFILES = {1: ("national", NATIONAL), 2: ("eu-dcc", EU_DCC)}
PURPOSES = {"v": 1, "t": 2, "r": 4}
LIST_SIGNER = "1.3.6.1.4.1.59999.84.1"
INFLATED_MAX = 16 * 1024
WEEK, MINUTES = 7 * 86400, 300


class Refused(Exception):
    """The input is not to be believed; the message says why."""


def need(true, why):
    if not true:
        raise Refused(why)


def plain(value):
    """cbor2 may hand out frozen containers; these compare and index the same way everywhere."""
    if hasattr(value, "items"):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def decode(data, what):
    """One CBOR item, nothing after it, deterministic (RFC 8949, 4.2.1): what is written again is the same."""
    stream = io.BytesIO(data)
    value = cbor2.CBORDecoder(stream).decode()
    # The decoder may read ahead; what it did not need lies behind the item as it would be written again.
    if isinstance(value, cbor2.CBORTag):
        again = cbor2.dumps(cbor2.CBORTag(value.tag, plain(value.value)), canonical=True)
    else:
        value = plain(value)
        again = cbor2.dumps(value, canonical=True)
    need(data[:len(again)] != again or len(data) == len(again), f"{what}: bytes after the end")
    need(data == again, f"{what}: not deterministic")
    return value


def sign1(data):
    """The headers and the parts of a tagged COSE_Sign1."""
    message = decode(data, "the message")
    need(isinstance(message, cbor2.CBORTag) and message.tag == 18, "not a COSE_Sign1 with tag 18")
    parts = plain(message.value)
    need(isinstance(parts, list) and len(parts) == 4, "not four parts")
    protected, unprotected, payload, signature = parts
    headers = decode(protected, "the protected header")
    need(CRITICAL not in headers and CRITICAL not in unprotected, "an unknown critical header")
    need(unprotected == {}, "something stands in the unprotected header")
    need(len(headers[KID]) == 8 and isinstance(headers[KID], bytes), "the key identifier is not 8 bytes")
    return headers, protected, payload, signature


def is_signed(key, algorithm, protected, payload, signature):
    """The key says which algorithm it is; the header must agree and never chooses."""
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            need(algorithm in EDDSA, f"algorithm {algorithm} does not fit the key")
            key.verify(signature, signed)
        elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
            need(algorithm in ES256, f"algorithm {algorithm} does not fit the key")
            need(len(signature) == 64, "a signature of another length")
            halves = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            key.verify(encode_dss_signature(*halves), signed, ec.ECDSA(hashes.SHA256()))
        else:
            raise Refused("this kind of key is not for this program")
    except InvalidSignature:
        return False
    return True


def is_demo(certificate):
    # A word: no letter right before or after it.
    word = re.compile(r"(?<![^\W\d_])DEMO(?![^\W\d_])")
    return any(word.search(name.value) for name in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME))


def check_chain(chain, anchor, at):
    """leaf, then each issuer below the anchor; every certificate valid at `at` (shell model)."""
    need(len(chain) in range(1, 5), "no chain, or too long a one")
    for certificate, issuer in zip(chain, chain[1:] + [anchor]):
        certificate.verify_directly_issued_by(issuer)
        name = issuer.subject.rfc4514_string()
        need(issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca, f"{name} is no authority")
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
        need(usage.key_cert_sign, f"{name} may not sign certificates")
        need(is_demo(certificate) == is_demo(issuer), "demonstration and production are mixed")
    for certificate in chain + [anchor]:
        valid = certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
        need(valid, f"{certificate.subject.rfc4514_string()} is not valid at {at}")


def read_list(data, anchor, at):
    headers, protected, payload, signature = sign1(data)
    need(set(headers) == {ALGORITHM, KID, CHAIN}, "other headers than those of a list")
    chain = headers[CHAIN]
    chain = [chain] if isinstance(chain, bytes) else chain
    need(headers[KID] == hashlib.sha256(chain[0]).digest()[:8], "the key identifier is of another certificate")
    chain = [x509.load_der_x509_certificate(der) for der in chain]
    check_chain(chain, anchor, at)
    usages = chain[0].extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    need(LIST_SIGNER in [usage.dotted_string for usage in usages], "the list is not signed by a list signer")
    signed = is_signed(chain[0].public_key(), headers[ALGORITHM], protected, payload, signature)
    need(signed, "the signature of the list is wrong")
    content = decode(payload, "the list")
    need(set(content) == set(range(1, 8)) and content[1] == 1, "not a list of version 1")
    need(all(set(signer) == set(range(1, 9)) for signer in content[7]), "a signer with other keys than it should have")
    need(content[6] == (1 if is_demo(anchor) else 0), "demonstration and production are mixed")
    moment = int(at.timestamp())
    need(content[4] <= moment, "the list is from the future")
    need(content[4] < content[5] and moment <= content[5] + WEEK, "the list is out of date")
    return content


def key_of(entry):
    kind, *numbers = entry
    if kind == 1:
        return ed25519.Ed25519PublicKey.from_public_bytes(numbers[0])
    if kind == 2:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), numbers[0])
    raise Refused(f"key kind {kind} is not for this program")


def inflate(data):
    stream = zlib.decompressobj()
    inflated = stream.decompress(data, INFLATED_MAX + 1)
    need(len(inflated) <= INFLATED_MAX, "it unpacks to too much")
    need(stream.eof and not stream.unused_data, "not one whole zlib stream")
    return inflated


def check_certificate(text, signers, at):
    need(text.startswith("HC1:"), "no HC1: prefix")
    headers, protected, payload, signature = sign1(inflate(base45.b45decode(text[4:])))
    kid = headers[KID]
    fitting = [signer for signer in signers[7] if signer[1] == kid]
    need(fitting, f"no signer {kid.hex()} in the list")
    fitting = [s for s in fitting if is_signed(key_of(s[7]), headers[ALGORITHM], protected, payload, signature)]
    need(fitting, "the signature is wrong")
    claims = decode(payload, "the claims")
    kinds, moment = claims[HCERT], int(at.timestamp())
    need(len(kinds) == 1 and set(kinds) <= {NATIONAL, EU_DCC}, "not exactly one certificate of a known kind")
    profile = 1 if NATIONAL in kinds else 2
    name, kind = PROFILES[profile]
    content = kinds[kind]
    event = 1 if profile == 1 else sum(bit for field, bit in PURPOSES.items() if field in content)
    need(claims[1] == "VN" and claims[6] < claims[4], "claims that cannot be")
    need(claims.get(5, claims[6]) <= moment + MINUTES and claims[6] <= moment + MINUTES, "not in force yet")
    need(moment <= claims[4], "expired")
    for signer in fitting:
        allowed = signer[4] & profile and (signer[3] == 0 or signer[3] & event == event) and event in (1, 2, 4)
        if allowed and signer[2] == "VN" and signer[5] <= moment <= signer[6]:
            return {"profile": name, "kid": kid.hex(), "signer": signer[8], "issuer": claims[1], "content": content}
    raise Refused("no signer with this key identifier may sign this now")


def read_anchor(path):
    with open(path, "rb") as file:
        data = file.read()
    is_pem = data.lstrip().startswith(b"-----")
    return x509.load_pem_x509_certificate(data) if is_pem else x509.load_der_x509_certificate(data)


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
    anchor = read_anchor(options.anchor)
    try:
        with open(options.file if options.what == "list" else options.list, "rb") as file:
            signers = read_list(file.read(), anchor, at)
        if options.what == "list":
            kids = [signer[1].hex() for signer in signers[7]]
            answer = {"issuer": signers[2], "sequence": signers[3], "signers": kids}
        else:
            with open(options.file, encoding="ascii") as file:
                answer = check_certificate(file.read().rstrip("\r\n"), signers, at)
    except Refused as error:
        print(json.dumps({"ok": False, "why": str(error)}))
        return 1
    except (KeyError, TypeError, ValueError, IndexError, InvalidSignature, cbor2.CBORError, zlib.error,
            x509.ExtensionNotFound) as error:
        print(json.dumps({"ok": False, "why": f"{type(error).__name__}: {error}"}))
        return 1
    print(json.dumps({"ok": True, **answer}, ensure_ascii=False, default=str))
    return 0


if __name__ == "__main__":
    sys.exit(main())
