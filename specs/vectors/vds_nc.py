"""ICAO VDS-NC with the error each must get: page vds-nc.md."""

import copy
import datetime
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from jose import base64url, canonical, der_signature, minified, signature
from keys import ec_key, seed
from pki import key_usage

BARCODE_SIGNER = "2.23.136.1.1.14.2"


def subject(name):
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "UT"), x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certificate(name, key, authority=None, usage=BARCODE_SIGNER, copied=False):
    """A CSCA, or a signer below one; `copied` takes the authority's name and key identifier, but not its signature."""
    issuer_name, issuer_key = (authority[0].subject, authority[1]) if authority else (subject(name), key)
    first, last = (datetime.datetime(year, 1, 1, tzinfo=datetime.timezone.utc) for year in (2025, 2035))
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject(name)).issuer_name(issuer_name).public_key(key.public_key())
        .serial_number(int.from_bytes(seed("serial of " + name)[:16], "big") >> 1)
        .not_valid_before(first).not_valid_after(last)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(key_usage(authority is None), critical=True))
    if authority is None:
        builder = builder.add_extension(x509.BasicConstraints(True, 0), critical=True)
    elif usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ObjectIdentifier(usage)]), critical=True)
    return builder.sign(key if copied else issuer_key, hashes.SHA256(), ecdsa_deterministic=True)


CSCA_KEY, KEY, ROGUE_KEY = ec_key("CSCA"), ec_key("barcode signer"), ec_key("rogue barcode signer")
CSCA = certificate("DEMO vectors: CSCA of Utopia", CSCA_KEY)
SIGNER = certificate("DEMO vectors: barcode signer", KEY, (CSCA, CSCA_KEY))
ROGUE = certificate("DEMO vectors: barcode signer", ROGUE_KEY, (CSCA, CSCA_KEY), copied=True)
PURPOSE = certificate("DEMO vectors: signer of documents", KEY, (CSCA, CSCA_KEY), usage="2.23.136.1.1.11.1")

PERSON = {"n": "NGUYEN THI HONG NHUNG", "dob": "1990-05-17", "sex": "F", "i": "C0000000", "dt": "P"}
DOSE = {"dvc": "2026-10-02", "seq": 1, "ctr": "UTO", "adm": "DEMO CLINIC", "lot": "DEMO-0001", "dvn": "2026-10-30"}
VACCINE = {"des": "XM68M6", "nam": "Comirnaty", "dis": "RA01.0", "vd": [DOSE]}
VACCINATION = {"uvci": "U00000001", "pid": PERSON, "ve": [VACCINE]}
TEST = {"utci": "U00000002", "pid": {"n": "NGUYEN THI HONG NHUNG", "dob": "1990-05-17", "dt": "P", "dn": "C0000000"},
        "sp": {"spn": "DEMO LABORATORY", "ctr": "UTO", "cd": {"p": "+0000000000", "e": "lab@demo.example", "a": "1 Way"}},
        "dat": {"sc": "2026-11-20T08:30:00+07:00", "ri": "2026-11-20T15:00:00+07:00"},
        "tr": {"tc": "molecular(PCR)", "r": "negative", "m": "nasopharyngeal"}}


def change(value, **changes):
    """A copy with changes; None takes the key out."""
    value = copy.deepcopy(value)
    for key, item in changes.items():
        if item is None:
            del value[key]
        else:
            value[key] = item
    return value


def seal(msg=VACCINATION, hdr=(), sig=(), key=KEY, certificate=SIGNER, sign=signature, write=minified):
    header = change({"t": "icao.test" if "utci" in msg else "icao.vacc", "v": 1, "is": "UTO"}, **dict(hdr))
    data = {"hdr": header, "msg": msg}
    made = {"alg": "ES256", "cer": base64url(certificate.public_bytes(Encoding.DER)),
            "sigvl": base64url(sign(key, canonical(data).encode()))}
    return write({"data": data, "sig": change(made, **dict(sig))})


def person(**changes):
    return change(VACCINATION, pid=change(PERSON, **changes))


def dose(**changes):
    return change(VACCINATION, ve=[change(VACCINE, vd=[change(DOSE, **changes)])])


def test(part, **changes):
    return change(TEST, **{part: change(TEST[part], **changes)})


def padded(text):
    return text + "=" * (-len(text) % 4)


def upside_down(value):
    """All keys in the reverse of their order, with space."""
    turn = lambda item: {key: turn(item[key]) for key in sorted(item, reverse=True)} if isinstance(item, dict) else (
        [turn(element) for element in item] if isinstance(item, list) else item)
    return json.dumps(turn(value), ensure_ascii=False, indent=1)


def good():
    plain = json.loads(seal())
    second = change(DOSE, dvc="2026-10-30", seq=2, lot="DEMO-0002", dvn=None)
    padding = {name: padded(plain["sig"][name]) for name in ("cer", "sigvl")}
    yield "one dose", seal(), []
    yield "two doses", seal(change(VACCINATION, ve=[change(VACCINE, vd=[DOSE, second])])), []
    yield "a test", seal(TEST), []
    yield "keys in another order, with space", seal(write=upside_down), []
    yield "letters that JSON may escape", seal(person(n="NGUYỄN \"/\\ 😀"), write=lambda value: json.dumps(value)), []
    yield "keys whose order differs in UTF-8 and UTF-16", seal(
        change(VACCINATION, opt={"\ufb33": 1, "😀": 2, "é": 3, "e": 4})), []
    yield "no document", seal(person(i=None, dt=None)), []
    yield "no date of birth", seal(person(dob=None)), []
    yield "base64url with padding", minified(change(plain, sig=change(plain["sig"], **padding))), ["padded-base64url"]
    yield "a dose number as text", seal(dose(seq="2")), ["text-dose"]


def forged():
    plain = json.loads(seal())
    changed = change(plain["data"], msg=person(n="SOMEBODY ELSE"))
    yield "a name changed after it was signed", minified(change(plain, data=changed)), "bad", "good"
    yield "a signature in DER", seal(sign=der_signature), "bad", "good"
    yield "a certificate made by oneself with the names of a genuine one", seal(
        key=ROGUE_KEY, certificate=ROGUE), "good", "bad"
    yield "the certificate of a signer of documents", seal(certificate=PURPOSE), "good", "purpose"
    yield "a genuine certificate beside the signature of another key", seal(key=ROGUE_KEY), "bad", "good"


def bad():
    plain = seal()
    parsed = json.loads(plain)
    yield "another text", "HC1:ABC", "vds-nc-prefix"
    yield "a JSON text of another kind", '{"verifiableCredential":[]}', "vds-nc-prefix"
    yield "no signature", minified(change(parsed, sig=None)), "vds-nc-prefix"
    yield "too long", plain + " " * 2953, "vds-nc-too-long"
    yield "not JSON", plain[:-1], "json-malformed"
    yield "text after the seal", plain + "x", "json-trailing-bytes"
    yield "a key twice", plain.replace('"sex":"F"', '"sex":"F","sex":"M"'), "json-duplicate-key"
    yield "the data twice", plain[:-1] + ',"data":{}}', "json-duplicate-key"
    yield "13 levels", plain[:-1] + ',"a":' + "[" * 12 + "]" * 12 + "}", "json-too-deep"
    yield "a number with a fraction", seal().replace('"seq":1', '"seq":1.5'), "json-number"
    yield "a number beyond 2^53", seal().replace('"seq":1', '"seq":9007199254740993'), "json-number"
    yield "a travel authorisation", seal(hdr={"t": "icao.dta"}), "vds-nc-type"
    yield "version 2", seal(hdr={"v": 2}), "vds-nc-version"
    yield "no version", seal(hdr={"v": None}), "vds-nc-frame hdr.v"
    yield "a version as text", seal(hdr={"v": "1"}), "vds-nc-frame hdr.v"
    yield "a state in two letters", seal(hdr={"is": "UT"}), "vds-nc-frame hdr.is"
    yield "a state in lower case", seal(hdr={"is": "uto"}), "vds-nc-frame hdr.is"
    yield "no certificate", seal(sig={"cer": None}), "vds-nc-frame sig.cer"
    yield "no algorithm", seal(sig={"alg": None}), "vds-nc-frame sig.alg"
    yield "an algorithm as a number", seal(sig={"alg": -7}), "vds-nc-frame sig.alg"
    yield "a certificate in PEM", seal(sig={"cer": "-----BEGIN CERTIFICATE-----"}), "vds-nc-base64 sig.cer"
    yield "a certificate in plain base64", seal(sig={"cer": "+/+/"}), "vds-nc-base64 sig.cer"
    yield "a signature with stray bits", seal(sig={"sigvl": "AB"}), "vds-nc-base64 sig.sigvl"
    for name, field, msg in [
            ("no identifier", "uvci", change(VACCINATION, uvci=None)),
            ("no person", "pid", change(VACCINATION, pid=None)),
            ("no name", "pid.n", person(n=None)),
            ("a line break in the name", "pid.n", person(n="A\nB")),
            ("neither date of birth nor document", "pid.dob", person(dob=None, i=None)),
            ("a date of birth without dashes", "pid.dob", person(dob="19900517")),
            ("a sex as a number", "pid.sex", person(sex=2)),
            ("a document that is null", "pid.i", change(VACCINATION, pid={**PERSON, "i": None})),
            ("no vaccine", "ve", change(VACCINATION, ve=[])),
            ("a vaccine without its product", "ve.nam", change(VACCINATION, ve=[change(VACCINE, nam=None)])),
            ("a vaccine without doses", "ve.vd", change(VACCINATION, ve=[change(VACCINE, vd=[])])),
            ("a dose without a date", "ve.vd.dvc", dose(dvc=None)),
            ("an impossible day", "ve.vd.dvc", dose(dvc="2026-02-30")),
            ("dose 0", "ve.vd.seq", dose(seq=0)),
            ("dose 100", "ve.vd.seq", dose(seq=100)),
            ("a dose number in words", "ve.vd.seq", dose(seq="two")),
            ("a country in two letters", "ve.vd.ctr", dose(ctr="UT")),
            ("a test without its result", "tr.r", test("tr", r=None)),
            ("a test without a time", "dat.sc", test("dat", sc="2026-11-20")),
            ("a test without its place", "sp", change(TEST, sp=None))]:
        yield name, seal(msg), "vds-nc-field " + field


def vectors():
    cases = [{"name": name, "text": text, "error": None, "signature": "good", "chain": "good", "tolerances": tolerances}
             for name, text, tolerances in good()]
    cases += [{"name": name, "text": text, "error": None, "signature": signed, "chain": chain, "tolerances": []}
              for name, text, signed, chain in forged()]
    cases += [{"name": name, "text": text, "error": error} for name, text, error in bad()]
    return {"csca": CSCA.public_bytes(Encoding.PEM).decode(), "cases": cases}
