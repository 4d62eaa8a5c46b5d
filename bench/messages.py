#!/usr/bin/env python3
"""How many deceiving text messages `bartizan check message` flags, and how many harmless ones.

    bench/messages.py [--json] [--sealed] [--program PATH] [--corpus DIR]

Harmless: the modern messages of tests/fixtures/messages, of which --sealed measures the half that nobody tunes on (only counts
are printed), and the ham of Mishra's and UCI's collections. Deceiving: invented lures of the same fixtures, smishing and spam of
Mishra, and SpamHunter's reports of 2018-2021. Without the corpus only the fixtures are measured.
"""

import argparse
import collections
import gzip
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "tests" / "fixtures" / "messages"


def check(program, texts):
    lines = "\n".join(text.replace("\\n", " ").replace("\r", " ") for text in texts) + "\n"
    done = subprocess.run([program, "check", "message", "--batch", "--json", "--content", ROOT / "content"], input=lines,
                          capture_output=True, text=True, encoding="utf-8", check=False)
    verdicts = [json.loads(line)["verdict"] for line in done.stdout.splitlines()]
    if done.returncode not in (0, 1) or len(verdicts) != len(texts):
        sys.exit(f"{len(verdicts)} answers to {len(texts)} messages: {done.stderr[:500]}")
    return verdicts


def fixtures(name):
    rows = [line.split("\t") for line in (FIXTURES / name).read_text(encoding="utf-8").splitlines()[1:]]
    return [row[4] for row in rows]


def corpus_sets(folder):
    """Name: texts, each once."""
    sets = collections.defaultdict(dict)
    for name, file in (("mishra", "mishra_sms_ham_spam_smishing"), ("uci", "uci_sms_spam"), ("spamhunter", "spamhunter_2018-2021")):
        path = folder / "messages" / f"{file}.tsv.gz"
        if not path.is_file():
            continue
        for line in gzip.open(path, "rt", encoding="utf-8", errors="replace"):
            label, _, text = line.rstrip("\n").partition("\t")
            key = "spamhunter" if name == "spamhunter" else f"{name}_{label.lower()}"
            if text.strip():
                sets[key][text] = None
    return {name: list(texts) for name, texts in sorted(sets.items())}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sealed", action="store_true", help="measure the sealed half too")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bartizan")
    parser.add_argument("--corpus", type=pathlib.Path, default=ROOT.parent / "shared/data")
    arguments = parser.parse_args()
    sets = {"modern_harmless": fixtures("benign_open.tsv"), "modern_lures": fixtures("lures_open.tsv")}
    if arguments.sealed:
        sets["modern_harmless_sealed"] = fixtures("benign_sealed.tsv")
    sets |= corpus_sets(arguments.corpus)
    known = check(arguments.program, ["See you at eight", "Hi mum, my phone broke, this is my new number"])
    if known != ["allow", "warn"]:
        sys.exit(f"wrong answers: {known}")
    figures = {}
    for name, texts in sets.items():
        verdicts = check(arguments.program, texts)
        flagged = sum(verdict != "allow" for verdict in verdicts)
        figures[name] = {"messages": len(texts), "flagged": flagged, "share": round(flagged / len(texts), 4)}
    if arguments.json:
        print(json.dumps(figures))
        return
    print(f"{'messages':24} {'number':>8} {'flagged':>8} {'share':>8}")
    for name, row in figures.items():
        print(f"{name:24} {row['messages']:8} {row['flagged']:8} {row['share']:8.4f}")


if __name__ == "__main__":
    main()
