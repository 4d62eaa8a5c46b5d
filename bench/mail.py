#!/usr/bin/env python3
"""How many phishing mails `bartizan check mail` flags, and how many harmless ones.

    bench/mail.py [--json] [--program PATH] [--corpus DIR]

Phishing: phishing_pot, of which the corpus has sender, answer address, subject, the receiving server's results, addresses,
text and types of attachments; a mail is made of these again, without any recipient. Evaluation only. Harmless: Enron ham (subject and
text alone) by folder, and the modern mails of tests/fixtures/mail/benign. Without the corpus only the last are measured.
"""

import argparse
import collections
import email.message
import email.policy
import gzip
import html
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAILS_PER_FILE = 250
IMAGE = re.compile(r"\.(png|jpe?g|gif|webp|svg|bmp)(\?|$)|/[^?]*(image|img|pixel|logo)[^?]*$", re.I)


def one_line(text):
    return re.sub(r"[\r\n\x00]+\s*", " ", text)


def header(name, text):
    """Encoded by RFC 2047 when it is not ASCII; a display name apart from its address."""
    text = one_line(text)
    if text.isascii():
        return f"{name}: {text}\r\n"
    if name in ("From", "Reply-To"):
        match = re.match(r"^(.*?)\s*(<[^<>]*>)\s*$", text)
        if match:
            word = email.header.Header(match[1].strip('" '), "utf-8", maxlinelen=10_000).encode()
            return f"{name}: {word} {match[2]}\r\n"
    return f"{name}: {email.header.Header(text, 'utf-8', maxlinelen=10_000).encode()}\r\n"


def phishing_mail(row):
    """The row as a mail: pictures as pictures, every other address as a link under "link"."""
    head = "Received: from a by b; " + row["date"] + "\r\n"
    if row["auth"]:
        head = header("Authentication-Results", row["auth"]) + head
    head += header("From", row["frm"]) + header("Subject", row["subject"])
    if row["reply_to"]:
        head += header("Reply-To", row["reply_to"])
    body = f"<html><body><p>{html.escape(row['text'])}</p>\n"
    for url in row["urls"]:
        quoted = html.escape(html.unescape(url))
        body += f'<img src="{quoted}">\n' if IMAGE.search(url) else f'<a href="{quoted}">link</a>\n'
    body += "</body></html>"
    head += "MIME-Version: 1.0\r\n"
    if not row["attach"]:
        head += "Content-Type: text/html; charset=utf-8\r\n\r\n"
        return (head + body).encode("utf-8", "replace")
    out = head + 'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n'
    out += "Content-Type: text/html; charset=utf-8\r\n\r\n" + body + "\r\n"
    for kind in row["attach"]:
        out += f"--x\r\nContent-Type: {one_line(kind)}; name=file\r\n"
        out += "Content-Disposition: attachment; filename=file\r\n\r\n\r\n"
    return (out + "--x--\r\n").encode("utf-8", "replace")


def enron_mail(text):
    """Subject and text are all that the corpus kept."""
    subject, _, body = text.partition("\n")
    head = f"From: somebody@example.com\r\nSubject: {one_line(subject.removeprefix('Subject: '))}\r\n"
    return (head + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body).encode()


def judge(program, folder):
    result = subprocess.run([program, "check", "mail", "--batch", folder, "--json"],
                            capture_output=True, text=True, check=False)
    if result.returncode not in (0, 1, 2) or not result.stdout:
        sys.exit(f"bench/mail.py: {result.stderr.strip() or 'no answer'}")
    return [json.loads(line) for line in result.stdout.splitlines()]


def judge_mails(program, mails):
    """In files of a few hundred: a mail more costs less than a file more."""
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(mails), MAILS_PER_FILE):
            text = b"".join(b"From a@b.example Mon Mar  2 08:00:00 2026\n" + re.sub(rb"(?m)^(>*From )", rb">\1", mail)
                            + b"\n\n" for mail in mails[start:start + MAILS_PER_FILE])
            (pathlib.Path(folder) / f"{start:06}.mbox").write_bytes(text)
        answers = judge(program, folder)
    if len(answers) != len(mails):
        sys.exit(f"bench/mail.py: {len(answers)} answers for {len(mails)} mails")
    return answers


def figures(answers):
    verdicts = collections.Counter(answer["verdict"] for answer in answers)
    flagged = verdicts["warn"] + verdicts["block"]
    return {"mails": len(answers), "flagged": flagged, "blocked": verdicts["block"], "errors": verdicts["error"],
            "share": round(flagged / max(1, len(answers)), 4)}


def proof(checks):
    if checks["dmarc"] == "pass":
        return 2
    return 1 if "pass" in (checks["spf"], checks["dkim"]) else 0


def measure_phishing(program, path):
    rows = [json.loads(line) for line in gzip.open(path, "rt", encoding="utf-8")]
    answers = judge_mails(program, [phishing_mail(row) for row in rows])
    # A mail repeated with another recipient is one mail: sender, subject and the text's beginning.
    first = {}
    for i, row in enumerate(rows):
        first.setdefault((row["frm"], row["subject"], row["text"][:200]), i)
    out = {"all": figures(answers), "unique": figures([answers[i] for i in sorted(first.values())])}
    for name, wanted in (("dmarc_passes", 2), ("something_passes", 1), ("nothing_passes", 0)):
        out[name] = figures([a for a in answers if a["verdict"] != "error" and proof(a["authentication"]) == wanted])
    return out


def measure_enron(program, path):
    out = {}
    groups = collections.defaultdict(list)
    with tarfile.open(path) as archive:
        for member in archive:
            parts = pathlib.PurePath(member.name).parts
            if member.isfile() and len(parts) > 2:
                folder, kind = parts[-3:-1]
                groups[folder + "_" + kind].append(archive.extractfile(member).read().decode("utf-8", "replace"))
    for name, texts in sorted(groups.items()):
        out[name] = figures(judge_mails(program, [enron_mail(text) for text in texts]))
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--program", default=str(ROOT / "build/release/bartizan"))
    parser.add_argument("--corpus", default=str(ROOT.parent / "shared/data"))
    options = parser.parse_args()
    messages = pathlib.Path(options.corpus) / "messages"
    result = {"modern_ham": figures(judge(options.program, ROOT / "tests/fixtures/mail/benign"))}
    enron = messages / "enron_spam_1_2.tar.xz"
    if enron.exists():
        result["enron"] = measure_enron(options.program, enron)
    phishing = messages / "phishing_pot_75pct.jsonl.gz"
    if phishing.exists():
        result["phishing_pot"] = measure_phishing(options.program, phishing)
    if options.json:
        print(json.dumps(result))
        return
    flat = {"modern ham (fixtures)": result["modern_ham"]}
    flat |= {"Enron " + name: value for name, value in result.get("enron", {}).items()}
    flat |= {"phishing_pot " + name: value for name, value in result.get("phishing_pot", {}).items()}
    print(f"{'mails':32} {'number':>7} {'flagged':>8} {'blocked':>8} {'share':>7}")
    for name, value in flat.items():
        print(f"{name:32} {value['mails']:7} {value['flagged']:8} {value['blocked']:8} {value['share']:7.4f}")


if __name__ == "__main__":
    main()
