"""The syslog connector against a real rsyslog: RFC 5424 in RFC 5425 frames, mutual TLS, CEF.

Runs alone too: python3 tests/e2e/test_syslog.py
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import harness  # noqa: E402  (found by the line above, also when this file runs alone)

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("BARTIZAN_BINARY", TOP / "build/debug/bartizan"))
PROBE = BINARY.with_name("bartizan_connect_probe")
RSYSLOGD = shutil.which("rsyslogd", path=os.environ.get("PATH", "") + ":/usr/sbin")

CONFIGURATION = """
global(workDirectory="{folder}" defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="{folder}/ca.pem"
       defaultNetstreamDriverCertFile="{folder}/server.pem" defaultNetstreamDriverKeyFile="{folder}/server.key"
       maxMessageSize="64k")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="x509/certvalid")
input(type="imtcp" address="127.0.0.1" port="{port}")
template(name="parsed" type="list" option.jsonf="on") {{
  property(outname="pri" name="pri" format="jsonf")
  property(outname="protocol" name="protocol-version" format="jsonf")
  property(outname="time" name="timereported" dateformat="rfc3339" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="app" name="app-name" format="jsonf")
  property(outname="message_id" name="msgid" format="jsonf")
  property(outname="data" name="structured-data" format="jsonf")
  property(outname="text" name="msg" format="jsonf")
}}
action(type="omfile" file="{folder}/received.jsonl" template="parsed" flushOnTXEnd="on" asyncWriting="off")
"""


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Authority:
    """A certificate authority of this test alone."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2", "-subj",
                f"/CN={name}", "-addext", "keyUsage=critical,keyCertSign", "-keyout", folder / f"{name}.key",
                "-out", folder / f"{name}.pem")

    def issue(self, name, alternative):
        stem = self.folder / name
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-subj", f"/CN={name}",
                "-keyout", f"{stem}.key", "-out", f"{stem}.csr")
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternative}\n")
        openssl("x509", "-req", "-in", f"{stem}.csr", "-CA", self.folder / f"{self.name}.pem", "-CAkey",
                self.folder / f"{self.name}.key", "-days", "2", "-extfile", extensions, "-out", f"{stem}.pem")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def parse_cef(text):
    """As a SIEM does: seven header fields between bare pipes, then key=value pairs."""
    parts = re.split(r"(?<!\\)(?:\\\\)*\|", text, maxsplit=7)
    header = [part.replace("\\|", "|").replace("\\\\", "\\") for part in parts[:7]]
    # A key starts the extension or follows a space, and ends at an '=' that is not escaped.
    starts = list(re.finditer(r"(?:^| )(\w+)(?<!\\)=", parts[7]))
    fields = {}
    for this, following in zip(starts, [*starts[1:], None]):
        value = parts[7][this.end():following.start() if following else None]
        fields[this[1]] = re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r"}.get(m[1], m[1]), value)
    return header, fields


def event(number, **changes):
    """An item of the outbox, its event as docs/events.md says."""
    identity = str(uuid.uuid4())
    return {"id": identity, "device_id": f"device-{number % 7}", "kind": "problem.opened", "event": {
        "id": identity, "kind": "problem.opened", "time": "2026-03-01T09:30:00.123Z", "severity": "high", "confidence": 95,
        "threat": {"id": "app.stalkerware", "title": "Stalkerware", "vector": "app", "techniques": ["T1430", "T1636"]},
        "subject": {"kind": "app", "key": "org.example.spy", "label": "Sync Service"},
        "device": {"name": f"phone {number}", "person": "Ada Lovelace", "group": "sales", "risk": "high"},
        "problem": {"count": 1}, "alert": {"id": f"alert-{number}"},
        "finding": {"rule": "indicator/package", "summary": f"number {number}"},
        "actions": [{"kind": "notify_user"}], **changes}}


class Rsyslog:
    def __init__(self, folder, port):
        self.folder, self.port, self.process = folder, port, None
        (folder / "rsyslog.conf").write_text(CONFIGURATION.format(folder=folder, port=port))

    def start(self):
        with (self.folder / "rsyslog.log").open("ab") as log:
            self.process = subprocess.Popen(
                [RSYSLOGD, "-n", "-f", self.folder / "rsyslog.conf", "-i", self.folder / "rsyslog.pid"],
                stdout=subprocess.DEVNULL, stderr=log)
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise AssertionError("rsyslogd did not start:\n" + (self.folder / "rsyslog.log").read_text()) from None
                time.sleep(0.05)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)

    def lines(self):
        try:
            text = (self.folder / "received.jsonl").read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in text.split("\n")[:-1]]

    def wait_for(self, count, seconds=20):
        end = time.monotonic() + seconds
        while len(self.lines()) < count:
            if time.monotonic() > end:
                raise AssertionError(f"{len(self.lines())} of {count} lines arrived\n" + (self.folder / "rsyslog.log").read_text())
            time.sleep(0.05)
        return self.lines()


@unittest.skipUnless(RSYSLOGD, "rsyslogd is not installed")
class Syslog(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bartizan-syslog-", dir=os.environ.get("BARTIZAN_TEST_FOLDER")))
        self.addCleanup(shutil.rmtree, self.folder)
        authority = Authority(self.folder, "ca")
        authority.issue("server", "IP:127.0.0.1")
        authority.issue("client", "DNS:bartizan.example")
        Authority(self.folder, "other-ca").issue("foreign", "DNS:bartizan.example")
        self.rsyslog = Rsyslog(self.folder, free_port())
        self.addCleanup(self.rsyslog.stop)
        self.rsyslog.start()

    def connect_as(self, client, **changes):
        connector = {"id": "siem", "kind": "syslog_tls", "host": "127.0.0.1", "port": self.rsyslog.port, "ca_file": "ca.pem",
                     "grace_ms": 300, **changes}
        if client:
            connector |= {"certificate_file": f"{client}.pem", "key_file": f"{client}.key"}
        (self.folder / "connectors.json").write_text(json.dumps({"connectors": [connector]}))

    def deliver(self, items, seconds):
        """Starts the probe; its status line comes from finish()."""
        with (self.folder / "probe.log").open("ab") as log:
            process = subprocess.Popen([PROBE, self.folder, str(seconds)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=log, text=True)
        for item in items:
            process.stdin.write(json.dumps(item) + "\n")
        process.stdin.close()
        return process

    def finish(self, process, expect):
        status = json.loads(process.stdout.read())
        process.stdout.close()
        self.assertEqual(process.wait(120), expect, f"{status}\n{(self.folder / 'probe.log').read_text()}")
        return status

    def test_lines_arrive_parsed_and_intact(self):
        odd = event(1, subject={"kind": "app", "key": "a=b", "label": "Zoë's | app = \\evil\\\nsecond line 📱"},
                    threat={"id": "app.stalkerware", "title": "Stalk|er\\ware = bad"},
                    device={"name": "Zoë's | phone", "person": "Zoë = | \\ \"]", "group": "sales"})
        resolved = event(2, severity="low") | {"kind": "problem.resolved"}
        resolved["event"]["problem"]["resolved_by"] = "The app is removed"
        self.connect_as("client")
        status = self.finish(self.deliver([odd, resolved], 20), 0)
        self.assertEqual((status["queued"], status["delivered"]), (0, 2))
        first, second = self.rsyslog.wait_for(2)
        self.assertEqual(first["pri"], str(16 * 8 + 3))
        self.assertEqual(second["pri"], str(16 * 8 + 5))
        self.assertEqual((first["protocol"], first["host"], first["app"], first["message_id"]),
                         ("1", "guard.example", "bartizan", "problem.opened"))
        self.assertEqual(first["data"], '[origin software="Bartizan" swVersion="0.1.0"]')
        # Neither a byte-order mark nor anything else before what a SIEM looks for.
        self.assertTrue(first["text"].lstrip(" ").startswith("CEF:0|"), repr(first["text"]))
        self.assertNotIn("\ufeff", first["text"])
        header, fields = parse_cef(first["text"].lstrip(" "))
        self.assertEqual(header, ["CEF:0", "Bartizan", "Bartizan", "0.1.0", "app.stalkerware", "Stalk|er\\ware = bad", "8"])
        self.assertEqual(fields["externalId"], odd["id"])
        self.assertEqual(fields["deviceExternalId"], odd["device_id"])
        self.assertEqual(fields["rt"], "1772357400123")
        self.assertEqual(fields["dvchost"], "Zoë's | phone")
        self.assertEqual(fields["suser"], "Zoë = | \\ \"]")
        self.assertEqual(fields["cs2"], "Zoë's | app = \\evil\\\nsecond line 📱 (a=b)")
        self.assertEqual(fields["cn1"], "95")
        header, fields = parse_cef(second["text"].lstrip(" "))
        self.assertEqual((header[6], fields["cat"], fields["msg"]), ("3", "problem.resolved", "The app is removed"))

    def test_a_restart_of_the_receiver_loses_nothing(self):
        self.connect_as("client")
        items = [event(number) for number in range(1500)]
        process = self.deliver(items, 100)
        self.rsyslog.wait_for(200)
        self.rsyslog.stop()
        before = len(self.rsyslog.lines())
        self.assertLess(before, len(items), "everything was there before the restart: nothing is tested")
        time.sleep(1)
        self.rsyslog.start()
        status = self.finish(process, 0)
        self.assertEqual((status["queued"], status["delivered"]), (0, len(items)))
        self.rsyslog.wait_for(len(items))
        self.rsyslog.stop()
        received = [parse_cef(line["text"].lstrip(" "))[1] for line in self.rsyslog.lines()]
        self.assertEqual({fields["externalId"] for fields in received}, {item["id"] for item in items})
        # In order per device, once repetitions are dropped.
        seen, order = set(), {}
        for fields in received:
            if fields["externalId"] not in seen:
                seen.add(fields["externalId"])
                order.setdefault(fields["deviceExternalId"], []).append(fields["externalId"])
        for device, ids in order.items():
            self.assertEqual(ids, [item["id"] for item in items if item["device_id"] == device])

    def refused(self, client):
        self.connect_as(client)
        status = self.finish(self.deliver([event(1)], 4), 1)
        self.assertEqual((status["queued"], status["delivered"]), (1, 0))
        self.assertNotEqual(status["last_error"], "")
        self.assertEqual(self.rsyslog.lines(), [])

    def test_a_client_without_certificate_is_refused_and_keeps_its_queue(self):
        self.refused(None)
        self.connect_as("client")
        self.finish(self.deliver([], 30), 0)
        self.rsyslog.wait_for(1)

    def test_a_client_of_another_authority_is_refused(self):
        self.refused("foreign")

    def test_a_receiver_of_another_authority_is_not_told(self):
        self.connect_as("client", ca_file="other-ca.pem")
        status = self.finish(self.deliver([event(1)], 4), 1)
        self.assertEqual((status["queued"], status["delivered"]), (1, 0))
        self.assertEqual(self.rsyslog.lines(), [])

    def test_the_receiver_speaks_tls_alone(self):
        """The test's own foundation: without a certificate rsyslog gives nobody a session."""
        context = ssl.create_default_context(cafile=self.folder / "ca.pem")
        with socket.create_connection(("127.0.0.1", self.rsyslog.port)) as plain:
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                with context.wrap_socket(plain, server_hostname="127.0.0.1") as session:
                    session.sendall(b"11 <13>1 - - - - - - x")
                    session.settimeout(10)
                    if session.recv(1) == b"":
                        raise ConnectionError("closed")


    def test_what_a_phone_reports_reaches_the_siem(self):
        """The whole way: observation, finding, problem, outbox, CEF in the receiver's file."""
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        for name in ("ca.pem", "client.pem", "client.key"):
            shutil.copy(self.folder / name, data / f"siem-{name}")
        (data / "connectors.json").write_text(json.dumps({"connectors": [{
            "id": "siem", "kind": "syslog_tls", "host": "127.0.0.1", "port": self.rsyslog.port, "grace_ms": 300,
            "ca_file": "siem-ca.pem", "certificate_file": "siem-client.pem", "key_file": "siem-client.key"}]}))
        server = harness.Server(data).start()
        self.addCleanup(server.stop)
        api = harness.Api(server).first_login()
        phone = harness.Phone.enrol(api.enrolment_token("Zoë's | phone", person="Zoë = L.")["url"])
        self.addCleanup(api.connection.close)
        self.addCleanup(lambda: phone.connection.close())
        phone.report("device.state", {"os_version": "14", "screen_lock": False, "encrypted": True})
        opened = self.cef_of(lambda fields: fields["cat"] == "problem.opened", "device.no_screen_lock")
        self.assertEqual(opened["deviceExternalId"], phone.id)
        self.assertEqual((opened["dvchost"], opened["suser"]), ("Zoë's | phone", "Zoë = L."))
        self.assertTrue(opened["msg"])
        phone.report("device.state", {"os_version": "14", "screen_lock": True, "encrypted": True})
        resolved = self.cef_of(lambda fields: fields["cat"] == "problem.resolved", "device.no_screen_lock")
        self.assertNotEqual(resolved["externalId"], opened["externalId"])
        (connector,) = harness.eventually(
            lambda: [one for one in api.get("/v1/connectors")["items"] if one["queued"] == 0 and one["delivered"] >= 2])
        self.assertEqual((connector["kind"], connector["target"]), ("syslog_tls", f"127.0.0.1:{self.rsyslog.port}"))

    def cef_of(self, wanted, threat):
        """The fields of the first line about the threat that `wanted` accepts."""
        def look():
            for line in self.rsyslog.lines():
                header, fields = parse_cef(line["text"].lstrip(" "))
                if header[4] == threat and wanted(fields):
                    return fields
            return None
        return harness.eventually(look, 20, f"a line about {threat}")


if __name__ == "__main__":
    unittest.main()
