"""Runs a file of cases and prints for each what the binding says. The format: tests/src/binding_cases.rs."""

import sys

from lachan_verifier import Checker, CheckerError, read_picture


def code(call, *arguments):
    """`ok`, or the stable code of why it was refused."""
    try:
        call(*arguments)
        return "ok"
    except CheckerError.Refused as refused:
        return refused.code


def run(line):
    _name, at, anchors, trust, trust_at, signer, kind, certificate, status_list, *chosen = line.split("\t")
    at, trust_at, certificate = int(at), int(trust_at), bytes.fromhex(certificate)
    checker, codes = Checker(), []
    if anchors:
        codes.append(code(checker.add_anchors, bytes.fromhex(anchors)))
    if trust:
        codes.append(code(checker.load_trust, bytes.fromhex(trust), trust_at))
    if signer:
        codes.append(code(checker.add_signer, bytes.fromhex(signer)))
    if status_list:
        codes.append(code(checker.load_status_list, bytes.fromhex(status_list), trust_at))
    if chosen[0]:
        codes.append(code(checker.set_country, *chosen))
    try:
        text = read_picture(certificate) if kind == "picture" else certificate.decode("utf-8")
    except CheckerError.Refused as refused:
        return "\t".join([",".join(codes), refused.code, ""])
    return "\t".join([",".join(codes), checker.check(text, at), checker.trust(at)])


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    with open(sys.argv[1], encoding="utf-8", newline="\n") as cases:
        for line in cases:
            print(run(line.rstrip("\n")))
