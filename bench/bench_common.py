"""What the benchmarks share: the release server in a folder of its own, enrolled phones, a load beside it."""
import argparse
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent
BUILD = TOP / "build/release"
os.environ.setdefault("BARTIZAN_BINARY", str(BUILD / "bartizan"))
sys.path.insert(0, str(TOP / "tests/e2e"))
import harness  # noqa: E402  (found by the line above)


class Site:
    """A server with an administrator, in a temporary folder on the disk of the build, not in memory."""

    def __enter__(self):
        (TOP / "build/bench").mkdir(parents=True, exist_ok=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=TOP / "build/bench"))
        os.environ["BARTIZAN_TEST_FOLDER"] = str(self.folder)
        (self.folder / "data").mkdir()
        self.server = harness.Server(self.folder / "data").start()
        self.api = harness.Api(self.server).first_login()
        return self

    def __exit__(self, *error):
        self.server.stop()
        shutil.rmtree(self.folder)

    def enrol(self, count):
        return [harness.Phone.enrol(self.api.enrolment_token(f"phone {n}")["url"]) for n in range(count)]

    def phones_file(self, phones):
        """For the C++ load generators."""
        path = self.folder / "phones.json"
        path.write_text(json.dumps([{
            "host": "127.0.0.1", "port": self.server.ports[1], "device_id": phone.id, "ca": str(phone.folder / "ca.pem"),
            "certificate": str(phone.folder / "certificate.pem"), "key": str(phone.folder / "key.pem")} for phone in phones]))
        return path

    def start_load(self, phones_file, batches, batch_size, first_sequence, rows="-"):
        return subprocess.Popen([BUILD / "bench_ingest_load", phones_file, str(batches), str(batch_size), str(first_sequence),
                                 str(rows)], stdout=subprocess.PIPE, text=True)

    def stored(self):
        """Observations in the store, counted from outside."""
        (database,) = self.server.data.glob("*.db")
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        try:
            return connection.execute("SELECT count(*) FROM observations").fetchone()[0]
        finally:
            connection.close()


def answer_of(process):
    """The JSON line a load generator ends with."""
    out, _ = process.communicate()
    if process.returncode != 0:
        raise SystemExit(f"{process.args[0]}: exit {process.returncode}: {out}")
    return json.loads(out.splitlines()[-1])


def percentile(values, share):
    values = sorted(values)
    return values[round(share * (len(values) - 1))]


def progress(text):
    print(text, file=sys.stderr, flush=True)


def main(measure, description, *arguments):
    """Prints what measure(options) returns: one JSON object, or a line per figure."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    for name, options in arguments:
        parser.add_argument(name, **options)
    options = parser.parse_args()
    figures = measure(options)
    if options.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:28} {value}")
