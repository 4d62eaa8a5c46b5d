"""`bartizan agent` against `bartizan serve`: two processes of the program, nothing else."""
import os
import pathlib
import signal
import subprocess
import tempfile

import harness

SCENARIO = """\
# A phone whose owner opens a phishing link and is told
device platform=android model="Pixel 8" os=15 person="Ada Lovelace"
at 0s observe agent.health {"permissions_denied": [], "sensors_off": []}
at 0s observe device.state {"screen_lock": true, "encrypted": true, "root_signs": []}
at 1s observe link.opened {"url": "https://paypal.com.sign-in.example/login", "source": "sms"}
on action notify_user do done "Read."
"""


class Agent(harness.ServerTestCase):
    def play(self, scenario, **token):
        """An agent of its own that plays; ended with the test."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("BARTIZAN_TEST_FOLDER")))
        path = folder / "scenario.txt"
        path.write_text(scenario)
        made = self.api.enrolment_token("a simulated phone", **token)
        log = open(folder / "agent.log", "wb")
        process = subprocess.Popen([harness.BINARY, "agent", "--server", made["url"], "--scenario", path, "--state",
                                    folder / "state"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(log.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def enrolled():
            if process.poll() not in (None, 0):
                raise AssertionError((folder / "agent.log").read_text())
            return self.api.get(f"/v1/enrolment-tokens/{made['id']}")["device_id"]
        device = harness.eventually(enrolled, 30, "enrolment of the agent")
        return device, process, folder

    def device(self, identifier):
        return self.api.get(f"/v1/devices/{identifier}")

    def test_it_enrols_reports_and_carries_out_what_it_is_told(self):
        device, _, _ = self.play(SCENARIO)
        harness.eventually(lambda: self.device(device)["open_problems"], 30, "a problem")

        def told():
            actions = list(self.api.all(f"/v1/devices/{device}/actions"))
            return [a for a in actions if a["kind"] == "notify_user" and a["state"] == "done"]
        (action,) = harness.eventually(told, 30, "the notification done")
        self.assertEqual(action["detail"], "Read.")

    def test_its_queue_outlives_a_server_that_is_away(self):
        device, _, _ = self.play(SCENARIO + 'every 1s observe agent.health {"queue_length": 0}\n')
        harness.eventually(lambda: self.device(device)["last_sequence"] >= 4, 30, "four observations")
        self.server.kill()
        harness.time.sleep(4)
        self.server.start()
        self.api.connection = self.server.connect()
        before = self.device(device)["last_sequence"]
        after = harness.eventually(lambda: (d := self.device(device))["last_sequence"] >= before + 4 and d, 90,
                                   "what was seen meanwhile")
        self.assertEqual(after["sequence_gaps"], 0, "an observation was lost")

    def test_it_outlives_its_own_kill(self):
        device, process, folder = self.play(SCENARIO + 'every 1s observe agent.health {"queue_length": 0}\n')
        harness.eventually(lambda: self.device(device)["last_sequence"] >= 4, 30, "four observations")
        process.send_signal(signal.SIGKILL)
        process.wait()
        again = subprocess.Popen([harness.BINARY, "agent", "--scenario", folder / "scenario.txt", "--state", folder / "state"],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(again.wait)
        self.addCleanup(again.kill)
        before = self.device(device)["last_sequence"]
        after = harness.eventually(lambda: (d := self.device(device))["last_sequence"] > before + 1 and d, 60,
                                   "the same phone going on")
        self.assertEqual(after["sequence_gaps"], 0)

    def test_a_personal_phone_tells_the_threat_and_nothing_else(self):
        secret = "clinic-appointments"
        device, _, folder = self.play(
            'device platform=android model="Pixel 8" os=15\n'
            f'at 0s observe link.opened {{"url": "https://www.example.org/{secret}"}}\n'
            f'at 0s observe app.installed {{"package": "org.{secret.replace("-", ".")}", "label": "{secret}"}}\n'
            f'at 0s observe network.joined {{"transport": "wifi", "ssid": "{secret}", "security": "wpa2"}}\n'
            'at 1s observe link.opened {"url": "https://paypal.com.sign-in.example/login?for=' + secret + '"}\n',
            ownership="personal", tier="byod")
        (problem,) = harness.eventually(lambda: self.device(device)["open_problems"], 30, "the threat")
        self.assertEqual(problem["threat"], "link.brand_in_subdomain")
        kinds = {item["kind"] for item in self.api.all(f"/v1/devices/{device}/observations")}
        self.assertNotIn("link.opened", kinds)
        for place in (self.server.data, folder / "state"):
            for path in place.rglob("*"):
                if path.is_file():
                    data = path.read_bytes()
                    for form in (secret, secret.replace("-", ".")):
                        self.assertNotIn(form.encode(), data, path)
