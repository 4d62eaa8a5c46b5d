#!/usr/bin/env python3
"""Measures the look-alikes of protected brands against dnstwist, which makes them independently.

    tests/interop/lookalikes.py [--program BARTIZAN] [--json] [--folds 7,8,9] [--sample N] [--misses CLASS]

For each brand of content/brands/brands.yaml whose home domain has a name of six letters or more, dnstwist makes
permutations by class; of each class a fixed sample is judged. Found means: a look-alike whose target is that
brand. Domains that a brand itself owns do not count. Brands whose name is a common word, for which slips are no
sign, or whose home domain is no name that is protected as a word, are measured apart. Where the corpus is present (BARTIZAN_CORPUS, or ../shared/data) the look-alikes found
among harmless pages are counted too, by registrable domain.

dnstwist is installed into an environment of its own, build/interop/lookalikes, and asks nobody: no name is looked up.
"""

import argparse
import gzip
import json
import os
import pathlib
import random
import subprocess
import sys
import venv

TOP = pathlib.Path(__file__).resolve().parents[2]
ENVIRONMENT = TOP / "build/interop/lookalikes"
CLASSES = (
    "addition", "bitsquatting", "cyrillic", "dictionary", "homoglyph", "hyphenation", "insertion", "omission",
    "plural", "repetition", "replacement", "subdomain", "tld-swap", "transposition", "various", "vowel-swap",
)
LIKENESSES = ("link.homograph", "link.typosquat", "link.brand_in_subdomain")
LEAST_LETTERS = 6
# Words that lure, for dnstwist's class of them: those which guides to phishing name most.
WORDS = (
    "account access auth billing cancel center claim confirm connect contact customer download help id info install "
    "login logon mail my online pay payment portal recover recovery refund register reset safe secure security "
    "service services shop signin ssl support team unlock update user validate verify verification view wallet web www"
).split()


def in_own_environment():
    python = ENVIRONMENT / "bin/python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
        requirements = pathlib.Path(__file__).with_name("lookalikes_requirements.txt")
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
    if pathlib.Path(sys.prefix).resolve() != ENVIRONMENT.resolve():
        os.execv(python, [str(python), *sys.argv])


def brands():
    """(home domain, all domains, whether a common word) of each brand; the file is flow-style YAML, one a line."""
    out = []
    for line in (TOP / "content/brands/brands.yaml").read_text(encoding="utf-8").splitlines():
        if line.startswith("- {"):
            domains = line.split("domains: [")[1].split("]")[0].split(", ")
            label = domains[0].split(".")[0]
            words = line.split("words: [")[1].split("]")[0].split(", ") if "words: [" in line else [label]
            common = "common_word: true" in line or label not in words
            out.append((domains[0], domains, common, "delivery_network: true" in line))
    return out


def suffixes():
    lines = (TOP / "content/tables/public_suffix_icann.txt").read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("//")}


def registrable(host, rules):
    labels = host.split(".")
    for start in range(len(labels)):
        name = ".".join(labels[start:])
        parent = ".".join(labels[start + 1:])
        if f"!{name}" in rules:
            return name
        if name in rules or f"*.{parent}" in rules:
            return ".".join(labels[max(start - 1, 0):]) if start > 0 else ""
    return ".".join(labels[-2:])


def permutations(home, rules, sample):
    import dnstwist
    chance = random.Random(home)
    # Suffixes anybody can register under; a name's own is left out by dnstwist.
    tlds = sorted(rule for rule in rules if rule.isascii() and "." not in rule and not rule.startswith("xn--"))
    fuzzer = dnstwist.Fuzzer(home, dictionary=list(WORDS), tld_dictionary=tlds)
    fuzzer.generate()
    by_class = {}
    for one in fuzzer.domains:
        if one["fuzzer"] != "*original" and one["domain"] != home:
            by_class.setdefault(one["fuzzer"], set()).add(one["domain"])
    return {name: chance.sample(sorted(found), min(sample, len(found))) for name, found in by_class.items()}


def judge(program, links):
    """(url, host, likeness or None, target) of each link, in order."""
    process = subprocess.run(
        [program, "check", "link", "--batch", "--json", "--content", TOP / "content"],
        input="\n".join(links) + "\n", text=True, capture_output=True, check=False)
    for line in process.stdout.splitlines():
        checked = json.loads(line)
        found = next((one for one in checked["findings"] if one["threat"] in LIKENESSES), None)
        target = next((fact["value"] for fact in found["evidence"] if fact["fact"] == "target"), "") if found else ""
        yield checked["url"], checked.get("host", ""), found, target


def measure_recall(program, chosen, rules, owned, options):
    made = []
    for home, *_ in chosen:
        for name, domains in permutations(home, rules, options.sample).items():
            made += [(name, home, domain) for domain in domains if domain not in owned]
    totals = {name: [0, 0] for name in CLASSES}
    for (name, home, domain), (_, _, _, target) in zip(made, judge(program, [f"https://{one[2]}/" for one in made])):
        totals[name][1] += 1
        totals[name][0] += target == home
        if target != home and options.misses == name:
            print(f"missed: {domain} of {home} {target}", file=sys.stderr)
    return {name: {"found": found, "of": of, "recall": round(found / of, 4)}
            for name, (found, of) in totals.items() if of}


def measure_alarms(program, corpus, rules, options):
    folds = set(options.folds.split(","))
    rows = gzip.open(corpus / "links/benign.tsv.gz", "rt", encoding="utf-8").read().splitlines()[1:]
    links = [row.split("\t")[2] for row in rows if row.split("\t")[0] in folds]
    domains, flagged = set(), {}
    for url, host, found, target in judge(program, links):
        domain = registrable(host, rules)
        domains.add(domain)
        if found:
            flagged.setdefault(domain, f"{url} as {target}: {found['summary']}")
    return {"folds": options.folds, "registrable_domains": len(domains), "flagged": len(flagged),
            "per_10000": round(1e4 * len(flagged) / max(len(domains), 1), 2), "which": sorted(flagged.values())}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=str(TOP / "build/release/bartizan"))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folds", default="7,8,9", help="of the harmless pages")
    parser.add_argument("--sample", type=int, default=60, help="permutations a class and brand")
    parser.add_argument("--misses", default="", help="a class whose misses are printed")
    options = parser.parse_args()
    in_own_environment()
    rules = suffixes()
    every = brands()
    owned = {domain for _, domains, *_ in every for domain in domains}
    named = [one for one in every if len(one[0].split(".")[0]) >= LEAST_LETTERS and not one[3]]
    report = {"brands": len(every)}
    for key, common in (("distinct", False), ("common_words", True)):
        chosen = [one for one in named if one[2] == common]
        report[key] = {"brands": len(chosen), "classes": measure_recall(options.program, chosen, rules, owned, options)}
    corpus = pathlib.Path(os.environ.get("BARTIZAN_CORPUS", TOP.parent / "shared/data"))
    if (corpus / "links/benign.tsv.gz").exists():
        report["false_alarms"] = measure_alarms(options.program, corpus, rules, options)
    if options.json:
        print(json.dumps(report))
        return
    print(f"{report['brands']} brands")
    for key in ("distinct", "common_words"):
        print(f"{key}: {report[key]['brands']} brands with a name of {LEAST_LETTERS} letters or more")
        for name, row in report[key]["classes"].items():
            print(f"  {name:14} {row['found']:6} of {row['of']:6}  {row['recall']:.3f}")
    if "false_alarms" in report:
        alarms = report["false_alarms"]
        print(f"harmless pages, folds {alarms['folds']}: {alarms['flagged']} of {alarms['registrable_domains']} "
              f"registrable domains flagged ({alarms['per_10000']} of 10,000)")
        for line in alarms["which"]:
            print(f"  {line}")


if __name__ == "__main__":
    main()
