"""A restart keeps everything; a backup carries store and CA to another folder."""
import os
import pathlib
import shutil
import tempfile
import unittest

import harness
from harness import Phone


class Restart(harness.ServerTestCase):
    def test_a_restart_keeps_phones_sessions_and_problems(self):
        phone = self.enrol("kept")
        phone.report("device.state", {"screen_lock": False})
        before = self.api.get(f"/v1/devices/{phone.id}")
        self.assertEqual(self.server.stop(), 0, "SIGTERM is an orderly end")
        self.server.start()
        self.api.connection = self.server.connect()
        after = self.api.get(f"/v1/devices/{phone.id}")
        self.assertEqual((after["risk"], after["open_problems"]), (before["risk"], before["open_problems"]))
        phone.connection = None
        phone.report("device.state", {"screen_lock": True})
        self.assertEqual(self.api.get(f"/v1/devices/{phone.id}")["risk"], "secured")

    def test_secrets_are_not_readable_for_others(self):
        for path in self.server.data.rglob("*"):
            if path.name != "ca.pem":  # the public half
                self.assertEqual(path.stat().st_mode & 0o077, 0, f"{path} can be read by others")


class Backup(unittest.TestCase):
    def test_what_was_backed_up_is_restored_and_the_phones_still_know_it(self):
        folder = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("BARTIZAN_TEST_FOLDER")))
        self.addCleanup(shutil.rmtree, folder)
        (folder / "data").mkdir()
        server = harness.Server(folder / "data").start()
        self.addCleanup(lambda: server.stop())
        api = harness.Api(server).first_login()
        phone = Phone.enrol(api.enrolment_token("carried over")["url"])
        phone.report("device.state", {"screen_lock": False})

        archive = folder / "backup.tar"
        harness.run("backup", "--data", server.data, "--out", archive)  # while it runs
        self.assertEqual(archive.stat().st_mode & 0o077, 0, "the backup holds the CA's key")
        late = phone.report("link.opened", {"url": "https://example.org/after-the-backup"})
        server.stop()

        harness.run("restore", "--data", folder / "restored", "--from", archive)
        moved = harness.Server(folder / "restored")
        moved.ports = server.ports
        server.start = None  # the old one stays down
        moved.start()
        self.addCleanup(moved.stop)
        again = harness.Api(moved)
        again.secret, again.used_step = api.secret, api.used_step
        self.assertEqual(again.log_in(api.password, totp=again.code()).status, 200)
        device = again.get(f"/v1/devices/{phone.id}")
        self.assertEqual([p["threat"] for p in device["open_problems"]], ["device.no_screen_lock"])
        phone.connection = None
        self.assertEqual(phone.send(late)[0]["status"], "stored", "sent again after the restore, as its queue would")

        done = harness.run("restore", "--data", folder / "restored", "--from", archive, expect=2)
        self.assertTrue(done.stderr, "an existing data folder is not overwritten, and it says so")
