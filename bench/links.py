#!/usr/bin/env python3
"""What `bartizan check link` catches of phishing it has not seen, how often it is wrong, and how fast it is.

    bench/links.py [--json] [--program PATH] [--corpus DIR]

Phishing: OpenPhish of January to May 2026, of registrable domains that the model was not trained on; at most 20 addresses a
domain. Harmless: folds 7-9 of the benign lists (never trained on), home pages of the 10,000 most used sites, and of banks.
Rates are of the whole judgement (indicators, look-alikes, tricks, model), and of its score alone, which is the model's.
"""

import argparse
import json
import lzma
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import link_protocol  # noqa: E402  (found by the line above)


def check(program, urls):
    """The product's answers, and the seconds they took."""
    start = time.perf_counter()
    done = subprocess.run([program, "check", "link", "--batch", "--json", "--content", ROOT / "content"],
                          input="\n".join(urls) + "\n", capture_output=True, text=True, encoding="utf-8", check=False)
    seconds = time.perf_counter() - start
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode not in (0, 1) or len(answers) != len(urls):
        sys.exit(f"{len(answers)} answers to {len(urls)} addresses, exit status {done.returncode}: {done.stderr[:500]}")
    return answers, seconds


def share(answers, verdicts):
    return sum(answer["verdict"] in verdicts for answer in answers) / len(answers)


def scores(answers):
    return sorted((answer["score"] for answer in answers if answer["score"] is not None), reverse=True)


def caught(phishing, benign, part):
    limit = benign[int(part * len(benign))]
    return sum(score > limit for score in phishing) / len(phishing)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bartizan")
    parser.add_argument("--corpus", type=pathlib.Path, default=ROOT.parent / "shared/data")
    arguments = parser.parse_args()
    known, _ = check(arguments.program, ["https://paypa1.com/", "https://www.wikipedia.org/", "http://"])
    verdicts = [answer["verdict"] for answer in known]
    if verdicts[0] not in ("warn", "block") or verdicts[1:] != ["allow", "error"]:
        sys.exit(f"wrong answers: {known}")
    if not (arguments.corpus / "links").is_dir():
        sys.exit(f"no {arguments.corpus}/links: nothing to measure")
    sets = link_protocol.Sets(arguments.corpus, ROOT)
    phishing = sets.unseen_phishing()
    benign = sets.benign(range(7, 10))
    bad, _ = check(arguments.program, [url for url, _ in phishing])
    good, seconds = check(arguments.program, [url for url, _ in benign])
    top, _ = check(arguments.program, sets.warning_list("tranco10k"))
    banks, _ = check(arguments.program, sets.warning_list("bank-website"))
    figures = {
        "phishing": len(bad), "benign": len(good),
        "model_tpr_at_1": round(caught(scores(bad), scores(good), 0.01), 3),
        "model_tpr_at_0.1": round(caught(scores(bad), scores(good), 0.001), 3),
        "caught": round(share(bad, ("warn", "block")), 3), "blocked": round(share(bad, ("block",)), 3),
        "benign_warned_per_1000": round(1000 * share(good, ("warn", "block")), 2),
        "benign_blocked_per_1000": round(1000 * share(good, ("block",)), 2),
        "top_sites": len(top), "top_sites_blocked": sum(answer["verdict"] == "block" for answer in top),
        "top_sites_warned": sum(answer["verdict"] == "warn" for answer in top),
        "banks": len(banks), "banks_blocked": sum(answer["verdict"] == "block" for answer in banks),
        "banks_warned": sum(answer["verdict"] == "warn" for answer in banks),
        "links_per_second": round(len(good) / seconds),
    }
    if arguments.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:24} {value}")


if __name__ == "__main__":
    main()
