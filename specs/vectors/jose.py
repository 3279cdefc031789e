"""JSON signatures: base64url, compact JWS, canonical JSON (RFC 7515, RFC 8785)."""

import base64
import hashlib
import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def minified(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def der_signature(key, message):
    return key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def signature(key, message):
    """ES256 as JOSE wants it: r and s side by side."""
    r, s = decode_dss_signature(der_signature(key, message))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def jwk(key):
    numbers = key.public_key().public_numbers()
    x, y = (base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    # The thumbprint of RFC 7638: the required members in the order of their names.
    kid = base64url(hashlib.sha256(minified({"crv": "P-256", "kty": "EC", "x": x, "y": y}).encode()).digest())
    return {"kty": "EC", "kid": kid, "use": "sig", "alg": "ES256", "crv": "P-256", "x": x, "y": y}


def canonical(value):
    """RFC 8785 for values whose only numbers are integers: keys by their UTF-16 code units."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    return minified(value)
