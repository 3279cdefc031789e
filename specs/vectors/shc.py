"""SMART Health Cards with the error each must get: page shc.md."""

import copy
import zlib

from jose import base64url, der_signature, jwk, minified, signature
from keys import ec_key

KEY = ec_key("SMART Health Cards")
KID = jwk(KEY)["kid"]
ISSUER = "https://demo.example/shc"
ISSUED = 1795330800  # 2026-11-22T07:00:00Z
CVX = "http://hl7.org/fhir/sid/cvx"


def concept(system, code):
    return {"coding": [{"system": system, "code": code}]}


PATIENT = {"resourceType": "Patient", "name": [{"family": "Nguyễn", "given": ["Thị Hồng", "Nhung"]}],
           "birthDate": "1990-05-17"}
DOSE = {"resourceType": "Immunization", "status": "completed", "vaccineCode": concept(CVX, "207"),
        "patient": {"reference": "resource:0"}, "occurrenceDateTime": "2026-10-02",
        "performer": [{"actor": {"display": "Trạm Y tế phường Hàng Bạc"}}], "lotNumber": "DEMO-0001"}
RESULT = {"resourceType": "Observation", "status": "final", "code": concept("http://loinc.org", "94558-4"),
          "subject": {"reference": "resource:0"}, "effectiveDateTime": "2026-11-20T08:30:00+07:00",
          "valueCodeableConcept": concept("http://snomed.info/sct", "260415000"),
          "performer": [{"display": "Viện Vệ sinh dịch tễ"}]}


def change(value, **changes):
    """A copy with changes; None takes the key out."""
    value = copy.deepcopy(value)
    for key, item in changes.items():
        if item is None:
            del value[key]
        else:
            value[key] = item
    return value


def bundle(*resources):
    entries = [{"fullUrl": f"resource:{at}", "resource": resource} for at, resource in enumerate(resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def claims(*resources, vc=(), subject=(), **changes):
    subject = change({"fhirVersion": "4.0.1", "fhirBundle": bundle(*(resources or (PATIENT, DOSE)))}, **dict(subject))
    types = ["https://smarthealth.cards#health-card", "https://smarthealth.cards#immunization"]
    vc = change({"type": types, "credentialSubject": subject}, **dict(vc))
    return change({"iss": ISSUER, "nbf": ISSUED, "vc": vc}, **changes)


def deflate(data):
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    return squeeze.compress(data) + squeeze.flush()


def jws(value, header=None, raw=None, sign=signature):
    """The text of a card: claims, or the bytes that stand in place of the compressed claims."""
    header = header or minified({"zip": "DEF", "alg": "ES256", "kid": KID})
    payload = deflate(minified(value).encode()) if raw is None else raw
    signed = base64url(header.encode()) + "." + base64url(payload)
    return signed + "." + base64url(sign(KEY, signed.encode()))


def digits(text):
    return "".join(f"{ord(char) - 45:02}" for char in text)


def symbol(text):
    return "shc:/" + digits(text)


def chunks(text, count):
    size = -(-len(text) // count)
    parts = [text[at:at + size] for at in range(0, len(text), size)]
    return [f"shc:/{at}/{count}/{digits(part)}" for at, part in enumerate(parts, 1)]


def stray_bits(text):
    """The last character with another bit that stands for nothing: 64 bytes leave four."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1]


def deep(levels):
    value = 0
    for _ in range(levels):
        value = [value]
    return value


def good():
    plain = jws(claims())
    parts = chunks(plain, 3)
    summary = {"resourceType": "AllergyIntolerance", "patient": {"reference": "resource:0"}}
    yield "one dose", symbol(plain), []
    yield "a bare JWS", plain, []
    yield "a file with one card", minified({"verifiableCredential": [plain]}), []
    yield "space around", " " + symbol(plain) + "\n", ["whitespace-trimmed"]
    yield "three chunks", "\n".join(parts), []
    yield "three chunks, out of order", "\n".join([parts[2], parts[0], parts[1]]), []
    yield "a chunk that is the only one", chunks(plain, 1)[0], ["lone-chunk"]
    yield "two doses, with identifier and end", symbol(jws(claims(
        PATIENT, DOSE, change(DOSE, lotNumber="DEMO-0002", occurrenceDateTime="2026-10-30"),
        vc={"rid": "AQPCj4wwk6Mt"}, exp=ISSUED + 86400))), []
    yield "times with a fraction", symbol(jws(claims(nbf=ISSUED + 0.677, exp=ISSUED + 86400.25))), []
    yield "a laboratory result", symbol(jws(claims(PATIENT, RESULT))), []
    yield "a quantity", symbol(jws(claims(PATIENT, change(
        RESULT, valueCodeableConcept=None, valueQuantity={"value": 12.5, "comparator": "<", "unit": "mg/dL"})))), []
    yield "resources of other kinds", symbol(jws(claims(summary, PATIENT, change(
        DOSE, patient={"reference": "resource:1"}), summary))), []
    yield "a dose without lot and performer, of a month", symbol(jws(claims(PATIENT, change(
        DOSE, lotNumber=None, performer=None, occurrenceDateTime="2026-10")))), []
    yield "elements that a card should leave out", symbol(jws(claims(
        change(PATIENT, id="1", meta={"profile": ["x"]}), change(DOSE, text="x")))), []
    yield "only the type of every card", symbol(jws(claims(vc={"type": ["https://smarthealth.cards#health-card"]}))), []
    yield "an algorithm that no key does", symbol(jws(claims(), minified(
        {"zip": "DEF", "alg": "none", "kid": KID}))), []


def forged():
    plain = jws(claims())
    other = jws(claims(change(PATIENT, birthDate="1990-05-18"), DOSE))
    yield "a payload changed after it was signed", symbol(".".join(other.split(".")[:2] + [plain.split(".")[2]]))
    yield "a signature in DER", symbol(jws(claims(), sign=der_signature))
    # The header in another order: as long, and another signature.
    twin = jws(claims(), minified({"alg": "ES256", "zip": "DEF", "kid": KID}))
    yield "chunks of two cards", "\n".join(chunks(plain, 3)[:2] + chunks(twin, 3)[2:])


def bad():
    plain = jws(claims())
    parts = chunks(plain, 3)
    header = lambda **changes: minified(change({"zip": "DEF", "alg": "ES256", "kid": KID}, **changes))
    text = minified(claims())
    yield "another prefix", "shl:/" + digits(plain), "shc-prefix"
    yield "a prefix in upper case", "SHC:/" + digits(plain), "shc-prefix"
    yield "a JSON text of another kind", '{"a":1}', "shc-prefix"
    yield "too long", "shc:/" + "0" * 65536, "shc-too-long"
    yield "an odd number of digits", symbol(plain)[:-1], "shc-digits"
    yield "a pair above 77", symbol(plain)[:-2] + "78", "shc-digits"
    yield "a letter among the digits", symbol(plain)[:-2] + "7a", "shc-digits"
    yield "no digits", "shc:/", "jws-parts"
    yield "one chunk of three", parts[1], "shc-chunks-missing"
    yield "two chunks of three", "\n".join(parts[:2]), "shc-chunks-missing"
    yield "a chunk twice", "\n".join(parts[:2] + parts[1:]), "shc-chunk-twice"
    yield "chunks that count differently", "\n".join(parts[:2] + chunks(plain, 4)[2:]), "shc-mixed-chunks"
    yield "a chunk and a whole card", "\n".join([parts[0], symbol(plain)]), "shc-mixed-chunks"
    yield "two whole cards", "\n".join([symbol(plain)] * 2), "shc-mixed-chunks"
    yield "chunk 0", "shc:/0/3/" + digits("eyJ"), "shc-chunk"
    yield "chunk 4 of 3", "shc:/4/3/" + digits("eyJ"), "shc-chunk"
    yield "chunk 01", "shc:/01/3/" + digits("eyJ"), "shc-chunk"
    yield "33 chunks", "shc:/1/33/" + digits("eyJ"), "shc-chunk"
    yield "a file with two cards", minified({"verifiableCredential": [plain, plain]}), "shc-cards"
    yield "a file with no card", minified({"verifiableCredential": []}), "shc-cards"
    yield "a file with a number for a card", minified({"verifiableCredential": [1]}), "shc-field verifiableCredential"
    yield "a file with its list twice", '{"verifiableCredential":[],"verifiableCredential":[]}', "json-duplicate-key"
    yield "a JWS of two parts", symbol(plain.rpartition(".")[0]), "jws-parts"
    yield "a JWS of four parts", symbol(plain + ".AAAA"), "jws-parts"
    yield "a signature with stray bits", symbol(stray_bits(plain)), "jws-base64"
    yield "a JWS that is too long", symbol(plain + "A" * 8192), "jws-too-long"
    yield "a header without algorithm", symbol(jws(claims(), header(alg=None))), "jws-header-member"
    yield "a header without key", symbol(jws(claims(), header(kid=None))), "shc-kid"
    yield "a header without compression", symbol(jws(claims(), header(zip=None))), "shc-zip"
    yield "a header with another compression", symbol(jws(claims(), header(zip="GZ"))), "shc-zip"
    yield "a header that demands a feature", symbol(jws(claims(), header(crit=["b64"], b64=False))), "jws-critical-header"
    yield "a header with its algorithm twice", symbol(jws(claims(), header()[:-1] + ',"alg":"none"}')), "json-duplicate-key"
    yield "not compressed", symbol(jws(None, raw=text.encode())), "zlib-corrupt"
    yield "zlib in place of bare deflate", symbol(jws(None, raw=zlib.compress(text.encode(), 9))), "zlib-corrupt"
    yield "a deflate stream cut short", symbol(jws(None, raw=deflate(text.encode())[:-5])), "zlib-corrupt"
    yield "bytes after the deflate stream", symbol(jws(None, raw=deflate(text.encode()) + b"x")), "zlib-trailing-bytes"
    yield "a bomb", symbol(jws(None, raw=deflate(b" " * 1_000_000))), "zlib-too-long"
    yield "a byte order mark", symbol(jws(None, raw=deflate(b"\xef\xbb\xbf" + text.encode()))), "json-malformed"
    yield "text after the payload", symbol(jws(None, raw=deflate(text.encode() + b"{}"))), "json-trailing-bytes"
    yield "a claim twice", symbol(jws(None, raw=deflate(text[:-1].encode() + b',"nbf":0}'))), "json-duplicate-key"
    yield "a claim twice, once escaped", symbol(jws(None, raw=deflate(
        text[:-1].encode() + b',"n\\u0062f":0}'))), "json-duplicate-key"
    yield "33 levels", symbol(jws(deep(33))), "json-too-deep"
    yield "too many values", symbol(jws([0] * 4096)), "json-too-many"
    for name, iss in [("http", "http://demo.example/shc"), ("a slash at its end", ISSUER + "/"), ("a query", ISSUER + "?a"),
                      ("no host", "https:///shc"), ("no text", 1), ("a bare name", "demo.example")]:
        yield "an issuer with " + name, symbol(jws(claims(iss=iss))), "shc-field iss"
    yield "no issuer", symbol(jws(claims(iss=None))), "shc-field iss"
    yield "no start", symbol(jws(claims(nbf=None))), "shc-field nbf"
    yield "a start in milliseconds", symbol(jws(claims(nbf=ISSUED * 1000))), "shc-field nbf"
    yield "a start as text", symbol(jws(claims(nbf=str(ISSUED)))), "shc-field nbf"
    yield "an end in milliseconds", symbol(jws(claims(exp=ISSUED * 1000))), "shc-field exp"
    yield "an end before 1970", symbol(jws(claims(exp=-1))), "shc-field exp"
    yield "no credential", symbol(jws({"iss": ISSUER, "nbf": ISSUED})), "shc-field vc"
    yield "a credential that is none", symbol(jws({"iss": ISSUER, "nbf": ISSUED, "vc": 1})), "shc-not-health-card"
    yield "a credential of another type", symbol(jws(claims(vc={"type": ["VerifiableCredential"]}))), "shc-not-health-card"
    yield "an identifier that is too long", symbol(jws(claims(vc={"rid": "a" * 25}))), "shc-field vc.rid"
    yield "an identifier with a dot", symbol(jws(claims(vc={"rid": "a.1"}))), "shc-field vc.rid"
    yield "FHIR 3", symbol(jws(claims(subject={"fhirVersion": "3.0.1"}))), "shc-fhir-version"
    yield "no bundle", symbol(jws(claims(subject={"fhirBundle": None}))), "shc-field fhirBundle"
    yield "a bundle that is none", symbol(jws(claims(subject={"fhirBundle": PATIENT}))), "shc-field Bundle.resourceType"
    yield "no patient", symbol(jws(claims(DOSE))), "shc-patients"
    yield "two patients", symbol(jws(claims(PATIENT, PATIENT, DOSE))), "shc-patients"
    for name, field, resources in [
            ("no name", "Patient.name", [change(PATIENT, name=None)]),
            ("an empty name", "Patient.name", [change(PATIENT, name=[{"given": [" "]}])]),
            ("a line break in the name", "Patient.name", [change(PATIENT, name=[{"family": "A\nB"}])]),
            ("no date of birth", "Patient.birthDate", [change(PATIENT, birthDate=None)]),
            ("an impossible date of birth", "Patient.birthDate", [change(PATIENT, birthDate="1990-02-30")]),
            ("a dose that was not given", "Immunization.status", [PATIENT, change(DOSE, status="not-done")]),
            ("a dose of somebody else", "Immunization.patient",
             [PATIENT, change(DOSE, patient={"reference": "resource:9"})]),
            ("a dose without a code", "Immunization.vaccineCode", [PATIENT, change(DOSE, vaccineCode={"text": "MMR"})]),
            ("a dose without a date", "Immunization.occurrenceDateTime",
             [PATIENT, change(DOSE, occurrenceDateTime=None)]),
            ("a dose whose date is also in words", "Immunization.occurrenceString",
             [PATIENT, change(DOSE, occurrenceString="last year")]),
            ("a preliminary result", "Observation.status", [PATIENT, change(RESULT, status="preliminary")]),
            ("a result of somebody else", "Observation.subject",
             [PATIENT, change(RESULT, subject={"reference": "resource:9"})]),
            ("a result without a date", "Observation.effectiveDateTime", [PATIENT, change(RESULT, effectiveDateTime=None)]),
            ("a result that is a list", "Observation.value",
             [PATIENT, change(RESULT, valueCodeableConcept=None, valueString=[])])]:
        yield name, symbol(jws(claims(*resources))), "shc-field " + field


def vectors():
    cases = [{"name": name, "text": text, "error": None, "signature": "alg" if "algorithm" in name else "good",
              "tolerances": tolerances} for name, text, tolerances in good()]
    cases += [{"name": name, "text": text, "error": None, "signature": "bad", "tolerances": []} for name, text in forged()]
    cases += [{"name": name, "text": text, "error": error} for name, text, error in bad()]
    return {"issuer": ISSUER, "key": jwk(KEY), "cases": cases}
