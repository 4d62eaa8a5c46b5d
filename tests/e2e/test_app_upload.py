"""An analyst uploads an app: a process without keys, network and files opens it, and the server answers with the report."""
import io
import os
import pathlib
import signal
import threading
import zipfile

import harness

APPS = harness.TOP / "build/demo-apps"


def children(parent):
    """Process ids of the server's own workers."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            command = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if int(fields[1]) == parent and b"worker" in command:
            found.append(int(entry.name))
    return found


def with_entry(path, size):
    """The app with a stored entry of noise, which no signature covers."""
    out = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("assets/noise", os.urandom(1 << 20) * (size >> 20))
    return out.getvalue()


class AppUpload(harness.ServerTestCase):
    def upload(self, body, query="", headers=None):
        return self.api.request("POST", "/v1/apps" + query, body,
                                {"Content-Type": "application/octet-stream", **(headers or {})})

    def test_the_report_is_that_of_the_command_line_and_is_kept(self):
        path = APPS / "banker.apk"
        answer = self.upload(path.read_bytes())
        self.assertEqual(answer.status, 200, answer)
        report = answer.json
        (line,) = harness.run("scan", "app", "--json", path, expect=1).stdout.splitlines()
        printed = harness.json.loads(line)
        for name in ("sha256", "package", "verdict", "techniques", "anomalies", "signature"):
            self.assertEqual(report[name], printed[name], name)
        self.assertEqual([f["threat"] for f in report["findings"]], [f["threat"] for f in printed["findings"]])
        kept = self.api.get(f"/v1/apps/{report['sha256']}")
        self.assertEqual(kept["report"], report)
        self.assertEqual(kept["scanned_by"], "admin:admin")
        self.assertEqual([technique["id"] for technique in kept["techniques"]], report["techniques"])
        self.assertTrue(all(technique["name"] for technique in kept["techniques"]), kept["techniques"])
        services = {c["name"]: c for c in report["components"] if c["kind"] == "service"}
        self.assertIn("android.permission.BIND_ACCESSIBILITY_SERVICE", [c["permission"] for c in services.values()])
        self.assertIn(report["sha256"], [app["sha256"] for app in self.api.all("/v1/apps")])
        self.assertTrue(any(entry["action"] == "app.scanned" for entry in self.api.all("/v1/audit")))

    def test_a_phone_with_the_same_file_leads_to_the_report_where_its_tier_tells(self):
        digest = self.upload((APPS / "notes.apk").read_bytes()).json["sha256"]

        def apps(**token):
            phone = self.enrol(**token)
            phone.send(phone.observe("app.installed", {"package": "org.bartizan.demo.notes", "sha256": digest}),
                       phone.observe("app.installed", {"package": "org.example.other", "sha256": "0" * 64}),
                       phone.observe("app.installed", {"package": "org.example.silent"}))
            return self.api.get(f"/v1/devices/{phone.id}")["apps"]
        told = {app["package"]: (app["sha256"], app["has_report"]) for app in apps()}
        self.assertEqual(told, {"org.bartizan.demo.notes": (digest, True), "org.example.other": ("0" * 64, False),
                                "org.example.silent": ("", False)})
        self.assertEqual(apps(ownership="personal", tier="byod"), [])

    def test_a_file_with_the_same_code_is_named_from_both_sides(self):
        path = APPS / "banker.apk"
        first = self.upload(path.read_bytes()).json
        second = self.upload(with_entry(path, 1 << 20)).json
        self.assertEqual(first["tlsh"], second["tlsh"])
        for one, other in ((first, second), (second, first)):
            near = {app["sha256"]: app for app in self.api.get(f"/v1/apps/{one['sha256']}")["report"]["near_duplicates"]}
            self.assertEqual(near[other["sha256"]]["distance"], 0)
            self.assertEqual(near[other["sha256"]]["package"], other["package"])

    def test_who_installed_it_counts(self):
        body = (APPS / "banker.apk").read_bytes()
        store = self.upload(body, "?installer=com.android.vending").json
        nobody = self.upload(body, "?installer=").json
        self.assertNotIn("app.sideloaded", [f["threat"] for f in store["findings"]])
        self.assertIn("app.sideloaded", [f["threat"] for f in nobody["findings"]])

    def test_what_is_no_app_is_400_with_the_reason(self):
        for body in (b"hello\n" * 1000, bytes(100_000)):
            answer = self.upload(body)
            self.assertEqual(answer.status, 400, answer)
            self.assertIn("not an", answer.json["detail"])
        self.assertEqual(self.upload(b"").status, 400)
        self.assertEqual(self.upload(b"x", "?installer=" + "a" * 300).status, 400)
        self.assertEqual(self.upload(b"x", "?nonsense=1").status, 400)

    def test_a_body_larger_than_any_other_is_taken_and_one_too_large_is_413(self):
        large = with_entry(APPS / "notes.apk", 9 << 20)
        answer = self.upload(large)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json["size"], len(large))
        self.assertEqual(answer.json["package"], "org.bartizan.demo.notes")
        answer = self.upload(b"", headers={"Content-Length": str((512 << 20) + 1)})
        self.assertEqual(answer.status, 413, answer)

    def test_a_stranger_is_refused_before_the_body_is_read(self):
        connection = self.server.connect()
        connection.http.putrequest("POST", "/v1/apps")
        connection.http.putheader("Content-Length", str(400 << 20))
        connection.http.endheaders()
        answer = connection.http.getresponse()
        self.assertEqual(answer.status, 401)
        connection.close()

    def test_a_worker_that_is_lost_is_a_finding_and_no_outage(self):
        # Large enough to be caught at work.
        body = with_entry(APPS / "notes.apk", 200 << 20)
        answers = []
        sender = threading.Thread(target=lambda: answers.append(self.upload(body)))
        sender.start()
        for worker in harness.eventually(lambda: children(self.server.process.pid), 60, "a worker"):
            os.kill(worker, signal.SIGKILL)
        sender.join()
        (answer,) = answers
        self.assertEqual(answer.status, 200, answer)
        self.assertIn("scan.worker_lost", [a["id"] for a in answer.json["anomalies"]])
        self.assertIn("app.evasive_package", [f["threat"] for f in answer.json["findings"]])
        self.assertEqual(self.server.get("/healthz").status, 200)
        self.assertEqual(self.upload((APPS / "notes.apk").read_bytes()).json["verdict"], "clean")

    def test_the_server_stops_while_a_worker_works(self):
        body = with_entry(APPS / "notes.apk", 100 << 20)
        sender = threading.Thread(target=self.swallow, args=(body,))
        sender.start()
        harness.eventually(lambda: children(self.server.process.pid), 60, "a worker")
        self.assertEqual(self.server.stop(), 0)
        sender.join()
        self.api.connection.close()
        self.server.start()

    def swallow(self, body):
        try:
            self.upload(body)
        except OSError:
            pass
        except harness.http.client.HTTPException:
            pass
