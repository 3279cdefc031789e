"""Identifiers of certificates: page uvci.md."""

CHARSET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:"
BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PUBLISHED = "URN:UVCI:01:NL:187/37512422923"


def luhn(text):
    if any(character not in CHARSET for character in text):
        return None
    n, total, factor = len(CHARSET), 0, 2
    for character in reversed(text):
        value = factor * CHARSET.index(character)
        total += value // n + value % n
        factor = 3 - factor
    return CHARSET[-total % n]


def base32(opaque):
    number = int.from_bytes(opaque, "big")
    return "".join(BASE32[number >> 5 * place & 31] for place in reversed(range(26)))


def make(country, opaque):
    text = f"URN:UVCI:01:{country}:{base32(opaque)}"
    return f"{text}#{luhn(text)}"


def vectors():
    assert luhn(PUBLISHED) == "Z"
    texts = [PUBLISHED, "URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD813", "URN:UVCI:01:SE:EHM/V12907267LAJW",
             "A", ":", "", "urn:uvci:01:nl:1", "URN:UVCI:01:VN:A-B"]
    hexadecimal = "URN:UVCI:01:VN:0123456789ABCDEF0123456789ABCDEF"
    read = [
        (PUBLISHED + "#Z", PUBLISHED, "NL", "right", "the published example"),
        (PUBLISHED + "#Y", PUBLISHED, "NL", "wrong", "a wrong check character is still read"),
        (PUBLISHED, PUBLISHED, "NL", "absent", "no check character"),
        (PUBLISHED.lower() + "#z", PUBLISHED, "nl", "right", "lower case throughout"),
        (PUBLISHED[9:] + "#Z", PUBLISHED, "NL", "wrong",
         "no prefix: the check character is computed over the whole string, so it does not fit"),
        (" " + PUBLISHED + "#Z ", PUBLISHED, "NL", "right", "blanks around it"),
        (hexadecimal, hexadecimal, "VN", "absent", "the form that Viet Nam used in 2021: 32 hexadecimal digits"),
        ("URN:UVCI:V1:DE:AB#", "URN:UVCI:V1:DE:AB", None, "wrong", "version not two digits, empty check"),
        ("Số 12-a", "URN:UVCI:Số 12-A", None, "absent", "no UVCI at all, still carried and shown"),
    ]
    made = [("VN", bytes(16)), ("VN", b"\xff" * 16), ("VN", bytes(range(16))), ("LA", b"\x80" + bytes(14) + b"\x01")]
    return {
        "page": "uvci.md",
        "made_by": "make.py. The check character Z of the first text is the published example of the eHealth Network's "
                   "guidelines, annex 2; B of the second stands in certificates that Austria issued.",
        "checksum": [{"text": text, "check": luhn(text)} for text in texts],
        "read": [dict(zip(("text", "canonical", "country", "check", "why"), case)) for case in read],
        "made": [{"country": country, "opaque": opaque.hex(), "uvci": make(country, opaque)} for country, opaque in made],
    }
