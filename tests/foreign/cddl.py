"""Holds the CBOR in specs/vectors to the grammar in specs/cddl, with cddl-verifier, which shares no code with the project.

Prints one line for each payload, in columns: its name; `fits` where it is to fit, `fails` where its form is what is wrong
with it; and `fits`, or why it does not. A text from which no message can be taken has no payload, and no line.
"""

import base64
import json
import pathlib
import zlib

import base45
import cbor2
from cddl_verifier import Validator

SPECS = pathlib.Path(__file__).resolve().parents[2] / "specs"
# What is wrong with these lies in their form, not in who signed them, when, or for whom.
OF_FORM = ("cbor-", "cose-", "content-malformed", "content-missing", "content-schema", "content-unsupported",
           "content-multiple-events")


class Grammar:
    """A rule of a page. What another page defines is `any` here, and held to that page by itself."""

    def __init__(self, page, rule, elsewhere=None):
        text = (SPECS / "cddl" / f"{page}.cddl").read_text(encoding="utf-8")
        self.validator = Validator(text + (f"\n{elsewhere} = any\n" if elsewhere else ""))
        self.rule = rule

    def refuses(self, data):
        """Why, or nothing."""
        result = self.validator.validate(data, root_type=self.rule)
        return [f"{found.path_text} {found.message}" for found in result.diagnostics] if not result.valid else []


MESSAGE = Grammar("hcert", "message", elsewhere="national")
NATIONAL = Grammar("national", "national")
LIST = Grammar("signer-list", "signer-list", elsewhere="revocation")
REVOCATION = Grammar("revocation", "revocation")
STATUS_LIST = Grammar("revocation", "status-list-token")
ICVP = Grammar("icvp", "icvp")
DDCC = Grammar("ddcc", "ddcc")
LIGHT = Grammar("swiss-light", "claims")
NZCP = Grammar("nzcp", "message")


def load(name):
    return json.loads((SPECS / "vectors" / name).read_text(encoding="utf-8"))


def say(name, is_good, refusals):
    found = " ".join("; ".join(refusals).split())[:200]
    print(name.replace(" ", "_"), "fits" if is_good else "fails", found or "fits", sep="\t")


def unpacked(text):
    """The message in a text, or nothing."""
    try:
        if text.startswith("NZCP:/1/"):
            letters = text[8:]
            message = base64.b32decode(letters + "=" * (-len(letters) % 8))
            return message if base64.b32encode(message).decode().rstrip("=") == letters else None
        if text[:4] in ("HC1:", "LT1:"):
            stream = zlib.decompressobj()
            message = stream.decompress(base45.b45decode(text[4:]), 65_536)
            return message if stream.eof and not stream.unused_data else None
    except (ValueError, zlib.error):
        pass
    return None


def payload(message):
    """What is signed, whichever tags are around it."""
    parts = cbor2.loads(message)
    while isinstance(parts, cbor2.CBORTag):
        parts = parts.value
    return parts[2]


def within(message, kind):
    """The certificate of that kind in claim -260, as CBOR; nothing where there is none."""
    try:
        claims = cbor2.loads(payload(message))
        return cbor2.dumps(claims[-260][kind])
    except (cbor2.CBORError, IndexError, KeyError, TypeError):
        return None


def certificates():
    vectors = load("certificates.json")
    for case in vectors["cases"]:
        message = unpacked(case["text"])
        if message is not None:
            refusals = MESSAGE.refuses(message)
            national = within(message, -84)
            if national is not None:
                refusals += NATIONAL.refuses(national)
            say(f"certificates/{case['name']}", not case["reason"].startswith(OF_FORM), refusals)
    for name in ("list", "bundle"):
        signed = payload(bytes.fromhex(vectors[name]))
        say(f"certificates/{name}", True, LIST.refuses(signed))
    say("certificates/bundle's revocation", True, REVOCATION.refuses(cbor2.loads(signed)[8]))
    say("certificates/status_list", True, STATUS_LIST.refuses(payload(bytes.fromhex(vectors["status_list"]))))


def lists():
    vectors = load("signer-list.json")
    for kind in ("good", "bad"):
        for case in vectors[kind]:
            say(f"signer-list/{case['name']}", kind == "good", LIST.refuses(bytes.fromhex(case["payload"])))


def foreign():
    for case in load("foreign.json")["cases"]:
        text = case["text"]
        message = unpacked(text)
        if message is None:
            continue
        if text.startswith("NZCP:"):
            refusals = NZCP.refuses(message)
        elif text.startswith("LT1:"):
            refusals = LIGHT.refuses(payload(message))
        else:
            kinds = [(ICVP, within(message, -6)), (DDCC, within(message, 3))]
            found = [(grammar, data) for grammar, data in kinds if data is not None] or [(DDCC, payload(message))]
            refusals = [refusal for grammar, data in found for refusal in grammar.refuses(data)]
        say(f"foreign/{case['name']}", "error" not in case, refusals)


certificates()
lists()
foreign()
