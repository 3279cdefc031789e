"""What is certified lies under a good signature: claims, dates and types of numbers, content. Pages hcert.md, eu-dcc.md,
national.md, icvp.md, ddcc.md, swiss-light.md, nzcp.md, shc.md, vds-nc.md."""

import struct

import foreign
import pki
import shc
import vds_nc
from cbor import Raw, Tag, encode
from certificates import AT, DAY, EXPIRES, ID, ISSUED, RECOVERY, TEST, VACCINATION, change, claims, dcc, double, eu, message, national, seal, vn
from .envelope import SEAL

NULL, UNDEFINED, TRUE = Raw(b"\xf6"), Raw(b"\xf7"), Raw(b"\xf5")
NAN, INFINITY, MINUS_INFINITY = Raw(b"\xfb\x7f\xf8" + bytes(6)), Raw(b"\xf9\x7c\x00"), Raw(b"\xf9\xfc\x00")
BIG = Raw(b"\xc2\x49\x01" + bytes(8))


def eu_claims(content=None, **changes):
    return seal(message(claims(content or dcc(), **changes), pki.EU))


def vn_claims(content=None, **changes):
    return seal(message(claims(content or national(), **changes), pki.NATIONAL))


def card(*resources, **changes):
    return shc.symbol(shc.jws(shc.claims(*resources, **changes)))


def sealed(msg=vds_nc.VACCINATION, **options):
    return vds_nc.seal(msg, hdr={"is": "VNM"}, **options)


def claims_():
    raw = lambda value: seal(message(value if isinstance(value, bytes) else encode(value), pki.EU))
    body = claims(dcc())
    yield "claims that are an array", raw([body]), "content-malformed"
    yield "claims that are a text", raw("HC1"), "content-malformed"
    yield "claims in a byte string", raw(encode(encode(body))), "content-malformed"
    yield "claims with a tag", raw(encode(Tag(61, body))), "content-malformed"
    yield "no claim at all", raw({}), "content-missing"
    yield "claims under texts", raw({"iss": "VN", "exp": EXPIRES, "iat": ISSUED, "hcert": dcc()}), "content-missing"
    yield "the certificate beside its claim", raw({1: "VN", 4: EXPIRES, 6: ISSUED, **dcc()}), "content-malformed"
    yield "the certificate under claim 260", raw({1: "VN", 4: EXPIRES, 6: ISSUED, 260: dcc()}), "content-missing"
    yield "the kind as a text", eu({"1": dcc()[1]}), "content-missing"
    yield "the kind as a float", eu(Raw(b"\xa1\xf9\x3c\x00" + encode(dcc()[1]))), "content-missing"
    yield "kind 2", eu({2: dcc()[1]}), "content-unsupported"
    yield "kind -7", eu({-7: foreign.BUILD}), "content-unsupported"
    for name, value in [("an array", [dcc()]), ("a text", "x"), ("null", NULL), ("a number", 1)]:
        yield "the health certificate is " + name, eu_claims(**{"k-260": value}), "content-malformed"
    yield "the issuer is a number", eu_claims(k1=84), "content-malformed"
    yield "the issuer is a byte string", eu_claims(k1=b"VN"), "content-malformed"
    yield "EU and yellow card in one", eu({**dcc(), -6: foreign.BUILD}), "content-multiple-events"
    yield "national and DDCC in one", seal(message(claims({**national(), 3: foreign.DDCC}),
            pki.NATIONAL)), "content-multiple-events"
    for name, value in [("no array", 7), ("empty", []), ("of one number", [1]), ("with a negative index", [1, -1]),
            ("with a text", [1, "7"]), ("with a float", [1, Raw(b"\xf9\x47\x00")])]:
        yield f"a place in our status list that is {name}", seal(message({**body, -65537: value}, pki.EU)), "content-malformed"
    for name, value in [("no map", [1]), ("an empty map", {}), ("without index", {"status_list": {"uri": "https://example.com"}}),
            ("without address", {"status_list": {"idx": 1}}),
            ("with an index as text", {"status_list": {"idx": "1", "uri": "https://example.com"}}),
            ("with an address as bytes", {"status_list": {"idx": 1, "uri": b"x"}}),
            ("with a member that is a number", {1: {}})]:
        yield f"a place in a status list {name}", seal(message({**body, 65535: value}, pki.EU)), "content-malformed"
    yield "national, no issuer", vn_claims(k1=None), "content-schema"
    yield "national, its issuer in lower case", vn_claims(k1="vn"), "content-schema"
    yield "Swiss light, its claim is an array", foreign.light(**{"k-250": [foreign.LIGHT]}), "content-malformed"
    yield "Swiss light of kind 2", foreign.light(**{"k-250": {2: foreign.LIGHT}}), "content-unsupported"
    yield "Swiss light without its certificate", foreign.light(**{"k-250": None}), "content-missing"
    yield "Swiss light without an expiry", foreign.light(k4=None), "content-schema"
    yield "Swiss light without a time of issue", foreign.light(k6=None), "content-schema"
    yield "a pass that names no expiry", foreign.nzcp(k4=None), "content-malformed"
    yield "a pass without a beginning", foreign.nzcp(k5=None), "content-malformed"
    yield "a pass without an identifier", foreign.nzcp(k7=None), "content-malformed"
    yield "a pass with an identifier of 17 bytes", foreign.nzcp(k7=bytes(17)), "content-malformed"
    yield "a pass without its credential", foreign.chain_nzcp({1: "did:web:nzcp.example.org", 5: ISSUED, 4: EXPIRES,
            7: bytes(16)}), "content-missing"
    yield "a yellow card without a time of issue", foreign.who({-6: foreign.BUILD}, k6=None), "content-schema"
    yield "a card without a beginning", card(nbf=None), "content-schema"
    yield "a card without its credential", shc.symbol(shc.jws({"iss": shc.ISSUER, "nbf": shc.ISSUED})), "content-schema"
    yield "a card of another type", card(vc={"type": ["VerifiableCredential"]}), "content-unsupported"
    yield "a card of FHIR 5", card(subject={"fhirVersion": "5.0.0"}), "content-unsupported"
    yield "a seal for a travel authorisation", vds_nc.seal(hdr={"is": "VNM", "t": "icao.dta"}), "content-unsupported"
    yield "a seal of version 2", vds_nc.seal(hdr={"is": "VNM", "v": 2}), "unsupported-context"
    yield "a seal whose version is a text", vds_nc.seal(hdr={"is": "VNM", "v": "1"}), "json-malformed"
    yield "a seal of a state in lower case", vds_nc.seal(hdr={"is": "vnm"}), "json-malformed"


def dates():
    for name, value in [("true", TRUE), ("a bignum", BIG), ("tagged as a time", Tag(1, EXPIRES)),
            ("a text of digits", str(EXPIRES)), ("a byte string", b"\x6c\xc7"), ("an array", [EXPIRES]),
            ("minus one", -1), ("in milliseconds", EXPIRES * 1000), ("2^64 - 1", Raw(b"\x1b" + b"\xff" * 8)),
            ("-2^64", Raw(b"\x3b" + b"\xff" * 8)),
            ("NaN in eight bytes", NAN), ("infinite", INFINITY), ("minus infinity", MINUS_INFINITY),
            ("a float of the year 10000", double(253402300800.0)), ("a float below zero", double(-0.5)),
            ("1e308", double(1e308))]:
        yield f"an expiry that is {name}", eu_claims(k4=value), "content-malformed"
    yield "an expiry that is null", eu_claims(k4=NULL), "content-schema"
    yield "an expiry that is undefined", eu_claims(k4=UNDEFINED), "content-schema"
    yield "a time of issue that is NaN", eu_claims(k6=NAN), "content-malformed"
    yield "a time of issue in milliseconds", eu_claims(k6=ISSUED * 1000), "content-malformed"
    yield "a time of issue that is null", eu_claims(k6=NULL), "content-schema"
    yield "a beginning that is NaN", eu_claims(k5=NAN), "content-malformed"
    yield "a beginning that is a text", eu_claims(k5="2026-10-31"), "content-malformed"
    yield "expires when it was issued", eu_claims(k6=EXPIRES), "dates-implausible"
    yield "expired by a second, as a float", eu_claims(k4=double(AT - 0.5)), "certificate-expired"
    yield "issued in 1970, expired then", eu_claims(k6=0, k4=1), "certificate-expired"
    yield "begins six minutes from now", eu_claims(k5=AT + 301), "certificate-not-yet-valid"
    yield "issued six minutes from now", eu_claims(k6=AT + 301), "certificate-not-yet-valid"
    yield "national, an expiry as a float", vn_claims(k4=double(EXPIRES)), "content-schema"
    yield "national, begins after its end", vn_claims(k5=EXPIRES + 1), "content-schema"
    yield "national, expires before it was issued", vn_claims(k4=ISSUED - 1), "content-schema"
    for name, day in [("with one digit", "2026-10-2"), ("in the order of another country", "02/10/2026"),
            ("without dashes", "20261002"), ("that is empty", ""), ("in month 0", "2026-00-10"),
            ("on 29 February of no leap year", "2026-02-29"), ("on 31 April", "2026-04-31"), ("on day 0", "2026-10-00"),
            ("in wide digits", "２０２６-10-02"), ("with a sign", "+2026-10-02"),
            ("in a year of five digits", "12026-10-02"), ("of a year only", "2026"), ("in week 40", "2026-W40-5"),
            ("in words", "today")]:
        yield "a dose on a day " + name, eu(dcc(dt=day)), "content-schema"
    for name, value in [("a number", 20261002), ("tagged as a time", Tag(1, ISSUED)), ("null", NULL),
            ("an array", ["2026-10-02"]), ("tagged as days", Tag(1004, 20000))]:
        yield "a dose on a day that is " + name, eu(dcc(dt=value)), "content-schema"
    for name, value in [("minus one", -1), ("2^32", 2**32), ("a text", "2"), ("NaN", NAN), ("infinite", INFINITY), ("true", TRUE),
            ("a bignum", BIG), ("null", NULL), ("1.0000000001", double(1.0000000001))]:
        yield "a dose number that is " + name, eu(dcc(dn=value)), "content-schema"
    yield "a series of no dose", eu(dcc(sd=0)), "content-schema"
    yield "tested in the future", eu(dcc("t", sc="2026-11-25T08:30:00Z")), "dates-implausible"
    yield "tested six minutes from now", eu(dcc("t", sc="2026-11-23T07:05:01Z")), "dates-implausible"
    for name, sampled in [("a day of 2099", "2099-01-01"), ("the day after tomorrow, without a zone", "2026-11-25T08:30:00")]:
        yield f"tested on {name}", eu(dcc("t", sc=sampled)), "dates-implausible"
    yield "tested before the disease was known", eu(dcc("t", sc="2019-10-30T08:30:00Z")), "dates-implausible"
    yield "tested before birth", eu(dcc("t", top={"dob": "2026-11-02"}, sc="2026-10-30T08:30:00Z")), "dates-implausible"
    yield "tested at no time", eu(dcc("t", sc="yesterday")), "content-schema"
    yield "tested on 31 February", eu(dcc("t", sc="2026-02-31T08:30:00Z")), "content-schema"
    yield "recovered until before it begins", eu(dcc("r", du="2026-09-11")), "dates-implausible"
    yield "recovered from what came in the future", eu(dcc("r", fr="2026-11-25")), "dates-implausible"
    yield "recovered before the disease was known", eu(dcc("r", fr="2019-12-31")), "dates-implausible"
    yield "recovered on a day that is none", eu(dcc("r", fr="2026-09-31")), "content-schema"
    for name, day in [("in month 13", "1990-13"), ("of two digits", "90"), ("in 2100", "2100-01-01"), ("in words", "unknown"),
            ("on 30 February", "1990-02-30")]:
        yield "born " + name, eu(dcc(top={"dob": day})), "content-schema"
    for name, day in [("in a month not known of 2099", "2099-00"), ("on a day not known of 2099", "2099-00-00"),
            ("in the month after the dose, on a day not known", "2026-11-00")]:
        yield "born " + name, eu(dcc(top={"dob": day})), "dates-implausible"
    yield "born on a day that is a number", eu(dcc(top={"dob": 19900517})), "content-schema"
    yield "national, dose 0", vn(national(k7=0)), "content-schema"
    yield "national, dose 100", vn(national(k7=100)), "content-schema"
    yield "national, a dose as a float", vn(national(k7=Raw(b"\xf9\x40\x00"))), "content-schema"
    yield "national, a day with a time", vn(national(k6="2026-10-02T00:00:00Z")), "content-schema"
    yield "national, a dose of 2019", vn(national(k2="1990", k6="2019-12-31")), "dates-implausible"
    yellow = lambda **changes: foreign.who({-6: foreign.within(foreign.BUILD, "vx", **changes)})
    yield "a yellow card, its dose tomorrow", yellow(dv="2026-11-25"), "dates-implausible"
    yield "a yellow card, its dose after its issue", yellow(dv="2026-11-10"), "dates-implausible"
    yield "a yellow card, its dose before birth", foreign.who({-6: change(foreign.BUILD,
            {"dob": "2026-10-03"})}), "dates-implausible"
    yield "a yellow card issued before there were any", foreign.who({-6: foreign.within(foreign.BUILD, "vx", dv="2025-01-02")},
            k6=1750000000), "dates-implausible"
    yield "a yellow card that does not count yet", yellow(vls="2026-12-01"), "certificate-not-yet-valid"
    yield "a polio dose of more than a year", yellow(vp=foreign.POLIO, dv="2025-11-01"), "certificate-expired"
    yield "a polio dose that has ended", yellow(vp=foreign.POLIO, vle="2026-11-01"), "certificate-expired"
    yield "a yellow card whose expiry is NaN", foreign.who({-6: foreign.BUILD}, k4=NAN), "content-malformed"
    ddcc = lambda **changes: foreign.who({3: change(foreign.DDCC, changes)})
    yield "a DDCC, its dose tomorrow", ddcc(date="2026-11-25"), "dates-implausible"
    yield "a DDCC, its dose of 2019", ddcc(date="2019-10-02"), "dates-implausible"
    yield "a DDCC that begins next month", ddcc(valid_from="2026-12-01"), "certificate-not-yet-valid"
    yield "a DDCC that ended", ddcc(valid_until="2026-11-22"), "certificate-expired"
    yield "a DDCC of no dose", ddcc(dose=double(1.5)), "content-schema"
    yield "a bare DDCC that ended", foreign.bare(valid_until="2026-11-22"), "certificate-expired"
    yield "Swiss light that ended", foreign.light(k4=AT - 1), "certificate-expired"
    yield "Swiss light of tomorrow", foreign.light(k6=AT + 400), "certificate-not-yet-valid"
    yield "Swiss light, born in the future", foreign.light(change(foreign.LIGHT, {"dob": "2027"})), "dates-implausible"
    yield "Swiss light, its expiry infinite", foreign.light(k4=INFINITY), "content-malformed"
    yield "a pass that ended", foreign.nzcp(k4=AT - 1), "certificate-expired"
    yield "a pass that begins tomorrow", foreign.nzcp(k5=AT + DAY), "certificate-not-yet-valid"
    yield "a pass that ends before it begins", foreign.nzcp(k4=ISSUED, k5=AT - 1), "dates-implausible"
    yield "a pass of somebody born in the future", foreign.nzcp(foreign.within(foreign.PASS, "credentialSubject",
            dob="2027-01-01")), "dates-implausible"
    yield "a pass whose expiry is a float", foreign.nzcp(k4=double(EXPIRES)), "content-schema"
    yield "a pass whose expiry is NaN", foreign.nzcp(k4=NAN), "content-malformed"
    yield "a card that ended", card(exp=AT - 1), "certificate-expired"
    yield "a card of tomorrow", card(nbf=AT + DAY), "certificate-not-yet-valid"
    yield "a card that ends before it begins", card(exp=shc.ISSUED - 1), "dates-implausible"
    yield "a card whose beginning is a text", card(nbf=str(shc.ISSUED)), "content-schema"
    yield "a card whose end is in milliseconds", card(exp=EXPIRES * 1000), "content-schema"
    yield "a card whose end is null", shc.symbol(shc.jws(None,
            raw=shc.deflate((shc.minified(shc.claims())[:-1] + ',"exp":null}').encode()))), "content-schema"
    yield "a card, its dose tomorrow", card(shc.PATIENT, shc.change(shc.DOSE,
            occurrenceDateTime="2026-11-25")), "dates-implausible"
    yield "a card, its dose after its issue", card(nbf=shc.ISSUED - 60 * DAY), "dates-implausible"
    yield "a card, its dose before birth", card(shc.change(shc.PATIENT, birthDate="2026-10-03"), shc.DOSE), "dates-implausible"
    yield "a card of somebody born in the future", card(shc.change(shc.PATIENT, birthDate="2027-01-01"),
            shc.DOSE), "dates-implausible"
    yield "a seal, its dose tomorrow", sealed(vds_nc.dose(dvc="2026-11-25")), "dates-implausible"
    yield "a seal, its dose before birth", sealed(vds_nc.person(dob="2026-10-03")), "dates-implausible"
    yield "a seal, its sample tomorrow", sealed(vds_nc.test("dat", sc="2026-11-25T08:30:00Z",
            ri="2026-11-26T08:30:00Z")), "dates-implausible"
    yield "a seal, its result before its sample", sealed(vds_nc.test("dat", ri="2026-11-19T08:30:00Z")), "dates-implausible"
    yield "a seal, a dose number with a fraction of zero", SEAL.replace('"seq":1', '"seq":1.0'), "content-schema"
    yield "a seal, dose 0", sealed(vds_nc.dose(seq=0)), "content-schema"
    yield "a seal, a dose number that is null", sealed(vds_nc.dose(seq=None)), "content-schema"


def content():
    for field in ["tg", "vp", "mp", "ma", "dn", "sd", "co", "is", "ci"]:
        yield f"a vaccination without {field}", eu(dcc(**{field + "_": None})), "content-schema"
    for field in ["tg", "tt", "tr", "co", "is", "ci"]:
        yield f"a test without {field}", eu(dcc("t", **{field + "_": None})), "content-schema"
    for field in ["tg", "fr", "df", "du", "co", "is", "ci"]:
        yield f"a recovery without {field}", eu(dcc("r", **{field + "_": None})), "content-schema"
    for field in ["ver", "nam", "dob"]:
        yield f"an EU certificate without {field}", eu(dcc(top={field: None})), "content-schema"
    for field in ["tg", "co", "ci"]:
        yield f"a vaccination with an empty {field}", eu(dcc(**{field: ""})), "content-schema"
    yield "nobody's name", eu(dcc(top={"nam": {}})), "content-schema"
    yield "a name of blanks", eu(dcc(top={"nam": {"fn": " ", "gn": "\t"}})), "content-schema"
    yield "a name that is a text", eu(dcc(top={"nam": "Nguyễn"})), "content-schema"
    yield "a family name that is a number", eu(dcc(nam={"fn": 1})), "content-schema"
    yield "an identifier with a line break", eu(dcc(ci="URN:UVCI:01:VN:A\nB")), "content-schema"
    yield "an identifier of 161 bytes", eu(dcc(ci="A" * 161)), "content-schema"
    yield "an EU certificate that is an array", eu({1: [1]}), "content-malformed"
    yield "an EU certificate that is a text", eu({1: "x"}), "content-malformed"
    yield "no event at all", eu({1: change(dcc()[1], {"v": None})}), "content-multiple-events"
    yield "an empty list of vaccinations", eu({1: change(dcc()[1], {"v": []})}), "content-multiple-events"
    yield "a vaccination that is a map and no list", eu({1: change(dcc()[1], {"v": VACCINATION})}), "content-schema"
    yield "a vaccination that is a text", eu({1: change(dcc()[1], {"v": ["x"]})}), "content-schema"
    yield "a vaccination and a recovery", eu({1: dict(dcc()[1], r=[RECOVERY])}), "content-multiple-events"
    yield "two tests", eu({1: change(dcc("t")[1], {"t": [TEST, TEST]})}), "content-multiple-events"
    for key, value, name in [(1, ["A"] * 3, "three names"), (1, ["", "", "A", "B"], "no name as written"),
            (1, ["A", "B", "", ""], "no transliterated name"), (1, [" A", "B", "A", "B"], "a blank before a name"),
            (1, ["A\u0007", "B", "A", "B"], "a control character in a name"),
            (1, ["Nguye\u0302\u0303n", "B", "A", "B"], "a name that is not NFC"),
            (1, ["A" * 81, "B", "A", "B"], "a name of 81 characters"),
            (2, "17/05/1990", "a birth date in another order"), (2, "", "no birth date"),
            (3, "vn", "a nationality in lower case"), (3, "VNM", "a nationality of three letters"), (4, "", "an empty disease"),
            (5, "2", "doses as a text"), (5, 0, "no dose received"), (8, "111 9349007", "a blank in a code"),
            (8, "x" * 81, "a code of 81 characters"), (11, "", "no identifier"), (11, "A\tB", "a tab in the identifier")]:
        yield "national, " + name, vn(national(**{f"k{key}": value})), "content-schema"
    yield "national, not a map", vn({-84: list(national()[-84].values())}), "content-schema"
    yield "national, no name", vn(national(k1=None)), "content-schema"
    yield "national, key 0", vn(national(k0=1)), "content-schema"
    yield "national, key 63", vn(national(k63="x")), "content-schema"
    yield "national, a key that is a text", vn({-84: Raw(b"\xac" + encode(national()[-84])[1:] + encode(
            "x") + b"\x01")}), "content-schema"
    yield "national, a negative key", vn({-84: Raw(b"\xac" + encode(national()[-84])[1:] + b"\x20\x01")}), "content-schema"
    for key, value, name in [(3, "XX", "a country that is none"), (4, "840539007", "a disease of no value set"),
            (8, "0000000000", "a vaccine of no value set"), (9, "EU/1/20/9999", "a product of no value set"),
            (10, "ORG-000000000", "a maker of no value set")]:
        yield "national, " + name, vn(national(**{f"k{key}": value})), "content-value-set"
    yield "national, product and vaccine that do not go together", vn(national(k8="1119305005")), "content-value-set"
    build = foreign.BUILD
    yellow = lambda value: foreign.who({-6: value})
    yield "a yellow card without name", yellow(change(build, {"n": None})), "content-schema"
    yield "a yellow card without batch", yellow(foreign.within(build, "vx", bo=None)), "content-schema"
    yield "a yellow card for which nobody answers", yellow(foreign.within(build, "vx", cn=None, is_=None)), "content-schema"
    yield "a yellow card of a product of no list", yellow(foreign.within(build, "vx", vp="MadeUpProduct")), "content-value-set"
    yield "a yellow card that is an array", yellow([build]), "content-malformed"
    yield "a yellow card with a dose under two names", yellow(change(build, {"v": foreign.RELEASE["v"]})), "content-schema"
    yield "a yellow card with two days", yellow(foreign.within(build, "vx", dt="2026-10-03")), "content-schema"
    yield "a DDCC without vaccine", foreign.who({3: change(foreign.DDCC, {"vaccine": None})}), "content-schema"
    yield "a DDCC without a day", foreign.who({3: change(foreign.DDCC, {"date": None})}), "content-schema"
    yield "a DDCC that is a text", foreign.who({3: "x"}), "content-malformed"
    yield "a bare DDCC without a day", foreign.bare(date=None), "content-schema"
    yield "a bare DDCC with a key that is a number", seal(message(encode({**foreign.DDCC, 1: "VN"}), pki.EU)), "content-missing"
    yield "Swiss light without name", foreign.light(change(foreign.LIGHT, {"nam": None})), "content-schema"
    yield "Swiss light without version", foreign.light(change(foreign.LIGHT, {"ver": None})), "content-schema"
    yield "Swiss light, its name is a text", foreign.light(change(foreign.LIGHT, {"nam": "Anna"})), "content-schema"
    yield "a pass without given name", foreign.nzcp(foreign.within(foreign.PASS, "credentialSubject",
            givenName=None)), "content-schema"
    yield "a pass with its contexts the other way", foreign.nzcp(change(foreign.PASS,
            {"@context": foreign.PASS["@context"][::-1]})), "content-schema"
    yield "a pass with its types the other way", foreign.nzcp(change(foreign.PASS,
            {"type": foreign.PASS["type"][::-1]})), "content-schema"
    yield "a pass with one type more", foreign.nzcp(change(foreign.PASS,
            {"type": foreign.PASS["type"] + ["X"]})), "content-schema"
    yield "a pass for two people", foreign.nzcp(change(foreign.PASS,
            {"credentialSubject": [foreign.PASS["credentialSubject"]] * 2})), "content-schema"
    yield "a pass whose credential is a text", foreign.nzcp("x"), "content-schema"
    yield "a card of nobody", card(shc.DOSE), "content-schema"
    yield "a card of two people", card(shc.PATIENT, shc.PATIENT, shc.DOSE), "content-schema"
    yield "a card of nothing but a person", card(shc.PATIENT), "content-unsupported"
    yield "a card of an allergy", card(shc.PATIENT, {"resourceType": "AllergyIntolerance"}), "content-unsupported"
    yield "a card of a dose that was not given", card(shc.PATIENT, shc.change(shc.DOSE, status="not-done")), "content-schema"
    yield "a card with a mother's dose", card(shc.PATIENT, shc.change(shc.DOSE,
            patient={"reference": "resource:1"})), "content-schema"
    yield "a card of a result that was withdrawn", card(shc.PATIENT,
            shc.change(shc.RESULT, status="entered-in-error")), "content-schema"
    yield "a card of one good dose and one that was not given", card(shc.PATIENT, shc.DOSE,
            shc.change(shc.DOSE, status="not-done")), "content-schema"
    yield "a card with a bell in its name", card(shc.change(shc.PATIENT, name=[{"family": "A\u0007"}]),
            shc.DOSE), "content-schema"
    yield "a seal without doses", sealed(vds_nc.change(vds_nc.VACCINATION, ve=[])), "content-schema"
    yield "a seal of nobody", sealed(vds_nc.change(vds_nc.VACCINATION, pid=None)), "content-schema"
    yield "a seal of somebody with neither birth date nor document", sealed(vds_nc.person(dob=None, i=None)), "content-schema"
    yield "a seal of a test called a vaccination", vds_nc.seal(vds_nc.TEST, hdr={"is": "VNM", "t": "icao.vacc"}), "content-schema"
    yield "a seal of a test without result", sealed(vds_nc.test("tr", r=None)), "content-schema"
    yield "genuine, and not what the country asks", eu(), "rules-failed", {"rules": "refuses-all"}
    yield "genuine, and of a format without rules", foreign.light(), "rules-open", {"rules": "refuses-all"}
    yield "genuine, and the rule cannot be decided", eu(), "rules-open", {"rules": "of-another-engine"}
    yield "expired, whatever the country asks", eu_claims(k4=AT - 1), "certificate-expired", {"rules": "refuses-all"}
