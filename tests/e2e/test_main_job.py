"""The main job, end to end: seen -> found -> problem -> decision -> action -> done -> told; and over when it is over."""
import urllib.parse

import harness

SECRET = "a secret of the webhook, long enough"


class MainJob(harness.ServerTestCase):
    @classmethod
    def prepare(cls, data):
        cls.receiver = harness.WebhookReceiver(SECRET)
        cls.addClassCleanup(cls.receiver.close)
        harness.configure_webhook(data, cls.receiver.url, SECRET)

    def events_of(self, phone):
        return [event for event in self.receiver.events if event["device"]["id"] == phone.id]

    def test_a_phishing_link_from_the_phone_to_the_siem_and_back(self):
        phone = self.enrol("Ada's Pixel", person="Ada", ownership="corporate")
        seen = phone.report("link.opened", {"url": "https://paypal.com.sign-in.example/", "source": "sms"})

        # Found, and explained.
        (finding,) = self.api.all(f"/v1/devices/{phone.id}/findings")
        self.assertEqual(finding["threat"], "link.brand_in_subdomain")
        self.assertEqual(finding["observation_id"], seen["id"])
        self.assertTrue(finding["evidence"] and finding["techniques"] and finding["would_change"] and finding["summary"])
        self.assertRegex(finding["judged_with"]["content_digest"], "^[0-9a-f]{64}$")

        # A problem, and with it the phone's risk, within the same request.
        device = self.api.get(f"/v1/devices/{phone.id}")
        (problem,) = device["open_problems"]
        self.assertEqual((problem["threat"], problem["count"]), (finding["threat"], 1))
        self.assertNotEqual(device["risk"], "secured")

        # Decided, with reasons, and the phone is told.
        (decision,) = self.api.all(f"/v1/devices/{phone.id}/decisions")
        self.assertEqual((decision["problem_id"], decision["policy"]), (problem["id"], "corporate"))
        self.assertTrue(decision["reasons"])
        actions = harness.eventually(lambda: phone.actions(wait=5), what="an action")
        told = [action for action in actions if action["kind"] == "notify_user"]
        self.assertTrue(told and told[0]["title"] and told[0]["message"])
        for action in actions:
            phone.finish(action, "done", "shown to the person")
        self.assertEqual(phone.actions(), [])
        for action in self.api.all(f"/v1/devices/{phone.id}/actions"):
            self.assertIn(action["state"], ("done", "impossible"), action)
            if action["state"] == "impossible":
                self.assertEqual(action["carrier"], "nobody")
                self.assertTrue(action["detail"], "it says why nobody can")

        # An analyst sees why; the SIEM's end of the wire has it, signed.
        (alert,) = self.api.get("/v1/alerts", device_id=phone.id)["items"]
        detail = self.api.get(f"/v1/alerts/{alert['id']}")
        self.assertEqual(detail["finding"]["id"], finding["id"])
        self.assertEqual(detail["decision"]["id"], decision["id"])
        self.assertTrue(detail["threat"]["user"] and detail["techniques"])
        event = harness.eventually(lambda: self.events_of(phone), what="the event at the webhook")[0]
        self.assertEqual((event["kind"], event["problem"]["id"]), ("problem.opened", problem["id"]))
        self.assertEqual(self.receiver.bad_signatures, 0)

        # The same once more: counted, no second alert, no second telling.
        phone.report("link.opened", {"url": "https://paypal.com.sign-in.example/", "source": "sms"})
        (again,) = self.api.get("/v1/alerts", device_id=phone.id)["items"]
        self.assertEqual((again["id"], again["count"]), (alert["id"], 2))

        # Clicking it away changes the alert, never the risk.
        self.api.call("PATCH", f"/v1/alerts/{alert['id']}", {"state": "false_positive", "note": "looks odd only"})
        self.assertEqual(self.api.get(f"/v1/devices/{phone.id}")["risk"], device["risk"])

        timeline = self.api.get(f"/v1/devices/{phone.id}/timeline", limit=200)["items"]
        self.assertLessEqual({"observation", "finding", "problem_opened", "decision", "action"},
                             {entry["kind"] for entry in timeline})

    def test_what_is_mended_is_over_and_the_risk_follows(self):
        phone = self.enrol("Bob's Nokia")
        phone.report("device.state", {"screen_lock": False, "encrypted": True, "root_signs": []})
        device = self.api.get(f"/v1/devices/{phone.id}")
        self.assertEqual([p["threat"] for p in device["open_problems"]], ["device.no_screen_lock"])
        self.assertNotEqual(device["risk"], "secured")

        # A missing fact is unknown, not false: nothing is resolved by saying nothing.
        phone.report("device.state", {"encrypted": True})
        self.assertEqual(len(self.api.get(f"/v1/devices/{phone.id}")["open_problems"]), 1)

        phone.report("device.state", {"screen_lock": True})
        device = self.api.get(f"/v1/devices/{phone.id}")
        self.assertEqual((device["open_problems"], device["risk"]), ([], "secured"))
        (problem,) = self.api.get(f"/v1/devices/{phone.id}/problems")["items"]
        self.assertEqual(problem["state"], "resolved")
        self.assertTrue(problem["resolved_by"])
        (alert,) = self.api.get("/v1/alerts", device_id=phone.id)["items"]
        self.assertEqual(alert["state"], "resolved")

        phone.report("device.state", {"screen_lock": False})
        (problem,) = self.api.get(f"/v1/devices/{phone.id}")["open_problems"]
        self.assertEqual(problem["reopened"], 1)
        harness.eventually(lambda: len(self.events_of(phone)) >= 3, what="three events")
        self.assertEqual([event["kind"] for event in self.events_of(phone)][:3],
                         ["problem.opened", "problem.resolved", "problem.reopened"])

    def test_a_harmless_phone_raises_nothing(self):
        phone = self.enrol("Carol's Pixel")
        phone.report("agent.health", {"agent_version": "0.1.0", "permissions_denied": [], "sensors_off": []})
        phone.report("device.state", {"screen_lock": True, "encrypted": True, "adb_enabled": False, "root_signs": [],
                                      "developer_options": False, "unknown_sources": False, "bootloader": "locked"})
        for url in ("https://www.paypal.com/signin", "https://en.wikipedia.org/wiki/Phishing", "https://example.org/?q=paypal.com"):
            phone.report("link.opened", {"url": url})
        phone.report("network.joined", {"transport": "wifi", "ssid": "Office", "security": "wpa3"})
        phone.report("network.probe", {"outcome": "ok"})
        device = self.api.get(f"/v1/devices/{phone.id}")
        self.assertEqual((device["risk"], device["protection"], device["open_problems"]), ("secured", "active", []))
        self.assertEqual(list(self.api.all(f"/v1/devices/{phone.id}/findings")), [])
        self.assertEqual(phone.actions(), [])

    def test_a_phone_that_cannot_be_watched_is_never_shown_as_secured(self):
        phone = self.enrol("Dan's Pixel")
        self.assertEqual(self.api.get(f"/v1/devices/{phone.id}")["protection"], "pending")
        phone.report("agent.health", {"permissions_denied": ["location"], "sensors_off": ["network"]})
        device = self.api.get(f"/v1/devices/{phone.id}")
        self.assertEqual(device["protection"], "degraded")
        self.assertTrue(device["protection_reason"] and device["degraded"])
        phone.report("agent.health", {"tampered": True})
        self.assertEqual(self.api.get(f"/v1/devices/{phone.id}")["protection"], "tampered")
        overview = self.api.get("/v1/overview")
        self.assertGreaterEqual(overview["devices_by_protection"]["tampered"], 1)

    def test_a_rule_in_audit_decides_and_does_nothing(self):
        self.api.enrolment_token("x")
        policy = self.api.get("/v1/policies/corporate")
        rules = {rule["name"]: rule["mode"] for rule in policy["rules"]}
        phone = self.enrol("Eve's Pixel")
        phone.report("device.state", {"root_signs": ["magisk"]})
        (decision, *_) = self.api.all(f"/v1/devices/{phone.id}/decisions")
        rule = decision["rule"]
        self.addCleanup(self.api.post, f"/v1/policies/corporate/rules/{urllib.parse.quote(rule)}/mode", {"mode": rules[rule]})
        self.api.post(f"/v1/policies/corporate/rules/{urllib.parse.quote(rule)}/mode", {"mode": "audit"})
        self.assertEqual(self.api.get("/v1/policies/corporate")["version"], policy["version"] + 1)

        quiet = self.enrol("Frank's Pixel")
        quiet.report("device.state", {"root_signs": ["magisk"]})
        decisions = list(self.api.all(f"/v1/devices/{quiet.id}/decisions"))
        self.assertEqual([(d["rule"], d["mode"]) for d in decisions], [(rule, "audit")])
        self.assertTrue(decisions[0]["actions"], "what it would have done is kept")
        self.assertEqual(list(self.api.all(f"/v1/devices/{quiet.id}/actions")), [])

    def test_every_change_is_in_the_audit_log(self):
        phone = self.enrol("Grace's Pixel")
        self.api.post(f"/v1/devices/{phone.id}/lost")
        entries = list(self.api.all("/v1/audit"))
        mine = [entry for entry in entries if phone.id in entry["object"] + str(entry["detail"])]
        self.assertTrue(any("lost" in entry["action"] and entry["actor"] == "admin:admin" for entry in mine), mine)
        self.assertNotIn("password", str(entries).lower().replace("password_changed", "").replace("password.changed", ""))
