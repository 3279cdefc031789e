"""Signed certificates with the reason each must get: pages hcert.md, eu-dcc.md, national.md, reason-codes.md."""

import copy
import json
import struct
import zlib

import base45

import pki
import uvci
from cbor import Raw, Tag, encode
from keys import raw_public

DAY = 86400
AT = 1795417200  # 2026-11-23T07:00:00Z
ISSUED, EXPIRES = 1793488020, 1825024020  # 2026-10-31T23:07:00Z, twelve months
ID = uvci.make("VN", bytes(range(16)))

NAME = {"fn": "Nguyễn", "gn": "Thị Hồng Nhung", "fnt": "NGUYEN", "gnt": "THI<HONG<NHUNG"}
VACCINATION = {"tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2,
               "dt": "2026-10-02", "co": "VN", "is": "Sở Y tế Hà Nội", "ci": ID}
TEST = {"tg": "840539006", "tt": "LP6464-4", "nm": "PCR", "sc": "2026-10-30T08:30:00+07:00", "tr": "260415000",
        "tc": "Viện Vệ sinh dịch tễ", "co": "VN", "is": "Sở Y tế Hà Nội", "ci": ID}
RECOVERY = {"tg": "840539006", "fr": "2026-09-01", "co": "VN", "is": "Sở Y tế Hà Nội", "df": "2026-09-12",
            "du": "2027-02-28", "ci": ID}
NATIONAL = {1: list(NAME.values()), 2: "1990-05-17", 3: "VN", 4: "840539006", 5: 2, 6: "2026-10-02", 7: 2,
            8: "1119349007", 9: "EU/1/20/1528", 10: "ORG-100030215", 11: ID}


def double(number):
    return Raw(b"\xfb" + struct.pack(">d", number))


def change(value, changes):
    """A copy with changes; None as a change takes the key out."""
    value = copy.deepcopy(value)
    for key, item in changes.items():
        if item is None:
            del value[key]
        else:
            value[key] = item
    return value


def dcc(group="v", entry=None, top=(), nam=(), **changes):
    entries = {"v": VACCINATION, "t": TEST, "r": RECOVERY}
    value = {"ver": "1.3.3", "nam": change(NAME, dict(nam)), "dob": "1990-05-17",
             group: [change(entry or entries[group], {key.rstrip("_"): item for key, item in changes.items()})]}
    return {1: change(value, dict(top))}


def national(**changes):
    return {-84: change(NATIONAL, {int(key[1:]): item for key, item in changes.items()})}


def claims(content, **changes):
    value = {1: "VN", 4: EXPIRES, 6: ISSUED, -260: content}
    return change(value, {int(key[1:]): item for key, item in changes.items()})


def message(payload, by, protected=None, unprotected=None, tag=18, signature=None):
    """A COSE_Sign1, signed; `payload` is claims or bytes."""
    payload = payload if isinstance(payload, bytes) else encode(payload)
    protected = {1: by.alg, 4: by.kid} if protected is None else protected
    protected = protected if isinstance(protected, bytes) else encode(protected) if protected else b""
    signature = signature or by.sign(encode(["Signature1", protected, b"", payload]))
    parts = [protected, unprotected or {}, payload, signature]
    return encode({18: Tag(18, parts), 61: Tag(61, Tag(18, parts)), None: parts}.get(tag, Tag(tag or 0, parts)))


def seal(cose):
    return "HC1:" + base45.b45encode(zlib.compress(cose, 9)).decode()


def eu(content=None, by=pki.EU, **options):
    return seal(message(claims(content or dcc()), by, **options))


def vn(content=None, by=pki.NATIONAL, **options):
    return seal(message(claims(content or national()), by, **options))


def flipped(text):
    """One bit of the signature turned; the text stays well formed."""
    cose = bytearray(zlib.decompress(base45.b45decode(text[4:])))
    cose[-1] ^= 1
    return seal(bytes(cose))


def good():
    by, kid = pki.EU, pki.EU.kid
    yield "eu-vaccination", eu()
    yield "eu-vaccination by a signer for vaccinations", eu(by=pki.EU_VACCINATION)
    yield "eu-test", eu(dcc("t"))
    yield "eu-test, sampled five minutes from now", eu(dcc("t", sc="2026-11-23T07:05:00Z"))
    yield "eu-recovery", eu(dcc("r"))
    yield "eu, born in a month not known", eu(dcc(top={"dob": "1990-00-00"}))
    yield "forgiven: a time of sampling in another spelling", eu(dcc("t", sc="2026-11-23 14:00"))
    yield "forgiven: a version of two numbers", eu(dcc(top={"ver": "1.3"}))
    yield "national", vn()
    yield "national, extension 64 ignored", vn(national(k64="x"))
    yield "national, birth year only, algorithm -19", vn(national(k2="1990"), protected={1: -19, 4: pki.NATIONAL.kid})
    yield "eu, algorithm -9", eu(protected={1: -9, 4: kid})
    yield "eu, stored and not compressed", "HC1:" + base45.b45encode(zlib.compress(message(claims(dcc()), by), 0)).decode()
    yield "claim -65537 of another country", seal(message({**claims(dcc(), k1="FR"), -65537: "any"}, by))
    yield "tolerance untagged-cose", eu(tag=None)
    yield "tolerance cwt-tag", eu(tag=61)
    yield "tolerance alg-unprotected", eu(protected={4: kid}, unprotected={1: -7})
    yield "tolerance kid-unprotected", eu(protected={1: -7}, unprotected={4: kid})
    yield "tolerance kid-in-both-headers", eu(unprotected={4: b"other"})
    yield "tolerance float-numeric-date", seal(message(claims(dcc(), k4=double(EXPIRES + .5), k6=double(ISSUED)), by))
    yield "tolerance tagged-date-time", eu(dcc("t", sc=Tag(0, TEST["sc"])))
    yield "tolerance null-entry", eu({1: dict(dcc()[1], t=Raw(b"\xf6"), r=Raw(b"\xf6"))})
    yield "tolerance null-field", eu(dcc("t", nm=Raw(b"\xf6")))
    yield "tolerance whitespace-trimmed", eu(dcc(mp=" EU/1/20/1528 "))
    yield "tolerance date-time-in-date", eu(dcc(top={"dob": "1990-05-17T00:00:00"}, dt="2026-10-02T00:00:00Z"))
    yield "tolerance float-dose", eu(dcc(dn=double(2), sd=double(2)))
    yield "tolerance lowercase-uvci", eu(dcc(ci=ID.lower()))
    yield "general vaccine type of 2021", eu(dcc(vp="J07BX03"))
    yield "wrong check character in the identifier", eu(dcc(ci=ID[:-1] + "A"))
    yield "an unknown field passes", eu(dcc(meta={"a": 1}))
    yield "forgiven: no transliterated name", eu(dcc(nam={"fnt": None, "gnt": None}))
    yield "forgiven: issuer of 81 characters", eu(dcc(**{"is_": "Ộ" * 81}))
    yield "forgiven: unknown product", eu(dcc(mp="EU/1/20/9999"))
    yield "forgiven: unknown country", eu(dcc(co="XX"))
    yield "forgiven: other characters in the transliterated name", eu(dcc(nam={"fnt": "NGUYỄN-"}))
    yield "forgiven: codes that do not go together", eu(dcc(ma="ORG-100031184"))
    yield "booster 3/2", eu(dcc(dn=3))


def bad():
    by, kid, plain = pki.EU, pki.EU.kid, message(claims(dcc()), pki.EU)
    whole = eu()
    compressed = zlib.compress(plain, 9)
    b45 = lambda data: "HC1:" + base45.b45encode(data).decode()
    foreign_kid = {1: -7, 4: bytes(8)}
    yield "no text", "", "text-unreadable"
    yield "blanks", " \n", "text-unreadable"
    yield "no prefix", whole[4:], "prefix-missing"
    yield "a web address", "https://example.org/", "prefix-missing"
    yield "lower-case prefix", "hc1:" + whole[4:], "prefix-missing"
    yield "prefix of a later version", "HC2:" + whole[4:], "unsupported-context"
    yield "a SMART Health Link", "shlink:/eyJ1cmwiOiJodHRwczovL2V4YW1wbGUub3JnL3NobCIsImtleSI6InJ4VGdZT2FLSlBGdGNFZDBxY2NlTjh3RVUifQ", "unsupported-format"
    yield "nothing but the prefix", "HC1:", "compression-invalid"
    yield "longer than any QR symbol", "HC1:" + "0" * 4293, "too-long"
    yield "a character outside Base45", whole[:40] + "_" + whole[41:], "base45-invalid"
    yield "a group of Base45 that overflows", "HC1::::", "base45-invalid"
    yield "lower case", "HC1:" + whole[4:].lower(), "base45-invalid"
    yield "cut short", whole[:-30], "compression-invalid"
    yield "not compressed", b45(plain), "compression-invalid"
    yield "a byte after the zlib stream", b45(compressed + b"\x00"), "compression-invalid"
    yield "wrong checksum of zlib", b45(compressed[:-1] + bytes([compressed[-1] ^ 1])), "compression-invalid"
    yield "inflates to a mebibyte", b45(zlib.compress(bytes(1 << 20), 9)), "compression-bomb"
    yield "message cut short", seal(plain[:-1]), "cbor-malformed"
    yield "a length that lies", seal(b"\xd2\x84\x5b\x7f\xff\xff\xff\xff\xff\xff\xff"), "cbor-malformed"
    yield "nested a thousand deep", seal(b"\x81" * 1000 + b"\x01"), "cbor-too-deep"
    yield "five thousand items", seal(b"\x99\x13\x88" + b"\x01" * 5000), "cbor-too-large"
    yield "a header label twice", seal(encode(Tag(18, [b"", Raw(b"\xa2\x04\x40\x04\x40"), b"", b""]))), "cbor-duplicate-key"
    yield "a byte after the message", seal(plain + b"\x00"), "cbor-trailing-bytes"
    yield "three parts", seal(encode(Tag(18, [b"", {}, b""]))), "cose-malformed"
    yield "tag 98, several signers", eu(tag=98), "cose-malformed"
    yield "detached payload", seal(encode(Tag(18, [encode({1: -7, 4: kid}), {}, None, bytes(64)]))), "cose-malformed"
    yield "a critical header", eu(protected={1: -7, 2: [77], 4: kid, 77: 1}), "cose-critical-header"
    yield "a signer that is in no list", eu(by=pki.UNKNOWN), "signer-unknown"
    yield "no kid", eu(protected={1: -7}), "signer-unknown"
    yield "protected kid wrong, unprotected right", eu(protected=foreign_kid, unprotected={4: kid}), "signer-unknown"
    yield "EdDSA named for a P-256 key", eu(protected={1: -8, 4: kid}), "algorithm-mismatch"
    yield "PS256 named for a P-256 key", eu(protected={1: -37, 4: kid}), "algorithm-mismatch"
    yield "one bit of the signature", flipped(whole), "signature-invalid"
    yield "one bit of the signature, national", flipped(vn()), "signature-invalid"
    yield "signature of zeros", eu(signature=bytes(64)), "signature-invalid"
    yield "signature of another certificate", eu(signature=by.sign(b"something else")), "signature-invalid"
    yield "signature in DER", eu(signature=b"\x30\x44" + bytes(68)), "signature-invalid"
    yield "signed by another key under this kid", seal(message(claims(dcc()), pki.FUTURE, protected={1: -7, 4: kid})), "signature-invalid"
    yield "expired signer", eu(by=pki.EXPIRED), "signer-expired"
    yield "signer not yet in force", eu(by=pki.FUTURE), "signer-not-yet-valid"
    yield "test by a signer for vaccinations", eu(dcc("t"), by=pki.EU_VACCINATION), "signer-purpose"
    yield "recovery by a signer for vaccinations", eu(dcc("r"), by=pki.EU_VACCINATION), "signer-purpose"
    yield "EU certificate by a national signer", eu(by=pki.NATIONAL), "signer-purpose"
    yield "expired", seal(message(claims(dcc(), k4=AT - 1), by)), "certificate-expired"
    yield "expired, and its status is not held", seal(message({**claims(dcc(), k4=AT - 1), -65537: [1, 7]}, by)), "certificate-expired"
    yield "place in our status list", seal(message({**claims(dcc()), -65537: [1, 7]}, by)), "revocation-unknown"
    yield "place in our status list, national", seal(message({**claims(national()), -65537: [1, 1048575]}, pki.NATIONAL)), "revocation-unknown"
    yield "place in a status list by its URI", seal(message({**claims(dcc()), 65535: {"status_list": {"idx": 7, "uri": "https://example.com/statuslists/1"}}}, by)), "revocation-unknown"
    yield "status by another mechanism", seal(message({**claims(dcc()), 65535: {"other_list": 1}}, by)), "revocation-unknown"
    yield "place in our status list of three parts", seal(message({**claims(dcc()), -65537: [1, 7, 0]}, by)), "content-malformed"
    yield "two places in status lists", seal(message({**claims(dcc()), -65537: [1, 7], 65535: {"status_list": {"idx": 7, "uri": "https://example.com/statuslists/1"}}}, by)), "content-malformed"
    yield "expired, national", seal(message(claims(national(), k4=AT - 1), pki.NATIONAL)), "certificate-expired"
    yield "issued in the future", seal(message(claims(dcc(), k6=AT + DAY), by)), "certificate-not-yet-valid"
    yield "not before tomorrow", seal(message(claims(dcc(), k5=AT + DAY), by)), "certificate-not-yet-valid"
    yield "no health certificate", seal(message(claims(dcc(), **{"k-260": None}), by)), "content-missing"
    yield "an empty health certificate", seal(message({1: "VN", 4: EXPIRES, 6: ISSUED, -260: {}}, by)), "content-missing"
    yield "a WHO test result, kind 4", eu({4: {"name": "x"}}), "content-unsupported"
    yield "payload is not CBOR", seal(message(b"\xff", by)), "cbor-malformed"
    yield "expiry is NaN", seal(message(claims(dcc(), k4=Raw(b"\xf9\x7e\x00")), by)), "content-malformed"
    yield "expiry is a text", seal(message(claims(dcc(), k4="2027"), by)), "content-malformed"
    yield "no date of the dose", eu(dcc(dt=None)), "content-schema"
    yield "half a dose", eu(dcc(dn=double(1.5))), "content-schema"
    yield "EU and national in one", eu({**dcc(), **national()}), "content-multiple-events"
    yield "vaccination and test in one", eu({1: dict(dcc()[1], t=[TEST])}), "content-multiple-events"
    yield "two vaccinations", eu({1: dict(dcc()[1], v=[VACCINATION] * 2)}), "content-multiple-events"
    yield "dose number 0", eu(dcc(dn=0)), "content-schema"
    yield "31 February", eu(dcc(dt="2026-02-31")), "content-schema"
    yield "born in 1815", eu(dcc(top={"dob": "1815-08-24"})), "content-schema"
    yield "codes that do not go together, national", vn(national(k10="ORG-100031184")), "content-value-set"
    yield "unknown product, national", vn(national(k9="EU/1/20/9999")), "content-value-set"
    yield "unknown disease, national", vn(national(k4="1")), "content-value-set"
    yield "no expiry", seal(message(claims(dcc(), k4=None), by)), "content-schema"
    yield "no time of issue", seal(message(claims(dcc(), k6=None), by)), "content-schema"
    yield "expires before it was issued", seal(message(claims(dcc(), k6=EXPIRES + 1), by)), "dates-implausible"
    yield "vaccinated before the disease was known", eu(dcc(dt="2019-12-31")), "dates-implausible"
    yield "vaccinated after it was issued, national", seal(message(claims(national(k6="2026-11-02")), pki.NATIONAL)), "dates-implausible"
    yield "vaccinated before birth", eu(dcc(top={"dob": "2026-10-03"})), "dates-implausible"
    yield "vaccinated in the future", eu(dcc(dt="2026-11-25")), "dates-implausible"
    yield "born in the future", eu(dcc(top={"dob": "2027-01-01"})), "dates-implausible"
    yield "vaccinated in the future, national", vn(national(k6="2026-11-25")), "dates-implausible"
    yield "national, field missing", vn(national(k5=None)), "content-schema"
    yield "national, unknown key 12", vn(national(k12="034099001234")), "content-schema"
    yield "national, day that is none", vn(national(k6="2026-13-01")), "content-schema"
    yield "national, born after the dose", vn(national(k2="2026-10-03")), "content-schema"
    yield "national, issuer FR", seal(message(claims(national(), k1="FR"), pki.NATIONAL)), "content-schema"
    yield "national, kid unprotected", vn(protected={1: -8}, unprotected={4: pki.NATIONAL.kid}), "cose-malformed"
    yield "national, untagged", vn(tag=None), "cose-malformed"
    yield "national, not the shortest form", vn(national(k5=Raw(b"\x18\x02"))), "cbor-not-deterministic"
    yield "national, signed with ES256", vn(by=pki.EU), "algorithm-mismatch"


RULE = {"Identifier": "GR-VN-0001", "Type": "Acceptance", "Country": "VN", "Version": "1.0.0", "SchemaVersion": "1.0.0",
        "Engine": "CERTLOGIC",
        "EngineVersion": "1.3.3", "CertificateType": "General",
        "Description": [{"lang": "en", "desc": "Nobody may enter."}, {"lang": "vi", "desc": "Không ai được vào."}],
        "ValidFrom": "2026-01-01T00:00:00Z", "ValidTo": "2030-01-01T00:00:00Z", "AffectedFields": ["dob"],
        "Logic": {"===": [{"var": "payload.dob"}, "never"]}}


def signer_list(**changes):
    """The signed list that goes with the certificates."""
    def entry(holder, purposes, profiles):
        kind = 1 if holder.alg == -8 else 2
        return {1: holder.kid, 2: "VN", 3: purposes, 4: profiles, 5: holder.not_before, 6: holder.not_after,
                7: [kind, raw_public(holder.key)], 8: holder.name}

    # A second key under the kid of the first signer: all must be tried.
    decoy = change(entry(pki.EXPIRED, 0, 2), {1: pki.EU.kid})
    signers = [decoy, entry(pki.EU, 0, 2), entry(pki.EU_VACCINATION, 1, 2), entry(pki.NATIONAL, 1, 1),
               entry(pki.EXPIRED, 0, 2), entry(pki.FUTURE, 0, 2)]
    payload = {1: 1, 2: "DEMO Bộ Y tế", 3: 7, 4: AT - DAY, 5: AT + 6 * DAY, 6: 1, 7: signers}
    return by_list_signer(change(payload, {int(key[1:]): item for key, item in changes.items()}))


def by_list_signer(payload, **header):
    chain = [pki.LIST.der, pki.HEALTH_CA.der]
    header = {int(key[1:]): item for key, item in header.items()}
    return message(payload, pki.LIST, protected={1: -8, 4: pki.LIST.kid, 33: chain, **header})


def bundle():
    """The list after it, with status list 1 in which nothing is revoked, a rule by which nobody may enter, and a newer set
    of products and an older one of types."""
    nothing = encode({1: 1, 2: [[1, AT - DAY, AT + 6 * DAY, 1, zlib.compress(bytes(8), 9)]], 3: [], 4: [], 5: []})
    codes = lambda **named: {code: {"display": text, "active": True, "system": "", "version": ""} for code, text in named.items()}
    sets = [{"valueSetId": "sct-vaccines-covid-19", "valueSetDate": "2021-01-01", "valueSetValues": codes(a="a type")},
            {"valueSetId": "vaccines-covid-19-names", "valueSetDate": "2026-11-01",
             "valueSetValues": codes(**{"EU/1/20/1528": "Comirnaty", "EU/1/20/9999": "A vaccine of 2026"})}]
    text = lambda value: json.dumps(value, ensure_ascii=False).encode()
    return signer_list(k3=8, k8=nothing, k9=text([RULE]), k10=text(sets))


def status_list():
    """The token of status list 1 an hour later: entry 7 is revoked."""
    payload = {2: "https://status.example.vn/v1/status-lists/1", 4: AT + 7 * DAY, 6: AT - 3600,
               65533: {"bits": 1, "lst": zlib.compress(bytes([128, 0, 0, 0, 0, 0, 0, 0]), 9)}, 65534: 43200}
    return by_list_signer(payload, k16="application/statuslist+cwt")


def vectors():
    cases = [(name, text, "valid", AT) for name, text in good()]
    cases += [(name, text, reason, AT) for name, text, reason in bad()]
    list_age = [("the last second of a fresh list", AT + 6 * DAY, "valid"),
                ("a stale list still serves", AT + 13 * DAY, "valid"),
                ("an expired list", AT + 13 * DAY + 1, "trust-list-expired"),
                ("a clock before the list", AT - DAY - 1, "clock-wrong")]
    cases += [(name, eu(), reason, at) for name, at, reason in list_age]
    return {
        "page": "hcert.md, eu-dcc.md, national.md, reason-codes.md",
        "made_by": "make.py",
        "anchor": pki.ROOT.pem,
        "list": signer_list().hex(),
        "bundle": bundle().hex(),
        "status_list": status_list().hex(),
        "cases": [{"name": name, "at": at, "reason": reason, "text": text} for name, text, reason, at in cases],
    }
