"""Writes uvci.json, signer-list.json, certificates.json, foreign.json, shc.json and vds-nc.json from the pages in
specs/, sharing no code with the crate.

  pip install cbor2 cryptography base45
  python3 specs/vectors/make.py

Everything is derived from published seeds: the keys are for tests only, and running this again changes nothing.
"""

import json
import pathlib

import certificates
import foreign
import lists
import shc
import uvci
import vds_nc

HERE = pathlib.Path(__file__).parent


def write(name, value):
    """One case to a line, so that a change shows as one line."""
    def cases(items):
        return "[\n" + ",\n".join("    " + json.dumps(item, ensure_ascii=False) for item in items) + "\n  ]"

    members = [
        f"  {json.dumps(key)}: " + (cases(item) if isinstance(item, list) else json.dumps(item, ensure_ascii=False))
        for key, item in value.items()
    ]
    (HERE / name).write_text("{\n" + ",\n".join(members) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    write("uvci.json", uvci.vectors())
    write("signer-list.json", lists.vectors())
    write("certificates.json", certificates.vectors())
    write("shc.json", shc.vectors())
    write("vds-nc.json", vds_nc.vectors())
    write("foreign.json", foreign.vectors())
