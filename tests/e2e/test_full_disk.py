"""When nothing can be written: /readyz says so, nothing is acknowledged, and afterwards it goes on by itself."""
import os
import pathlib
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

import harness
from harness import Phone

# SIGXFSZ would end the process before the write could fail.
IGNORE_SIGXFSZ = [sys.executable, "-c",
                  "import os, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"]


class OutOfSpace:
    """The test; the classes below say how space runs out."""

    def test_not_ready_nothing_acknowledged_and_then_on(self):
        phone = Phone.enrol(self.api.enrolment_token("a phone")["url"])
        phone.report("link.opened", {"url": "https://example.org/before"})
        self.assertEqual(self.server.get("/readyz").status, 200)

        self.fill()
        try:
            answer = harness.eventually(lambda: self.not_ready(), 30, "503 of /readyz")
            self.assertTrue(answer.json["detail"], "it says why")
            self.assertEqual(self.server.get("/healthz").status, 200, "the process itself is well")
            # Space may be left for a few small rows: keep on until it says no.
            refused = None
            for _ in range(200):
                observation = phone.observe("link.opened", {"url": "https://example.org/" + "x" * 4000})
                answer = phone.request("POST", "/v1/device/observations", {"observations": [observation]})
                if answer.status != 200:
                    refused = observation
                    break
            self.assertIsNotNone(refused, "a full disk went on storing")
            self.assertEqual(answer.status, 503)
        finally:
            self.free()
        harness.eventually(lambda: self.server.get("/readyz").status == 200, 30, "ready again")
        (result,) = phone.send(refused)
        self.assertEqual(result["status"], "stored", "the queue went on where it had stopped")

    def not_ready(self):
        answer = self.server.get("/readyz")
        return answer if answer.status == 503 else None


class FileSizeLimit(OutOfSpace, unittest.TestCase):
    """Writes fail beyond a file size, which needs no privilege."""

    def setUp(self):
        folder = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("BARTIZAN_TEST_FOLDER")))
        self.addCleanup(shutil.rmtree, folder)
        (folder / "data").mkdir()
        self.server = harness.Server(folder / "data", wrapper=IGNORE_SIGXFSZ).start()
        self.addCleanup(self.server.stop)
        self.api = harness.Api(self.server).first_login()

    def fill(self):
        # No file may grow at all, nor be written where it is already longer.
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))

    def free(self):
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


class FullFileSystem(OutOfSpace, unittest.TestCase):
    """A file system of 24 MB with another file in all of it."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("BARTIZAN_TEST_FOLDER")))
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", self.folder], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("only root may mount a file system")
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.folder])
        (self.folder / "data").mkdir()
        self.server = harness.Server(self.folder / "data").start()
        self.addCleanup(self.server.stop)
        self.api = harness.Api(self.server).first_login()

    def fill(self):
        with open(self.folder / "filler", "wb", buffering=0) as filler:
            block = b"x" * 4096
            while True:
                try:
                    if filler.write(block) < len(block):
                        break
                except OSError:
                    break

    def free(self):
        (self.folder / "filler").unlink()


class LockedDatabase(harness.ServerTestCase):
    def test_a_lock_held_by_somebody_else_is_reported_and_passes(self):
        (database,) = self.server.data.glob("*.db")
        other = sqlite3.connect(database, isolation_level=None)
        self.addCleanup(other.close)
        other.execute("BEGIN IMMEDIATE")
        answer = harness.eventually(lambda: (a := self.server.get("/readyz")).status == 503 and a, 40, "503 of /readyz")
        self.assertIn("lock", answer.body.decode().lower())
        other.execute("ROLLBACK")
        harness.eventually(lambda: self.server.get("/readyz").status == 200, 30, "ready again")
