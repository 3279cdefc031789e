"""Layers below the signature lie: prefix, Base45, zlib, CBOR, the headers of COSE. Pages hcert.md, nzcp.md, swiss-light.md,
shc.md, vds-nc.md."""

import zlib

import base45

import foreign
import pki
import shc
import vds_nc
from cbor import Raw, Tag, encode
from certificates import VACCINATION, change, claims, dcc, eu, message, national, seal, vn

SEAL = vds_nc.seal(hdr={"is": "VNM"})


def b45(data, prefix="HC1:"):
    return prefix + base45.b45encode(data).decode()


def prefix():
    whole, light, nzcp, card = eu(), foreign.light(), foreign.nzcp(), shc.symbol(shc.jws(shc.claims()))
    inner = whole[4:]
    yield "a blank within the prefix", "HC1 :" + inner, "prefix-missing"
    yield "a blank before the prefix", " " + whole, "prefix-missing"
    yield "the prefix twice", "HC1:" + whole, "base45-invalid"
    yield "no colon", "HC1" + inner, "prefix-missing"
    yield "a semicolon for the colon", "HC1;" + inner, "prefix-missing"
    yield "a Cyrillic letter", "HС1:" + inner, "prefix-missing"
    yield "wide letters", "ＨＣ１：" + inner, "prefix-missing"
    yield "version 0", "HC0:" + inner, "prefix-missing"
    yield "version Z", "HCZ:" + inner, "unsupported-context"
    yield "version 10", "HC10:" + inner, "prefix-missing"
    yield "version in lower case", "HCa:" + inner, "prefix-missing"
    yield "the prefix in mixed case", "Hc1:" + inner, "prefix-missing"
    yield "Swiss light in lower case", "lt1:" + light[4:], "prefix-missing"
    yield "a later Swiss light", "LT2:" + light[4:], "prefix-missing"
    yield "an EU certificate as Swiss light", "LT1:" + inner, "content-missing"
    yield "Swiss light as an EU certificate", "HC1:" + light[4:], "content-missing"
    yield "an EU certificate as a pass of New Zealand", "NZCP:/1/" + inner, "base32-invalid"
    yield "a pass of version 3", "NZCP:/3/" + nzcp[8:], "unsupported-context"
    yield "a pass in lower case", "nzcp:/1/" + nzcp[8:], "prefix-missing"
    yield "a pass without version", "NZCP:" + nzcp[8:], "prefix-missing"
    yield "a card in upper case", "SHC:/" + card[5:], "prefix-missing"
    yield "a card without slash", "shc:" + card[5:], "prefix-missing"
    yield "a card of two slashes", "shc://" + card[5:], "encoding-invalid"
    yield "JSON that is no seal", '{"data":{}}', "prefix-missing"
    yield "a JSON text that is no object", '"' + whole + '"', "prefix-missing"
    yield "a link to a health card", "shlink:/eyJ1cmwiOiJodHRwczovL2V4YW1wbGUub3JnIn0", "unsupported-format"
    yield "a Dutch domestic certificate", "NL2:6BFY90R10RDWT 9O60", "unsupported-format"
    yield "a DIVOC certificate", "B64:UEsDBBQ", "unsupported-format"


def base45_():
    whole, light = eu(), foreign.light()
    for name, sign in [("a lower-case letter", "a"), ("a line break", "\n"), ("a tab", "\t"), ("an underscore", "_"),
            ("a NUL", "\0"), ("a no-break space", "\u00a0"), ("a zero-width space", "\u200b"), ("a wide digit", "７"),
            ("an emoji", "😀"), ("a percent escape in lower case", "%3a")]:
        yield name, whole[:50] + sign + whole[50 + len(sign):], "base45-invalid"
    yield "one character at the end that stands alone", "HC1:" + whole[4:][:len(whole[4:]) // 3 * 3] + "0", "base45-invalid"
    yield "the first group overflows by one", "HC1:GGX" + whole[7:], "base45-invalid"
    yield "a last pair that overflows a byte", "HC1:" + whole[4:][:len(whole[4:]) // 3 * 3] + "::", "base45-invalid"
    yield "base64 for Base45", "HC1:" + "eJy7zMwxk2dxQ0rGJtQXJp6XWeRe2vTA", "base45-invalid"
    yield "hexadecimal digits for Base45", "HC1:" + zlib.compress(b"x").hex().upper(), "compression-invalid"
    yield "Swiss light with a lower-case letter", light[:50] + "x" + light[51:], "base45-invalid"
    yield "longer than any symbol, Swiss light", "LT1:" + "0" * 4293, "too-long"
    yield "twenty thousand zeros", "HC1:" + "0" * 20000, "too-long"
    text = foreign.nzcp()
    for name, changed in [("one of Base32 in lower case", text[:60] + "a" + text[61:]),
            ("an 8 in Base32", text[:60] + "8" + text[61:]),
            ("a blank in Base32", text[:60] + " " + text[61:]), ("padding in Base32", text + "==="),
            ("bits left over in Base32", foreign.leftover(text))]:
        yield name, changed, "base32-invalid"
    card = shc.symbol(shc.jws(shc.claims()))
    for name, changed in [("a letter among digits", card[:90] + "A" + card[91:]),
            ("a pair beyond 77", card[:85] + "99" + card[87:]),
            ("a minus among digits", card[:90] + "-" + card[91:]), ("digits of another script", card[:90] + "٣" + card[91:]),
            ("an odd digit", card + "1"), ("stray bits of base64url", shc.symbol(shc.stray_bits(shc.jws(shc.claims()))))]:
        yield "a card with " + name, changed, "encoding-invalid"
    parsed = vds_nc.json.loads(SEAL)
    for name, part, value in [("a plus in its certificate", "cer", "+" + parsed["sig"]["cer"][1:]),
            ("a blank in its signature", "sigvl", parsed["sig"]["sigvl"][:9] + " " + parsed["sig"]["sigvl"][10:]),
            ("stray bits in its signature", "sigvl", shc.stray_bits(parsed["sig"]["sigvl"]))]:
        yield "a seal with " + name, vds_nc.minified(dict(parsed, sig=dict(parsed["sig"], **{part: value}))), "encoding-invalid"


def zlib_():
    plain = message(claims(dcc()), pki.EU)
    whole = zlib.compress(plain, 9)
    raw, gzip = zlib.compressobj(9, zlib.DEFLATED, -15), zlib.compressobj(9, zlib.DEFLATED, 31)
    yield "bare deflate", b45(raw.compress(plain) + raw.flush()), "compression-invalid"
    yield "gzip", b45(gzip.compress(plain) + gzip.flush()), "compression-invalid"
    yield "a preset dictionary", b45(b"\x78\xf9" + whole[2:]), "compression-invalid"
    yield "a header whose check is wrong", b45(b"\x78\xdb" + whole[2:]), "compression-invalid"
    yield "a window of 64 KiB", b45(b"\x88\x1c" + whole[2:]), "compression-invalid"
    yield "a reserved kind of block", b45(b"\x78\xda\x07" + whole[3:]), "compression-invalid"
    yield "a stored block whose length lies", b45(b"\x78\x01\x01\xff\xff\xff\xff" + plain), "compression-invalid"
    yield "no checksum", b45(whole[:-4]), "compression-invalid"
    yield "half a checksum", b45(whole[:-2]), "compression-invalid"
    yield "two streams, one after the other", b45(whole + whole), "compression-invalid"
    yield "a stream in a stream", b45(zlib.compress(whole, 9)), "cbor-malformed"
    yield "a stream of nothing", b45(zlib.compress(b"")), "cbor-malformed"
    yield "one byte more than the bound", b45(zlib.compress(bytes(16 * 1024 + 1), 9)), "compression-bomb"
    yield "a bomb behind a genuine message", b45(zlib.compress(plain + bytes(1 << 20), 9)), "compression-bomb"
    yield "a bomb as Swiss light", b45(zlib.compress(bytes(1 << 20), 9), "LT1:"), "compression-bomb"
    text = shc.minified(shc.claims()).encode()
    yield "a card that is a bomb", shc.symbol(shc.jws(None, raw=shc.deflate(b" " * 70_000))), "compression-bomb"
    yield "a card in zlib", shc.symbol(shc.jws(None, raw=zlib.compress(text, 9))), "compression-invalid"
    yield "a card that is not compressed", shc.symbol(shc.jws(None, raw=text)), "compression-invalid"
    yield "a card with bytes after its stream", shc.symbol(shc.jws(None, raw=shc.deflate(text) + b"\0")), "compression-invalid"
    yield "a card whose stream is cut short", shc.symbol(shc.jws(None, raw=shc.deflate(text)[:-9])), "compression-invalid"


def cbor():
    by = pki.EU
    plain = message(claims(dcc()), by)
    pairs = lambda *items: Raw(bytes([0xa0 | len(items)]) + b"".join(encode(key) + encode(item) for key, item in items))
    body = claims(dcc())
    payload = lambda value: seal(message(value if isinstance(value, bytes) else encode(value), by))
    deep = lambda levels: Raw(b"\x81" * levels + b"\x00")
    for name, data in [("an empty message", b""), ("a break alone", b"\xff"), ("a reserved length", b"\xd2\x9c"),
            ("an array of 2^64 - 1 parts", b"\xd2\x9b" + b"\xff" * 8),
            ("a map without its last value", b"\xd2\x84\x40\xa1\x04"),
            ("a text that is no UTF-8", b"\xd2\x84\x61\xff\xa0\x40\x40"),
            ("a simple value in two bytes that needs one", b"\xd2\x84\xf8\x18\xa0\x40\x40"),
            ("an indefinite integer", b"\xd2\x84\x1f\xa0\x40\x40"),
            ("a byte string in pieces, one of them text", b"\xd2\x84\x5f\x61a\xff\xa0\x40\x40"),
            ("an array that never ends", b"\xd2\x9f\x40\xa0\x40\x40")]:
        yield name, seal(data), "cbor-malformed"
    yield "a whole message after the message", seal(plain + plain), "cbor-trailing-bytes"
    yield "a break after the message", seal(plain + b"\xff"), "cbor-trailing-bytes"
    yield "seventeen levels", seal(b"\x81" * 17 + b"\0"), "cbor-too-deep"
    yield "a thousand tags", seal(b"\xc1" * 1000 + b"\0"), "cbor-too-deep"
    yield "4,097 items in the claims", payload(change(body, {9: [0] * 4100})), "cbor-too-large"
    yield "seventeen levels in the claims", payload(change(body, {9: deep(17)})), "cbor-too-deep"
    yield "the expiry twice", payload(pairs((1, "VN"), (4, 1), (4, body[4]), (6, body[6]), (-260, dcc()))), "cbor-duplicate-key"
    yield "the expiry twice, once longer", payload(pairs((1, "VN"), (4, 1), (Raw(b"\x18\x04"), body[4]), (6, body[6]),
            (-260, dcc()))), "cbor-duplicate-key"
    yield "two certificates of the EU", payload(change(body, {-260: pairs((1, dcc()[1]),
            (1, dcc("t")[1]))})), "cbor-duplicate-key"
    yield "a name twice", payload(change(body, {-260: {1: change(dcc()[1],
            {"nam": pairs(("fn", "A"), ("fn", "B"), ("fnt", "A"))})}})), "cbor-duplicate-key"
    yield "the day of the dose twice", payload(change(body, {-260: {1: change(dcc()[1],
            {"v": [Raw(b"\xab" + encode(VACCINATION)[1:] + encode("dt") + encode("2026-11-01"))]})}})), "cbor-duplicate-key"
    yield "a byte after the claims", payload(encode(body) + b"\0"), "cbor-trailing-bytes"
    yield "claims cut short", payload(encode(body)[:-1]), "cbor-malformed"
    yield "claims of nothing", payload(b""), "cbor-malformed"
    yield "a name that is no UTF-8", payload(change(body, {-260: {1: change(dcc()[1],
            {"nam": {"fn": Raw(b"\x62\xc3\x28"), "fnt": "A"}})}})), "cbor-malformed"
    yield "half of a pair of surrogates in a name", payload(change(body,
            {-260: {1: change(dcc()[1], {"nam": {"fn": Raw(b"\x63\xed\xa0\x80"), "fnt": "A"}})}})), "cbor-malformed"
    yield "a byte after the protected header", eu(protected=encode({1: -7, 4: by.kid}) + b"\0"), "cbor-trailing-bytes"
    yield "a protected header cut short", eu(protected=encode({1: -7, 4: by.kid})[:-1]), "cbor-malformed"
    yield "national, keys out of order", vn({-84: pairs(*sorted(national()[-84].items(),
            reverse=True))}), "cbor-not-deterministic"
    yield "national, a map without an end said", vn({-84: Raw(b"\xbf" + encode(national()[-84])[
            1:] + b"\xff")}), "cbor-not-deterministic"
    yield "national, a text in pieces", vn(national(k3=Raw(b"\x7f\x61V\x61N\xff"))), "cbor-not-deterministic"
    yield "national, a kind longer than need be", vn(Raw(b"\xa1\x39\x00\x53" + encode(national()[-84]))), "cbor-not-deterministic"
    ours = message(claims(national()), pki.NATIONAL)
    yield "national, a tag longer than need be", seal(b"\xd8\x12" + ours[1:]), "cbor-not-deterministic"
    yield "national, a message without an end said", seal(b"\xd2\x9f" + ours[2:] + b"\xff"), "cbor-not-deterministic"
    yield "national, a protected header longer than need be", vn(protected=b"\xa2\x01\x27\x04\x58\x08"
            + pki.NATIONAL.kid), "cbor-not-deterministic"
    yield "national, a protected header out of order", vn(protected=b"\xa2\x04\x48" + pki.NATIONAL.kid
            + b"\x01\x27"), "cbor-not-deterministic"
    nzcp = lambda data: "NZCP:/1/" + foreign.base64.b32encode(data).decode().rstrip("=")
    yield "a pass of nothing", "NZCP:/1/", "cbor-malformed"
    yield "a pass with a byte behind", nzcp(foreign.base64.b32decode(pad(foreign.nzcp()[8:])) + b"\0"), "cbor-trailing-bytes"
    yield "a pass nested too deep", nzcp(b"\x81" * 20 + b"\0"), "cbor-too-deep"
    # The same layer in JSON.
    card = lambda data: shc.symbol(shc.jws(None, raw=shc.deflate(data)))
    text = shc.minified(shc.claims()).encode()
    yield "a card with a comma too many", card(text[:-1] + b",}"), "json-malformed"
    yield "a card with a comment", card(text[:-1] + b"/**/}"), "json-malformed"
    yield "a card with NaN", card(text[:-1] + b',"x":NaN}'), "json-malformed"
    yield "a card with its bundle twice", card(text[:-1] + b',"vc":{}}'), "json-duplicate-key"
    yield "a card with a key twice, once escaped", card(text[
            :-1] + b',"is\\u0073":"https://other.example"}'), "json-duplicate-key"
    yield "a card with two texts", card(text + text), "json-malformed"
    yield "a card that is no UTF-8", card(text[:-1] + b',"x":"\xff"}'), "json-malformed"
    yield "a card of 33 levels", card(text[:-1] + b',"x":' + b"[" * 33 + b"]" * 33 + b"}"), "json-too-large"
    yield "a seal with a key twice", SEAL.replace('"seq":1', '"seq":1,"seq":2'), "json-duplicate-key"
    yield "a seal with its data twice", SEAL[:-1] + ',"data":{}}', "json-duplicate-key"
    yield "a seal with a fraction", SEAL.replace('"seq":1', '"seq":1.25'), "json-malformed"
    yield "a seal with a number beyond 2^53", SEAL.replace('"seq":1', '"seq":90071992547409930'), "json-malformed"
    yield "a seal with half a pair of surrogates", SEAL.replace("DEMO CLINIC", "\\ud800"), "json-malformed"
    yield "a seal of too many levels", SEAL[:-1] + ',"x":' + "[" * 12 + "]" * 12 + "}", "json-too-large"


def pad(text):
    return text + "=" * (-len(text) % 8)


def cose():
    by, kid = pki.EU, pki.EU.kid
    parts = lambda *items: seal(encode(Tag(18, list(items))))
    protected, body = encode({1: -7, 4: kid}), encode(claims(dcc()))
    good = by.sign(encode(["Signature1", protected, b"", body]))
    yield "five parts", parts(protected, {}, body, good, b""), "cose-malformed"
    yield "a map for the message", seal(encode(Tag(18, {0: protected, 1: {}, 2: body, 3: good}))), "cose-malformed"
    yield "tag 18 twice", seal(encode(Tag(18, Tag(18, [protected, {}, body, good])))), "cose-malformed"
    yield "tag 61 alone", seal(encode(Tag(61, [protected, {}, body, good]))), "cose-malformed"
    yield "tag 17, a MAC", eu(tag=17), "cose-malformed"
    yield "tag 16, encrypted", eu(tag=16), "cose-malformed"
    yield "tags 61 and 98", seal(encode(Tag(61, Tag(98, [protected, {}, body, good])))), "cose-malformed"
    yield "the protected header not wrapped", parts({1: -7, 4: kid}, {}, body, good), "cose-malformed"
    yield "the protected header is an array", eu(protected=encode([1, -7, 4, kid])), "cose-malformed"
    yield "the unprotected header is an array", parts(protected, [], body, good), "cose-malformed"
    yield "the payload is a map", parts(protected, {}, claims(dcc()), good), "cose-malformed"
    yield "the payload is a text", parts(protected, {}, "HC1", good), "cose-malformed"
    yield "the payload in pieces", parts(protected, {}, Raw(b"\x5f" + encode(body) + b"\xff"), good), "cose-malformed"
    yield "the signature is an array", parts(protected, {}, body, [good]), "cose-malformed"
    yield "the signature is null", parts(protected, {}, body, None), "cose-malformed"
    yield "the algorithm in both headers", eu(unprotected={1: -8}), "cose-malformed"
    yield "a content type in both headers", eu(protected={1: -7, 3: 0, 4: kid}, unprotected={3: 1}), "cose-malformed"
    yield "the algorithm as a text", eu(protected={1: "ES256", 4: kid}), "cose-malformed"
    yield "the algorithm as a float", eu(protected={1: Raw(b"\xf9\xc7\x00"), 4: kid}), "cose-malformed"
    yield "the algorithm is null", eu(protected={1: None, 4: kid}), "cose-malformed"
    yield "a label that is a byte string", eu(protected={b"\x01": -7, 1: -7, 4: kid}), "cose-malformed"
    yield "a label that is an array", eu(protected={1: -7, 4: kid}, unprotected=Raw(b"\xa1\x81\x01\x02")), "cose-malformed"
    yield "sixty-five labels", eu(unprotected={100 + at: 0 for at in range(65)}), "cose-malformed"
    yield "an empty list of critical headers", eu(protected={1: -7, 2: [], 4: kid}), "cose-malformed"
    yield "critical headers that are no list", eu(protected={1: -7, 2: 4, 4: kid}), "cose-malformed"
    yield "critical headers outside of the signature", eu(unprotected={2: [4]}), "cose-critical-header"
    yield "a critical header by name", eu(protected={1: -7, 2: ["b64"], 4: kid, "b64": False}), "cose-critical-header"
    yield "an empty chain of certificates", eu(protected={1: -7, 4: kid, 33: []}), "cose-malformed"
    yield "Swiss light with tag 98", foreign.light(tag=98), "cose-malformed"
    yield "a pass with tag 17", foreign.nzcp(tag=17), "cose-malformed"
    yield "a pass with a critical header", foreign.nzcp(protected={1: -7, 2: [9], 4: b"key-1", 9: 1}), "cose-critical-header"
    yield "a pass without a tag", foreign.nzcp(tag=None), "content-schema"
    yield "a pass with tag 61", foreign.nzcp(tag=61), "content-schema"
    yield "a pass with its algorithm outside of the signature", foreign.nzcp(protected={4: b"key-1"},
            unprotected={1: -7}), "content-schema"
    yield "national, tag 61", vn(tag=61), "cose-malformed"
    yield "national, a kid in each header", vn(unprotected={4: pki.NATIONAL.kid}), "cose-malformed"
    yield "national, a label that is not known, unprotected", vn(unprotected={99: 1}), "cose-malformed"
    yield "national, certificates outside of the signature", vn(unprotected={33: [pki.NATIONAL.der]}), "cose-malformed"
    yield "national, its kid as a text", vn(protected={1: -8, 4: "11"}), "signer-unknown"
    header = lambda **changes: shc.minified(shc.change({"zip": "DEF", "alg": "ES256", "kid": shc.KID}, **changes))
    for name, text in [("no algorithm", header(alg=None)), ("a number for its algorithm", header(alg=-7)),
            ("no key", header(kid=None)),
            ("no compression", header(zip=None)), ("compression in lower case", header(zip="def")),
            ("a header that is a list", "[]")]:
        yield "a card with " + name, shc.symbol(shc.jws(shc.claims(), text)), "jws-malformed"
    yield "a card that demands a feature", shc.symbol(shc.jws(shc.claims(), header(crit=["exp"], exp=0))), "cose-critical-header"
    yield "a card of five parts, encrypted", shc.symbol(shc.jws(shc.claims()) + ".AAAA.AAAA"), "jws-malformed"
    yield "a card whose header says two algorithms", shc.symbol(shc.jws(shc.claims(),
            header()[:-1] + ',"alg":"none"}')), "jws-malformed"
