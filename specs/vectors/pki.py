"""A demonstration chain from published seeds: root, health signing authority, list signer, document signers."""

import datetime
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from keys import ec_key, ed25519_key, seed

LIST_SIGNER = "1.3.6.1.4.1.59999.84.1"
VACCINATION = "1.3.6.1.4.1.1847.2021.1.2"


class Holder:
    """A key with its certificate."""

    def __init__(self, name, key, issuer, years, authority=None, usages=()):
        self.name, self.key = name, key
        issuer_name, issuer_key = (issuer.certificate.subject, issuer.key) if issuer else (subject(name), key)
        first, last = (datetime.datetime(year, 1, 1, tzinfo=datetime.timezone.utc) for year in years)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject(name)).issuer_name(issuer_name).public_key(key.public_key())
            .serial_number(int.from_bytes(seed("serial of " + name)[:16], "big") >> 1)
            .not_valid_before(first).not_valid_after(last)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
            .add_extension(x509.BasicConstraints(authority is not None, authority), critical=True)
            .add_extension(key_usage(authority is not None), critical=True))
        if usages:
            usages = x509.ExtendedKeyUsage([ObjectIdentifier(usage) for usage in usages])
            builder = builder.add_extension(usages, critical=False)
        elliptic = isinstance(issuer_key, ec.EllipticCurvePrivateKey)
        self.certificate = builder.sign(
            issuer_key, hashes.SHA256() if elliptic else None, ecdsa_deterministic=True if elliptic else None)
        self.der = self.certificate.public_bytes(Encoding.DER)
        self.pem = self.certificate.public_bytes(Encoding.PEM).decode()
        self.kid = hashlib.sha256(self.der).digest()[:8]
        self.alg = -8 if isinstance(key, ed25519.Ed25519PrivateKey) else -7
        self.not_before, self.not_after = int(first.timestamp()), int(last.timestamp())

    def sign(self, message):
        """As COSE wants it: for ECDSA r and s side by side (RFC 9053 section 2.1)."""
        if self.alg == -8:
            return self.key.sign(message)
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def subject(name):
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), x509.NameAttribute(NameOID.COMMON_NAME, name)])


def key_usage(authority):
    names = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    wanted = ["key_cert_sign", "crl_sign"] if authority else ["digital_signature"]
    return x509.KeyUsage(**{name: name in wanted for name in names})


ROOT = Holder("DEMO Lá Chắn vectors: root", ec_key("root"), None, (2021, 2041), authority=1)
HEALTH_CA = Holder("DEMO Lá Chắn vectors: health signing CA", ec_key("health CA"), ROOT, (2021, 2041), authority=0)


def holder(name, key, years=(2025, 2035), usages=()):
    return Holder(f"DEMO {name}", key, HEALTH_CA, years, usages=usages)


LIST = holder("list signer", ed25519_key("list signer"), usages=[LIST_SIGNER])
EU = holder("EU, any kind", ec_key("EU, any kind"))
EU_VACCINATION = holder("EU, vaccination", ec_key("EU, vaccination"), usages=[VACCINATION])
NATIONAL = holder("national", ed25519_key("national"), usages=[VACCINATION])
EXPIRED = holder("expired", ec_key("expired"), (2021, 2023))
FUTURE = holder("not yet valid", ec_key("not yet valid"), (2030, 2035))
UNKNOWN = holder("in no list", ec_key("in no list"))
