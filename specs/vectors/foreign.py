"""Certificates of WHO, Switzerland and New Zealand: pages icvp.md, ddcc.md, swiss-light.md, nzcp.md. Nobody here exists."""

import base64
import struct
import zlib

import base45

import pki
from cbor import Raw, Tag, encode
from certificates import AT, DAY, change, message
from keys import raw_public

BY = pki.EU
ISSUED, EXPIRES = AT - 20 * DAY, AT + 300 * DAY
NULL = Raw(b"\xf6")
YELLOW_FEVER = "YellowFeverProductd8a09f80301dc05e124f99ffe7711fc0"
POLIO = "PolioVaccineInactivatedIProduct532ef986c8042bbb15fee24056fdc4ed"
SNOMED = "http://snomed.info/sct"

TRIAL = {"n": "Nguyễn Thị Hồng Nhung", "dob": "1990-05-17", "s": "F", "ntl": "VN", "nid": "P0000001", "gn": "Nguyễn Văn An",
         "v": {"dn": "Primary", "tg": "1D47", "vp": "XM0N24", "mp": "1", "ma": "Maker", "mid": "25", "dt": "2024-03-01",
               "bo": "YF-77", "vls": "2024-03-11", "vle": "2034-03-11", "cn": "Trần Văn Bình", "is": "VN-HN-01"}}
RELEASE = {"n": "Nguyễn Thị Hồng Nhung", "dob": "1990-05-17", "s": "female", "nt": "VNM", "id": "P0000001", "dt": "PPN",
           "v": {"vp": YELLOW_FEVER, "dt": "2026-10-02", "bo": "YF-77", "is": "VN-HN-01"}}
BUILD = {"n": "Nguyễn Thị Hồng Nhung", "dob": "1990-05-17", "s": "female", "nt": "VNM", "id": "P0000001", "dt": "PPN",
         "v": "1.0.0", "vx": {"vp": YELLOW_FEVER, "dv": "2026-10-02", "cn": "Trần Văn Bình", "is": "VN-HN-01", "bo": "YF-77"}}
DDCC = {"name": "Nguyễn Thị Hồng Nhung", "birthDate": "1990-05-17",
        "sex": {"code": "female", "system": "http://hl7.org/fhir/administrative-gender"}, "identifier": "P0000001",
        "disease": {"code": "840539006", "system": SNOMED}, "vaccine": {"code": "1119349007", "system": SNOMED},
        "brand": {"code": "EU/1/20/1528", "system": "https://ec.europa.eu/health/documents/community-register/html/"},
        "manufacturer": {"code": "ORG-100030215", "system": "https://spor.ema.europa.eu/v1/organisations"},
        "ma_holder": {"code": "ORG-100030215"}, "lot": "CV-12", "date": "2026-10-02", "vaccine_valid": "2026-10-16",
        "dose": 2, "total_doses": 2, "country": {"code": "VNM", "system": "urn:iso:std:iso:3166"}, "centre": "Trạm Y tế A",
        "hcid": "VN-DDCC-0001", "valid_from": "2026-10-02", "valid_until": "2027-10-02"}
LIGHT = {"ver": "1.0.0", "nam": {"fn": "Müller", "gn": "Anna", "fnt": "MUELLER", "gnt": "ANNA"}, "dob": "1990-05-17"}
PASS = {"@context": ["https://www.w3.org/2018/credentials/v1", "https://nzcp.covid19.health.nz/contexts/v1"],
        "version": "1.0.0", "type": ["VerifiableCredential", "PublicCovidPass"],
        "credentialSubject": {"givenName": "Anna", "familyName": "Smith", "dob": "1990-05-17"}}


def chain(prefix, cose):
    return prefix + base45.b45encode(zlib.compress(cose, 9)).decode()


def who(content, unprotected=None, protected=None, tag=18, **changes):
    claims = change({1: "VN", 4: EXPIRES, 6: ISSUED, -260: content}, {int(key[1:]): item for key, item in changes.items()})
    return chain("HC1:", message(claims, BY, protected=protected, unprotected=unprotected, tag=tag))


def bare(**changes):
    return chain("HC1:", message(encode(change(DDCC, changes)), BY))


def within(value, group, **changes):
    return change(value, {group: change(value[group], {key.rstrip("_"): item for key, item in changes.items()})})


def light(content=None, tag=None, prefix="LT1:", **changes):
    claims = {1: "CH BAG", 4: AT + DAY, 6: AT - 60, -250: {1: content or LIGHT}}
    return chain(prefix, message(change(claims, {int(key[1:]): item for key, item in changes.items()}), BY, tag=tag))


def nzcp(vc=None, protected=None, unprotected=None, tag=18, prefix="NZCP:/1/", **changes):
    claims = {1: "did:web:nzcp.example.org", 5: ISSUED, 4: EXPIRES, "vc": vc or PASS, 7: bytes(range(16))}
    claims = change(claims, {int(key[1:]): item for key, item in changes.items()})
    protected = {1: -7, 4: b"key-1"} if protected is None else protected
    cose = message(claims, BY, protected=protected, unprotected=unprotected, tag=tag)
    return prefix + base64.b32encode(cose).decode().rstrip("=")


def good():
    """Name, text, tolerances."""
    yield "icvp trial of 2024", who({-6: TRIAL}), []
    yield "icvp trial of 2024, no expiry", who({-6: TRIAL}, k4=None), ["no-expiry"]
    yield "icvp release of 2025", who({-6: RELEASE}), []
    yield "icvp build of 2026", who({-6: BUILD}), []
    yield "icvp build of 2026, dt for dv", who({-6: within(BUILD, "vx", dv=None, dt="2026-10-02")}), ["former-field-name"]
    yield "icvp build of 2026, polio", who({-6: within(BUILD, "vx", vp=POLIO)}), []
    yield "icvp build of 2026, a field of a later build", who({-6: change(BUILD, {"zz": [1]})}), []
    yield "icvp untagged, kid as text", who({-6: BUILD}, tag=None, protected={1: -7, 4: "11"}), ["untagged-cose", "text-kid"]
    yield "icvp kid of two bytes", who({-6: BUILD}, protected={1: -7}, unprotected={4: b"11"}), ["kid-unprotected"]
    yield "ddcc", who({3: DDCC}), []
    yield "ddcc bare", bare(), ["no-expiry", "bare-payload"]
    yield "ddcc bare, no day, maker as text", bare(date=NULL, manufacturer="Organization/1"), [
        "null-field", "no-expiry", "bare-payload", "text-for-code"]
    yield "ddcc time of day in dates", who({3: change(DDCC, {"date": "2026-10-02T08:30:00+07:00"})}), ["date-time-in-date"]
    yield "ddcc dose as float", who({3: change(DDCC, {"dose": Raw(b"\xf9\x40\x00")})}), ["float-dose"]
    yield "swiss light", light(), []
    yield "swiss light, tagged", light(tag=18), []
    yield "swiss light, birth year only", light(change(LIGHT, {"dob": "1990"})), []
    yield "nzcp", nzcp(), []
    yield "nzcp kid as text", nzcp(protected={1: -7, 4: "key-1"}), []
    yield "nzcp no family name", nzcp(within(PASS, "credentialSubject", familyName=None)), []


def bad():
    """Name, text, code of the error."""
    nan = Raw(b"\xf9\x7e\x00")
    text = nzcp()
    yield "icvp expiry is NaN", who({-6: BUILD}, k4=nan), "hcert-claim"
    yield "icvp no name", who({-6: change(BUILD, {"n": None})}), "field-missing"
    yield "icvp no dose", who({-6: change(BUILD, {"vx": None})}), "field-missing"
    yield "icvp no product", who({-6: within(BUILD, "vx", vp=None)}), "field-missing"
    yield "icvp no batch", who({-6: within(BUILD, "vx", bo="")}), "field-missing"
    yield "icvp 31 February", who({-6: within(BUILD, "vx", dv="2026-02-31")}), "field-impossible"
    yield "icvp dv and dt", who({-6: within(BUILD, "vx", dt="2026-10-03")}), "field-twice"
    yield "icvp nt and ntl", who({-6: change(BUILD, {"ntl": "VN"})}), "field-twice"
    yield "icvp v and vx both hold a dose", who({-6: change(BUILD, {"v": RELEASE["v"]})}), "field-twice"
    yield "icvp is not a map", who({-6: "x"}), "field-type"
    yield "icvp and ddcc in one", who({-6: BUILD, 3: DDCC}), "hcert-several-contents"
    yield "ddcc no vaccine", who({3: change(DDCC, {"vaccine": None})}), "field-missing"
    yield "ddcc bare, no name", bare(name=None), "field-missing"
    yield "ddcc bare, no vaccine", bare(vaccine=None), "hcert-no-content"
    yield "ddcc half a dose", who({3: change(DDCC, {"dose": Raw(b"\xf9\x3e\x00")})}), "field-impossible"
    yield "swiss light in a text for another format", light(prefix="HC1:"), "hcert-no-content"
    yield "EU certificate in a text for swiss light", chain("LT1:", message({1: "CH", -260: {1: {}}}, BY)), "hcert-no-content"
    yield "swiss light no name", light(change(LIGHT, {"nam": {}})), "field-missing"
    yield "swiss light expiry is NaN", light(k4=nan), "hcert-claim"
    yield "swiss light claim is no map", light(**{"k-250": 1}), "hcert-claim"
    yield "nzcp version 2 of the scheme", nzcp(prefix="NZCP:/2/"), "hcert-unsupported-context"
    yield "nzcp lower case", text[:8] + text[8:].lower(), "base32"
    yield "nzcp padding", text + "=", "base32"
    yield "nzcp a character of Base45", text[:40] + "0" + text[41:], "base32"
    yield "nzcp bits left over", leftover(text), "base32"
    yield "nzcp untagged", nzcp(tag=None), "field-impossible"
    yield "nzcp tag 61", nzcp(tag=61), "field-impossible"
    yield "nzcp algorithm unprotected", nzcp(protected={4: b"key-1"}, unprotected={1: -7}), "field-impossible"
    yield "nzcp EdDSA", nzcp(protected={1: -8, 4: b"key-1"}), "field-impossible"
    yield "nzcp kid unprotected", nzcp(protected={1: -7}, unprotected={4: b"key-1"}), "field-impossible"
    yield "nzcp no credential", chain_nzcp({1: "did:web:nzcp.example.org", 5: ISSUED, 4: EXPIRES, 7: bytes(16)}), "hcert-no-content"
    yield "nzcp issuer is no did:web", nzcp(k1="https://nzcp.example.org"), "hcert-claim"
    yield "nzcp no expiry", nzcp(k4=None), "hcert-claim"
    yield "nzcp no start", nzcp(k5=None), "hcert-claim"
    yield "nzcp no identifier", nzcp(k7=None), "hcert-claim"
    yield "nzcp identifier of 15 bytes", nzcp(k7=bytes(15)), "hcert-claim"
    yield "nzcp expiry is NaN", nzcp(k4=nan), "hcert-claim"
    yield "nzcp expiry is a float", nzcp(k4=Raw(b"\xfb" + struct.pack(">d", EXPIRES))), "field-impossible"
    yield "nzcp another type", nzcp(change(PASS, {"type": ["VerifiableCredential", "OtherPass"]})), "field-impossible"
    yield "nzcp another version", nzcp(change(PASS, {"version": "2.0.0"})), "field-impossible"
    yield "nzcp another context", nzcp(change(PASS, {"@context": PASS["@context"][:1]})), "field-impossible"
    yield "nzcp no birth date", nzcp(within(PASS, "credentialSubject", dob=None)), "field-missing"


def chain_nzcp(claims):
    cose = message(claims, BY, protected={1: -7, 4: b"key-1"})
    return "NZCP:/1/" + base64.b32encode(cose).decode().rstrip("=")


def leftover(text):
    """A last character whose unused bits are not zero; where all are used, one character too many."""
    unused = {2: 2, 4: 4, 5: 1, 7: 3}.get(len(text[8:]) % 8)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return text + "B" if unused is None else text[:-1] + alphabet[alphabet.index(text[-1]) | 1]


def vectors():
    return {
        "page": "icvp.md, ddcc.md, swiss-light.md, nzcp.md",
        "made_by": "make.py",
        "key": raw_public(BY.key).hex(),
        "cases": [{"name": name, "tolerances": forgiven, "text": text} for name, text, forgiven in good()]
        + [{"name": name, "error": code, "text": text} for name, text, code in bad()],
    }
