"""Checks one certificate: check.py ANCHOR TRUST-LIST CERTIFICATE [SECONDS-SINCE-1970]

CERTIFICATE is a file with the text of a certificate, or a picture (PNG or JPEG) of its QR symbol.

    cargo xtask bindings
    cd target/bindings/sample
    PYTHONPATH=../python python3 ../../../verifier/uniffi/python/check.py anchor.pem trust-list.cose valid.txt "$(cat at)"
"""

import json
import sys
import time
from pathlib import Path

from lachan_verifier import Checker, CheckerError, read_picture


def main(anchor, trust_list, certificate, at=None):
    at = int(at) if at else int(time.time())
    checker = Checker()
    checker.add_anchors(Path(anchor).read_bytes())
    checker.load_trust(Path(trust_list).read_bytes(), at)
    if certificate.endswith((".png", ".jpg", ".jpeg")):
        text = read_picture(Path(certificate).read_bytes())
    else:
        text = Path(certificate).read_text(encoding="utf-8")
    verdict = checker.check(text, at)
    print(verdict)
    return {"valid": 0, "invalid": 1, "unknown": 2}[json.loads(verdict)["verdict"]]


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    try:
        sys.exit(main(*sys.argv[1:]))
    except CheckerError.Refused as refused:
        sys.exit(f"{refused.words} ({refused.code})")
