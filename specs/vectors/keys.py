"""Keys from published seeds. For tests only: everybody can sign with them."""

import hashlib

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def seed(name):
    return hashlib.sha256(b"La Chan test vectors: " + name.encode()).digest()


def ed25519_key(name):
    return ed25519.Ed25519PrivateKey.from_private_bytes(seed(name))


def ec_key(name, curve=ec.SECP256R1()):
    # A SHA-256 value is below the order of P-256 but for one in 2^32, and of P-384 always.
    return ec.derive_private_key(int.from_bytes(seed(name), "big"), curve)


def raw_public(private):
    """The public key as the list of signers writes it."""
    public = private.public_key()
    if isinstance(public, ed25519.Ed25519PublicKey):
        return public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
