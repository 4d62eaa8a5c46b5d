#!/usr/bin/python3
"""Collects harmless web addresses from packages that people curate, for the two tables of tests/links.

    apt-cache dumpavail > avail/Packages
    dpkg-deb -x calibre_*.deb unpacked/debian-calibre
    tools/collect_pages.py tests/links avail unpacked/* --hosted-only avail --without benign.tsv.gz

Every folder named is one source, called by its own name; its files are searched for addresses, compressed ones too. Nothing is fetched.
--without names a list that the tables shall add to: no tenant and no address of it is taken again.
Rows that the tables already have stay, so that sources can be added one after another. tests/links/README.md says what the tables are for.
"""
import argparse
import collections
import gzip
import hashlib
import pathlib
import re
import urllib.parse

ADDRESS = re.compile(rb"https?://[A-Za-z0-9][^\s\"'<>()\[\]{}|\\^`\x00-\x1f\x7f]{3,400}")
# What follows an address that is the beginning of a pattern or of a format string.
PATTERN_GOES_ON = re.compile(rb"[{\[(^]|\\[^nrt\"'/]")
BIGGEST_FILE = 64 << 20
PER_PLATFORM, PER_DOMAIN, LINKED, LONGEST = 600, 3, 7000, 180
# What a package says about itself or a machine reads, and what no one opens as a page.
NOT_A_PAGE = re.compile(r"\.(js|mjs|css|xsd|dtd|png|jpe?g|gif|svg|ico|woff2?|zip|tar|gz|bz2|xz|whl|deb|exe|dmg|json|xml|rss|atom|m3u8|mpd|mp[34]|ts|webm)$", re.I)
PLACEHOLDER = re.compile(r"\bexample\b|localhost|\byour[-_]?(app|company|domain|host|name|org|project|server|site|user)|\busername\b"
                         r"|%[sd](?![0-9a-f])|\$|\*|\.\.\.|…|&(lt|gt|quot)|[,;]{2}", re.I)
NOT_TAKEN = re.compile(r"(^|\.)(archive\.(org|is|today|ph)|w3\.org|googleapis\.com|googleusercontent\.com|test\.(com|net|org))$"
                       r"|porn|xxx|sex|hentai|xvideo|xhamster|nsfw|nude|erotic")

SUBDOMAIN_PLATFORMS = """github.io gitlab.io codeberg.page readthedocs.io vercel.app netlify.app web.app firebaseapp.com pages.dev workers.dev r2.dev
    herokuapp.com onrender.com fly.dev glitch.me surge.sh repl.co replit.app streamlit.app deno.dev appspot.com azurewebsites.net
    azurestaticapps.net cloudfront.net blogspot.com wordpress.com weebly.com wixsite.com godaddysites.com square.site myshopify.com jimdofree.com
    webflow.io carrd.co notion.site gitbook.io tumblr.com substack.com neocities.org sourceforge.io tripod.com angelfire.com
    livejournal.com typepad.com over-blog.com strikingly.com tilda.ws ucoz.ru bitbucket.io hatenablog.com fc2.com pythonanywhere.com hf.space""".split()
# Platforms whose tenant is in the path: the name, and what precedes the tenant.
PATH_PLATFORMS = {
    "sites.google.com": re.compile(r"/(?:site|view|a)/([^/]+)"),
    "docs.google.com/forms": re.compile(r"/(?:a/[^/]+/)?forms/d/(?:e/)?([^/]+)"),
    "forms.gle": re.compile(r"/(\w{6,})"),
    "amazonaws.com": re.compile(r"/([^/]+)"),
}
COUNTRY_BLOG = re.compile(r"\.blogspot\.(com?\.)?[a-z]{2,3}$")
SERVICE_NAMES = {"www", "api", "docs", "blog", "support", "en", "help", "app", "static", "cdn", "assets", "media", "files", "public-api", "developer"}


class Suffixes:
    """The ICANN section of the public suffix list: what a registrable domain is."""

    def __init__(self, path="/usr/share/publicsuffix/public_suffix_list.dat"):
        text = pathlib.Path(path).read_text().split("===END ICANN DOMAINS===")[0]
        self.rules = {line.strip() for line in text.splitlines() if line.strip() and not line.startswith("//")}

    def registrable(self, host):
        labels = host.split(".")
        for start in range(len(labels)):
            suffix = ".".join(labels[start:])
            if "!" + suffix in self.rules:
                return suffix
            if suffix in self.rules or "*." + ".".join(labels[start + 1:]) in self.rules:
                return ".".join(labels[start - 1:]) if start else None
        return None


def fold(name):
    """The rule of the harmless set the links are trained with: 0-6 may train, 7-9 never do."""
    return str(int(hashlib.sha1(name.encode()).hexdigest(), 16) % 10)


def tenant(host, path):
    """(platform, tenant) of a page on a hosting platform, (None, None) of any other, (platform, None) of the platform's own pages."""
    if host == "docs.google.com":
        platform, where = "docs.google.com/forms", PATH_PLATFORMS["docs.google.com/forms"].match(path)
        return (platform, platform + "/" + where[1]) if where else (None, None)
    if host in PATH_PLATFORMS and host != "amazonaws.com":
        where = PATH_PLATFORMS[host].match(path)
        return host, host + "/" + where[1].lower() if where else None
    if host.endswith(".amazonaws.com"):
        bucket = re.match(r"(.+)\.s3[.-]", host)
        where = PATH_PLATFORMS["amazonaws.com"].match(path) if re.match(r"s3[.-]", host) else None
        return "amazonaws.com", bucket[1] + ".s3" if bucket else where[1] + ".s3" if where else None
    if COUNTRY_BLOG.search(host):
        name = host.split(".blogspot.")[0].split(".")[-1]
        return "blogspot.com", None if name in SERVICE_NAMES else name + ".blogspot.com"
    for platform in SUBDOMAIN_PLATFORMS:
        if host.endswith("." + platform):
            name = host[:-len(platform) - 1].split(".")[-1]
            return platform, None if name in SERVICE_NAMES else f"{name}.{platform}"
    return None, None


def clean(raw):
    """The address as (url, host, path), or None of what is no page of the public web."""
    try:
        url = raw.decode("utf-8").replace("&amp;", "&").split("#")[0].rstrip(".,;:!?*_~")
        parts = urllib.parse.urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    if port or "@" in parts.netloc or not re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", host):
        return None
    if len(url) > LONGEST or PLACEHOLDER.search(url) or NOT_TAKEN.search(host):
        return None
    return url, host, parts.path or "/"


def parts_of(url):
    """(host, path) of an address that a table or list already has; the lists leave the scheme out as often as not."""
    parts = urllib.parse.urlsplit(url if "//" in url else "//" + url)
    return (parts.netloc.lower().removeprefix("www."), parts.path or "/")


def addresses(folder):
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.stat().st_size > BIGGEST_FILE:
            continue
        data = path.read_bytes()
        if path.suffix == ".gz":
            try:
                data = gzip.decompress(data)
            except (OSError, EOFError):
                continue
        whole = {match[0] for match in ADDRESS.finditer(data) if not PATTERN_GOES_ON.match(data, match.end())}
        for raw in sorted(whole):
            if found := clean(raw):
                yield found


def read_rows(path):
    return [line.split("\t") for line in path.read_text().splitlines()[1:]] if path.exists() else []


def without(path):
    """The tenants and the addresses of a list whose last column is the address."""
    tenants, seen = set(), set()
    if path:
        for line in gzip.open(path, "rt"):
            host, page = parts_of(line.rstrip("\n").split("\t")[-1])
            tenants.add(tenant(host, page)[1])
            seen.add((host, page.rstrip("/")))
    return tenants, seen


def write_rows(path, header, rows):
    path.write_text("\n".join("\t".join(row) for row in [header, *sorted(rows)]) + "\n")


def spread(candidates, limit):
    """At most `limit`, from the sources in turn, in an order that only the addresses decide."""
    queues = collections.defaultdict(list)
    for row in sorted(candidates, key=lambda row: hashlib.sha1(row[0].encode()).hexdigest()):
        queues[row[1]].append(row)
    taken = []
    while queues and len(taken) < limit:
        for source in sorted(queues):
            taken.append(queues[source].pop(0))
            if not queues[source]:
                del queues[source]
    return taken[:limit]


def collect(folders, hosted_only, known):
    """The pages by tenant and platform, and the others by registrable domain, as {key: (url, source)} each."""
    suffixes = Suffixes()
    hosted, linked = collections.defaultdict(dict), collections.defaultdict(dict)
    for folder in folders:
        for url, host, path in addresses(folder):
            platform, name = tenant(host, path)
            if name and name not in known[0]:
                kept = hosted[platform].get(name)
                # One page a tenant, the one with a path where there is one.
                if kept is None or (parts_of(kept[0])[1] == "/" and path != "/"):
                    hosted[platform][name] = (url, folder.name)
            elif platform is None and folder.name not in hosted_only and len(path.rstrip("/")) > 1 and not NOT_A_PAGE.search(path) \
                    and (host.removeprefix("www."), path.rstrip("/")) not in known[1] and (domain := suffixes.registrable(host)):
                linked[domain].setdefault(url, (url, folder.name))
    return hosted, linked


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("source", type=pathlib.Path, nargs="+")
    parser.add_argument("--hosted-only", action="append", default=[], metavar="NAME", help="take no linked pages from this source")
    parser.add_argument("--without", type=pathlib.Path, metavar="FILE.tsv.gz")
    args = parser.parse_args()
    hosted, linked = collect(args.source, args.hosted_only, without(args.without))

    rows = read_rows(args.out / "hosted_pages.tsv")
    have = collections.Counter(row[0] for row in rows)
    names = {tenant(*parts_of(row[2]))[1] for row in rows}
    for platform, tenants in hosted.items():
        name_of = {url: name for name, (url, _) in tenants.items()}
        fresh = [row for name, row in tenants.items() if name not in names]
        rows += [[platform, fold(name_of[url]), url, source] for url, source in spread(fresh, PER_PLATFORM - have[platform])]
    write_rows(args.out / "hosted_pages.tsv", ("platform", "fold", "url", "source"), rows)

    rows = read_rows(args.out / "linked_pages.tsv")
    have = collections.Counter(row[0] for row in rows)
    kept = {row[2] for row in rows}
    fresh = []
    for domain, pages in linked.items():
        new = [row for url, row in pages.items() if url not in kept]
        fresh += [(url, source, domain) for url, source in spread(new, PER_DOMAIN - have[domain])]
    rows += [[domain, fold(domain), url, source] for url, source, domain in spread(fresh, LINKED - len(rows))]
    write_rows(args.out / "linked_pages.tsv", ("domain", "fold", "url", "source"), rows)


if __name__ == "__main__":
    main()
