"""What Python sees of the verifier: errors, marks, pictures, threads. Needs `cargo xtask bindings`.

    PYTHONPATH=target/bindings/python python3 -m unittest verifier/uniffi/python/test_lachan_verifier.py
"""

import json
import os
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lachan_verifier import Checker, CheckerError, read_picture

ROOT = Path(__file__).resolve().parents[3]
VECTORS = json.loads((ROOT / "specs/vectors/certificates.json").read_text(encoding="utf-8"))
CASES = {case["name"]: case for case in VECTORS["cases"]}
NATIONAL = CASES["national"]


def believing(trust="list"):
    checker = Checker()
    checker.add_anchors(VECTORS["anchor"].encode())
    checker.load_trust(bytes.fromhex(VECTORS[trust]), NATIONAL["at"])
    return checker


class TestChecker(unittest.TestCase):
    def refused(self, call, *arguments):
        with self.assertRaises(CheckerError.Refused) as caught:
            call(*arguments)
        return caught.exception.code

    def test_the_three_answers(self):
        checker, at = believing(), NATIONAL["at"]
        answer = lambda checker, text: json.loads(checker.check(text, at))["verdict"]
        self.assertEqual(answer(checker, NATIONAL["text"]), "valid")
        self.assertEqual(answer(checker, NATIONAL["text"][:-4]), "invalid")
        self.assertEqual(answer(Checker(), NATIONAL["text"]), "unknown")

    def test_what_is_refused_says_why(self):
        checker = Checker()
        trust = bytes.fromhex(VECTORS["list"])
        self.assertEqual(self.refused(checker.add_anchors, b"no certificate"), "pem-malformed")
        self.assertEqual(self.refused(checker.add_signer, b""), "pem-malformed")
        self.assertEqual(self.refused(checker.load_trust, trust, NATIONAL["at"]), "no-anchor")
        self.assertEqual(self.refused(checker.remember, "{}"), "mark-malformed")
        self.assertEqual(self.refused(read_picture, b"no picture"), "picture-broken")

    def test_a_status_list_revokes(self):
        checker, case = believing("bundle"), CASES["place in our status list"]
        reason = lambda: json.loads(checker.check(case["text"], case["at"]))["reason"]
        self.assertEqual(reason(), "valid")
        self.assertEqual(self.refused(checker.load_status_list, b"no list", case["at"]), "list-malformed")
        self.assertEqual(reason(), "valid")
        checker.load_status_list(bytes.fromhex(VECTORS["status_list"]), case["at"])
        self.assertEqual(reason(), "revoked")
        self.assertEqual(self.refused(Checker().load_status_list, bytes.fromhex(VECTORS["status_list"]), 0), "no-anchor")

    def test_the_rules_of_a_country_apply(self):
        checker, at = believing("bundle"), NATIONAL["at"]
        verdict = lambda: json.loads(checker.check(NATIONAL["text"], at))
        self.assertEqual(verdict()["reason"], "valid")
        checker.set_country("VN", "entry", "vi")
        self.assertEqual(verdict()["reason"], "rules-failed")
        self.assertIn("Không ai được vào.", json.dumps(verdict(), ensure_ascii=False))
        checker.set_country("DE", "entry", "en")
        self.assertEqual(verdict()["reason"], "rules-open")
        checker.set_country("", "entry", "en")
        self.assertEqual(verdict()["reason"], "valid")

    def test_a_mark_survives_a_restart(self):
        self.assertIsNone(Checker().mark())
        checker = believing()
        mark = json.loads(checker.mark())
        self.assertEqual(mark["sequence"], json.loads(checker.trust(NATIONAL["at"]))["list"]["sequence"])
        mark["sequence"] += 1
        restarted = Checker()
        restarted.remember(json.dumps(mark))
        restarted.add_anchors(VECTORS["anchor"].encode())
        code = self.refused(restarted.load_trust, bytes.fromhex(VECTORS["list"]), NATIONAL["at"])
        self.assertEqual(code, "list-rollback")

    def test_arguments_of_another_kind_are_errors_of_python(self):
        checker = Checker()
        for wrong in [None, 7, b"HC1:"]:
            self.assertRaises((TypeError, ValueError), checker.check, wrong, 0)
        self.assertRaises((TypeError, ValueError), checker.check, "HC1:", 1 << 63)

    def test_many_threads_share_a_checker(self):
        checker, at = believing(), NATIONAL["at"]
        with ThreadPoolExecutor(8) as threads:
            verdicts = set(threads.map(lambda _: checker.check(NATIONAL["text"], at), range(200)))
        self.assertEqual(len(verdicts), 1)


if __name__ == "__main__":
    unittest.main()
