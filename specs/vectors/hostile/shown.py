"""How a certificate is shown lies: symbols that are missing or mixed, several certificates at once, marks and bytes around it.
Pages hcert.md, shc.md, vds-nc.md, nzcp.md."""

import base64
import urllib.parse

import foreign
import shc
from certificates import dcc, eu, vn
from .envelope import SEAL


def cases():
    whole, light, nzcp, national = eu(), foreign.light(), foreign.nzcp(), vn()
    plain = shc.jws(shc.claims())
    twin = shc.jws(shc.claims(shc.change(shc.PATIENT, birthDate="1990-05-18"), shc.DOSE))
    parts, others, card = shc.chunks(plain, 3), shc.chunks(twin, 3), shc.symbol(plain)
    file = lambda *cards: shc.minified({"verifiableCredential": list(cards)})
    for name, text in [("an EU certificate", whole), ("a national certificate", national), ("Swiss light", light),
            ("a pass", nzcp), ("a card", card), ("a seal", SEAL)]:
        yield f"a byte order mark before {name}", "\ufeff" + text, "prefix-missing"
    for name, before in [("a NUL", "\0"), ("a zero-width space", "\u200b"), ("a mark for writing from right to left", "\u202e"),
            ("a quotation mark", "\""), ("an escape sequence", "\x1b[2J")]:
        yield f"{name} before an EU certificate", before + whole, "prefix-missing"
    yield "a line break before an EU certificate", "\n" + whole, "prefix-missing"
    for name, after in [("a line break", "\n"), ("a carriage return", "\r\n"), ("a NUL", "\0"), ("a byte order mark", "\ufeff"),
            ("a quotation mark", "\""), ("a letter", "x"), ("a comma", ",")]:
        yield f"{name} after an EU certificate", whole + after, "base45-invalid"
    yield "an EU certificate in two lines", whole[:200] + "\n" + whole[200:], "base45-invalid"
    yield "two EU certificates in two lines", whole + "\n" + eu(dcc("t")), "base45-invalid"
    yield "one EU certificate twice in two lines", whole + "\n" + whole, "base45-invalid"
    yield "an EU and a national certificate in two lines", whole + "\n" + national, "base45-invalid"
    yield "an EU certificate and a card in two lines", whole + "\n" + card, "base45-invalid"
    yield "two symbols of an EU certificate, the second alone", whole[200:], "prefix-missing"
    yield "two symbols of an EU certificate, the first alone", whole[:200], "base45-invalid"
    yield "an EU certificate in an address", "https://verify.example/?c=" + urllib.parse.quote(whole), "prefix-missing"
    yield "an EU certificate escaped for an address", urllib.parse.quote(whole), "prefix-missing"
    yield "an EU certificate in an address of data", "data:text/plain;base64," + base64.b64encode(whole.encode()).decode(
            ), "prefix-missing"
    yield "an EU certificate in base64", base64.b64encode(whole.encode()).decode(), "prefix-missing"
    yield "an EU certificate in letters of HTML", whole.replace("H", "&#72;", 1), "prefix-missing"
    yield "an EU certificate backwards", whole[::-1], "prefix-missing"
    yield "the beginning of a picture", "\x89PNG\r\n\x1a\n", "prefix-missing"
    yield "tabs and line breaks alone", "\t\r\n\u00a0\u3000", "text-unreadable"
    yield "Swiss light with a line break behind", light + "\n", "base45-invalid"
    yield "two Swiss light certificates", light + "\n" + light, "base45-invalid"
    yield "a pass with a line break behind", nzcp + "\n", "base32-invalid"
    yield "two passes", nzcp + "\n" + nzcp, "base32-invalid"
    yield "a pass with a byte order mark behind", nzcp + "\ufeff", "base32-invalid"
    yield "the first of three symbols", parts[0], "chunks-missing"
    yield "the last of three symbols", parts[2], "chunks-missing"
    yield "two of three symbols", "\n".join([parts[2], parts[0]]), "chunks-missing"
    yield "one of three symbols twice", "\n".join([parts[0], parts[0], parts[1]]), "chunks-mixed"
    yield "three symbols and one of them again", "\n".join(parts + parts[:1]), "chunks-mixed"
    yield "symbols that count to three and to four", "\n".join([parts[0], *shc.chunks(plain, 4)[1:]]), "chunks-mixed"
    yield "a symbol of three beside a whole card", "\n".join([card, parts[0]]), "chunks-mixed"
    yield "two whole cards", "\n".join([card, shc.symbol(twin)]), "chunks-mixed"
    yield "three symbols of two cards", "\n".join([parts[0], others[1], parts[2]]), "json-malformed"
    yield "symbols of two cards, one with the other's signature", "\n".join(split(plain.rpartition(".")[
            0] + "." + twin.rpartition(".")[2])), "signature-invalid"
    for name, head in [("0 of 3", "0/3"), ("4 of 3", "4/3"), ("1 of 0", "1/0"), ("1 of 33", "1/33"),
            ("1 of 4294967297", "1/4294967297"), ("-1 of 3", "-1/3"), ("01 of 3", "01/3"), ("1.0 of 3", "1.0/3"), ("1 of", "1/")]:
        yield f"symbol {name}", f"shc:/{head}/" + shc.digits("eyJ"), "encoding-invalid"
    yield "a symbol of three without digits, and the others", "\n".join([parts[0], parts[1], "shc:/3/3/"]), "jws-malformed"
    yield "a file with two cards", file(plain, twin), "chunks-mixed"
    yield "a file with one card twice", file(plain, plain), "chunks-mixed"
    yield "a file with no card", file(), "chunks-mixed"
    yield "a file with its cards twice", file(plain)[:-1] + "," + file(twin)[1:], "prefix-missing"
    yield "a file with a byte order mark", "\ufeff" + file(plain), "prefix-missing"
    yield "a file with text behind", file(plain) + file(plain), "prefix-missing"
    yield "a file with a symbol for a card", file(card), "jws-malformed"
    yield "a file with an EU certificate for a card", file(whole), "jws-malformed"
    yield "a file cut short", file(plain)[:-2], "prefix-missing"
    yield "a card with a line of something else", card + "\n" + whole.replace(" ", ""), "chunks-mixed"
    yield "a card with a byte order mark behind", card + "\ufeff", "encoding-invalid"
    yield "two bare cards", plain + "\n" + twin, "jws-malformed"
    yield "a bare card with a NUL behind", plain + "\0", "encoding-invalid"
    yield "two seals", SEAL + SEAL[:200], "json-malformed"
    yield "a seal with a NUL behind", SEAL + "\0", "json-malformed"
    yield "a seal in an array", "[" + SEAL + "]", "prefix-missing"


def split(text):
    return shc.chunks(text, 3)
