"""Whom the hostile cases meet: anchors, lists of signers and revocation data, by name. Most are sound; those that lie themselves
are in authority.py and taken_back.py."""

import base64
import hashlib
import zlib

import foreign
import pki
import shc
import vds_nc
from cbor import encode
from certificates import AT, DAY, change, message
from keys import ec_key, ed25519_key, raw_public

STATUS_URI = "https://example.com/statuslists/1"
NZCP_ISSUER = "did:web:nzcp.example.org"

# Who may sign less than they do.
TEST_ONLY = pki.holder("EU, test", ec_key("EU, test"))
NATIONAL_OF_FRANCE = pki.holder("national, of France", ed25519_key("national, of France"))
EU_BY_EDDSA = pki.holder("EU, Ed25519", ed25519_key("EU, Ed25519"))
YELLOW_CARD = pki.holder("yellow cards", ec_key("yellow cards"))


def entry(holder, purposes=0, profiles=2, **changes):
    kind = 1 if holder.alg == -8 else 2
    value = {1: holder.kid, 2: "VN", 3: purposes, 4: profiles, 5: holder.not_before, 6: holder.not_after,
            7: [kind, raw_public(holder.key)], 8: holder.name}
    return change(value, {int(key[1:]): item for key, item in changes.items()})


def authority(certificate, key, **changes):
    """The entry of an authority for VDS-NC."""
    identifier = certificate.extensions.get_extension_for_class(vds_nc.x509.SubjectKeyIdentifier).value.digest
    value = {1: identifier[:8], 2: "VN", 3: 0, 4: 128, 5: pki.EU.not_before, 6: pki.EU.not_after,
            7: [2, raw_public(key)], 8: "DEMO CSCA"}
    return change(value, {int(name[1:]): item for name, item in changes.items()})


def of_url(url, issuer, **changes):
    return entry(pki.EU, profiles=32, k1=hashlib.sha256(url.encode()).digest()[:8], k9=issuer, **changes)


# A second key under the kid of the first signer: all must be tried.
DECOY = entry(pki.EXPIRED, k1=pki.EU.kid)
SHC_KID = base64.urlsafe_b64decode(shc.KID + "=")[:8]
SIGNERS = [
        DECOY, entry(pki.EU, profiles=2 | 8 | 16 | 64), entry(pki.EU_VACCINATION, 1), entry(pki.NATIONAL, 1, 1),
        entry(pki.EXPIRED), entry(pki.FUTURE), entry(TEST_ONLY, 2), entry(EU_BY_EDDSA), entry(YELLOW_CARD, 1, 8),
        entry(NATIONAL_OF_FRANCE, 1, 1, k2="FR"), of_url(NZCP_ISSUER + "#key-1", NZCP_ISSUER),
        {1: SHC_KID, 2: "VN", 3: 0, 4: 4, 5: pki.EU.not_before, 6: pki.EU.not_after, 7: [2, raw_public(shc.KEY)],
        8: "DEMO cards", 9: shc.ISSUER},
        authority(vds_nc.CSCA, vds_nc.CSCA_KEY)]


def content(signers=None, **changes):
    value = {1: 1, 2: "DEMO Bộ Y tế", 3: 7, 4: AT - DAY, 5: AT + 6 * DAY, 6: 1, 7: SIGNERS if signers is None else signers}
    return change(value, {int(key[1:]): item for key, item in changes.items()})


def signed(payload=None, by=pki.LIST, chain=(pki.HEALTH_CA.der,), header=(), **options):
    """A list; `header` changes its protected header."""
    protected = change({1: by.alg, 4: by.kid, 33: [by.der, *chain]}, dict(header))
    return message(content() if payload is None else payload, by, protected=protected, **options)


def status_list(name, statuses=(), bits=1, issued=AT - DAY, expires=AT + DAY, size=64, fresh_until=None):
    """`statuses` by index."""
    data = bytearray(size * bits // 8)
    for index, status in dict(statuses).items():
        data[index * bits // 8] |= status << index * bits % 8
    return [name, issued, expires, bits, zlib.compress(bytes(data), 9)] + ([] if fresh_until is None else [fresh_until])


def hashes(types, *texts, kid=None, width=16, expires=AT + DAY):
    found = sorted(hashlib.sha256(text if isinstance(text, bytes) else text.encode()).digest()[:width] for text in texts)
    return [kid, types, expires, width, b"".join(found)]


def cards(*rids, number=3, newest=3, issued=AT - DAY, expires=AT + DAY, fresh_until=AT, issuer=shc.ISSUER, kid=SHC_KID):
    """The list of revoked cards of the key of our cards, held."""
    return [issuer, kid, newest, [number, issued, expires, fresh_until, list(rids)]]


def bloom(types, *texts, kid=None, expires=AT + DAY, rounds=40, size=256, before=0):
    """A filter of hashes; `before` puts each bit one place before in its word, as the EU's distribution service does."""
    bits = bytearray(size)
    for text in texts:
        element = hashlib.sha256(text if isinstance(text, bytes) else text.encode()).digest()[:16]
        for number in range(rounds):
            at = int.from_bytes(hashlib.sha256(element + bytes([number])).digest(), "big", signed=True) % (size * 8)
            at = at // 32 * 32 + (at - before) % 32
            bits[at // 8] |= 0x80 >> at % 8
    return [kid, types, expires, rounds, bytes(bits)]


def revocation(lists=(), hashed=(), signers=(), sites=(), cards=(), filters=()):
    value = {1: 1, 2: list(lists), 3: list(hashed), 4: list(signers), 5: list(sites)}
    return encode(value | ({6: list(cards)} if cards else {}) | ({7: list(filters)} if filters else {}))
