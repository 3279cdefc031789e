"""Writes invalid/: texts and trust data that lie in one place each, with the reason each must get, from the pages in specs/ and
sharing no code with the crate.

  pip install cbor2 cryptography base45
  python3 specs/vectors/invalid.py

Everything is derived from published seeds: the keys are for tests only, and running this again changes nothing.
"""

import json

from certificates import AT, RULE
from hostile import authority, claims, envelope, shown, signatures, taken_back, trust
from make import HERE, write

ENVELOPE, SIGNER, CONTENT = "hcert.md, shc.md, vds-nc.md, nzcp.md, swiss-light.md", "hcert.md, signer-list.md", "hcert.md, eu-dcc.md, national.md"
LAYERS = {
        "prefix": (ENVELOPE, envelope.prefix), "base45": (ENVELOPE, envelope.base45_), "zlib": (ENVELOPE, envelope.zlib_),
        "cbor": (ENVELOPE, envelope.cbor), "cose-headers": (ENVELOPE, envelope.cose), "kid": (SIGNER, signatures.kid),
        "algorithm": (SIGNER, signatures.algorithm), "signature": (SIGNER, signatures.signature),
        "claims": (CONTENT, claims.claims_),
        "dates-numbers": (CONTENT, claims.dates), "content": (CONTENT, claims.content),
        "chain": ("signer-list.md, vds-nc.md", authority.chain),
        "purpose": (SIGNER, signatures.purpose), "list": ("signer-list.md", authority.list_),
        "revocation": ("revocation.md", taken_back.cases),
        "presentation": (ENVELOPE, shown.cases),
        }


def case(name, text, reason, options=()):
    options = dict(options)
    return {"name": name, "at": options.pop("at", AT), "reason": reason, "text": text, **options}


def given():
    """What the cases name."""
    lists = {"usual": trust.signed(), **dict(authority.lists())}
    lists |= {name: data for name, data, *_ in [*authority.chains(), *authority.broken()]}
    return {
            "page": "signer-list.md, revocation.md, rules.md",
            "made_by": "invalid.py",
            "anchors": authority.ANCHORS,
            "lists": {name: data.hex() for name, data in lists.items()},
            "revocations": {name: data.hex() for name, data in taken_back.data()},
            "rules": {"refuses-all": json.dumps([RULE]), "of-another-engine": json.dumps([dict(RULE, Engine="OTHER")])},
            }


if __name__ == "__main__":
    (HERE / "invalid").mkdir(exist_ok=True)
    shared = json.dumps(given(), ensure_ascii=False, indent=1)
    (HERE / "invalid/trust.json").write_text(shared + "\n", encoding="utf-8")
    total = 0
    for layer, (page, cases) in LAYERS.items():
        found = [case(*item) for item in cases()]
        total += len(found)
        write(f"invalid/{layer}.json", {"page": page, "made_by": "invalid.py", "layer": layer, "cases": found})
    print(total, "cases")
