"""Which addresses the model of links learns from and is measured on (docs/models.md).

Used by tools/train_links.py and bench/links.py; needs Python alone.
"""
import collections
import gzip
import json
import lzma
import random
import re
import urllib.parse

MOST_OF_DOMAIN = 20
MOST_OF_BRAND = 2500
MOST_CRYPTO = 20_000
TRAINING_FOLDS = range(7)
SHIPPED_SOURCES = {"autoconsent", "awesome-selfhosted", "debian-homepage", "endoflife", "free-programming-books", "jdm-account-deletion",
                   "ms-graph-docs", "simple-icons", "twofactorauth"}  # terms that allow training


class Suffixes:
    """ICANN's part of the public suffix list."""

    def __init__(self, path):
        self.rules = {line.strip() for line in path.open() if line.strip() and not line.startswith("//")}

    def registrable(self, host):
        labels = host.split(".")
        for at in range(len(labels)):
            name = ".".join(labels[at:])
            if "!" + name in self.rules:
                return name
            if name in self.rules or "*." + ".".join(labels[at + 1:]) in self.rules:
                return ".".join(labels[max(0, at - 1):])
        return ".".join(labels[-2:])


def plain(url):
    """Without scheme, "www." and final slashes."""
    url = re.sub(r"^https?://", "", url.strip(), flags=re.IGNORECASE)
    return re.sub(r"^www\.", "", url, flags=re.IGNORECASE).rstrip("/")


def host_of(url):
    try:
        host = urllib.parse.urlsplit("https://" + url).hostname
    except ValueError:
        return None
    return host.lower().strip(".") if host else None


def capped(urls, suffixes):
    """(address, registrable domain), each once, at most MOST_OF_DOMAIN a domain; masked ones left out."""
    seen, of_domain, out = set(), collections.Counter(), []
    for url in urls:
        if re.match(r"^(?!https?:)[a-z]+://", url, flags=re.IGNORECASE):
            continue  # no page
        url = plain(url)
        host = host_of(url)
        if "*" in url or not host or url in seen:
            continue
        seen.add(url)
        domain = suffixes.registrable(host)
        if of_domain[domain] < MOST_OF_DOMAIN:
            of_domain[domain] += 1
            out.append(("https://" + url.replace("\n", " "), domain))
    return out


def rows_of(path):
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as lines:
        return [line.rstrip("\n").split("\t") for line in lines]


class Sets:
    """Lists of (address, registrable domain), each at most MOST_OF_DOMAIN of a domain.

    `corpus` has links/ and intel/, `top` is the repository.
    """

    def __init__(self, corpus, top):
        self.corpus, self.top = corpus, top
        self.suffixes = Suffixes(top / "content/tables/public_suffix_icann.txt")

    def capped(self, urls):
        return capped(urls, self.suffixes)

    def benign(self, folds, sources=None):
        rows = rows_of(self.corpus / "links/benign.tsv.gz")[1:]
        return self.capped(url for fold, source, url in rows if int(fold) in folds and (sources is None or source in sources))

    def evaluation_domains(self):
        return {domain for _, domain in self.benign(range(7, 10))}

    def openphish(self, part):
        return self.capped(row[1] for row in rows_of(self.corpus / f"links/openphish_{part}.tsv.gz")[1:])

    def jpcert(self):
        """At most MOST_OF_BRAND addresses of a brand: a few brands of one country are most of the feed."""
        rows = rows_of(self.corpus / "links/jpcert_2019-2023.tsv.gz")[1:]
        random.Random(0).shuffle(rows)
        of_brand, chosen = collections.Counter(), []
        for row in rows:
            brand = row[2] if len(row) > 2 else ""
            if of_brand[brand] < MOST_OF_BRAND:
                of_brand[brand] += 1
                chosen.append(row[1])
        return self.capped(chosen)

    def phishing(self, without):
        """What the shipped model learns from: two lists."""
        return [[(url, domain) for url, domain in part if domain not in without] for part in (self.jpcert(), self.crypto())]

    def crypto(self):
        with lzma.open(self.corpus / "intel/polkadot_phishing_all.json.xz", "rt") as text:
            names = sorted(json.load(text)["deny"])
        random.Random(0).shuffle(names)
        return self.capped(names[:MOST_CRYPTO])

    def warning_list(self, name):
        """Home pages of the hosts of one of the MISP warning lists."""
        with lzma.open(self.corpus / f"intel/warninglists/{name}.json.xz", "rt") as text:
            names = {item.strip(".").lower() for item in json.load(text)["list"]}
        return ["https://" + name + "/" for name in sorted(names) if "." in name and "/" not in name]

    def well_known(self, without):
        """Home pages of much used sites and universities, but for the domains in `without`."""
        names = set()
        for name in ("tranco10k", "majestic_million", "university_domains", "cisco_top20k"):
            names |= {self.suffixes.registrable(url[len("https://"):-1]) for url in self.warning_list(name)}
        return self.capped(sorted(names - without))

    def collected(self, name, folds, without=frozenset()):
        """Of tests/links/NAME.tsv."""
        lines = [line.rstrip("\n").split("\t") for line in (self.top / f"tests/links/{name}.tsv").open(encoding="utf-8") if line[0] != "#"]
        chosen = self.capped(row[2] for row in lines[1:] if int(row[1]) in folds)
        return [(url, domain) for url, domain in chosen if domain not in without]

    def harmless_pages(self, without):
        """What the shipped model learns from besides home pages: three lists."""
        lists = [(url, domain) for url, domain in self.benign(TRAINING_FOLDS, SHIPPED_SOURCES) if domain not in without]
        return [lists, self.collected("linked_pages", TRAINING_FOLDS, without),
                self.collected("hosted_pages", TRAINING_FOLDS, without)]

    def unseen_phishing(self):
        """OpenPhish of 2026 but for domains that the shipped model was trained on."""
        seen = self.evaluation_domains()
        seen = {domain for part in (*self.phishing(seen), self.well_known(seen), *self.harmless_pages(seen)) for _, domain in part}
        return [(url, domain) for url, domain in self.openphish("test") if domain not in seen]
