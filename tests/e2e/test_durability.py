"""Kill -9 in the middle of a load: nothing acknowledged is lost, nothing is stored twice, every event is delivered."""
import random
import threading
import time

import harness

SECRET = "a secret of the webhook, long enough"


class KillNine(harness.ServerTestCase):
    @classmethod
    def prepare(cls, data):
        cls.receiver = harness.WebhookReceiver(SECRET)
        cls.addClassCleanup(cls.receiver.close)
        harness.configure_webhook(data, cls.receiver.url, SECRET)

    def test_acknowledged_is_stored_once_and_queued_is_delivered(self):
        phones = [self.enrol(f"phone {n}") for n in range(4)]
        sent = [{} for _ in phones]
        acknowledged = [set() for _ in phones]
        stop = threading.Event()

        def load(index):
            phone, chance = phones[index], random.Random(index)
            unanswered = None
            while not stop.is_set():
                # A phone whose batch was not answered sends the same again, as an agent does.
                batch = unanswered or [phone.observe(*self.something(chance, index)) for _ in range(20)]
                sent[index].update({one["id"]: one for one in batch})
                unanswered = batch
                try:
                    results = phone.send(*batch)
                except (OSError, AssertionError, harness.http.client.HTTPException):
                    phone.connection = None
                    time.sleep(0.1)
                    continue
                unanswered = None
                acknowledged[index].update(r["id"] for r in results if r["status"] in ("stored", "duplicate"))

        threads = [threading.Thread(target=load, args=(n,)) for n in range(len(phones))]
        for thread in threads:
            thread.start()
        for pause in (1.5, 1.0, 0.7):
            time.sleep(pause)
            self.server.kill()
            self.server.start()
        time.sleep(1)
        self.server.kill()  # the last word is a kill, too
        stop.set()
        for thread in threads:
            thread.join()
        self.server.start()
        self.api.connection = self.server.connect()

        total = 0
        for phone, mine, known in zip(phones, sent, acknowledged):
            stored = [item["id"] for item in self.api.all(f"/v1/devices/{phone.id}/observations")]
            self.assertEqual(len(stored), len(set(stored)), "an observation is stored twice")
            self.assertEqual(known - set(stored), set(), "an acknowledged observation is lost")
            self.assertEqual(set(stored) - set(mine), set(), "an observation nobody sent")
            total += len(known)
        self.assertGreater(total, 100, "the load was too small to prove anything")
        self.check_deliveries(phones)

    @staticmethod
    def something(chance, index):
        """Mostly harmless; now and then a link whose domain imitates a bank's, each of its own."""
        if chance.random() < 0.1:
            return "link.opened", {"url": f"https://paypal.com.login{index}{chance.randrange(10**9)}.example/"}
        return "link.opened", {"url": f"https://www.example.org/{chance.randrange(10**9)}"}

    def check_deliveries(self, phones):
        def drained():
            (connector,) = self.api.get("/v1/connectors")["items"]
            return connector["queued"] == 0
        harness.eventually(drained, 60, "an empty outbox")
        self.assertEqual(self.receiver.bad_signatures, 0)
        opened = {event["problem"]["id"] for event in self.receiver.events if event["kind"] == "problem.opened"}
        problems = {problem["id"] for phone in phones
                    for problem in self.api.get(f"/v1/devices/{phone.id}/problems")["items"]}
        self.assertGreater(len(problems), 5, "the load found too little to prove anything")
        self.assertEqual(opened, problems, "problems stored and problems delivered differ")


class ReceiverDown(harness.ServerTestCase):
    """Deliveries wait for a receiver that is away, across a restart."""

    @classmethod
    def prepare(cls, data):
        cls.receiver = harness.WebhookReceiver(SECRET)
        cls.receiver.failing = True
        cls.addClassCleanup(cls.receiver.close)
        harness.configure_webhook(data, cls.receiver.url, SECRET)

    def test_events_wait_and_arrive_in_order(self):
        phone = self.enrol("waiting")
        for on in (False, True, False):
            phone.report("device.state", {"screen_lock": on})
        self.server.kill()
        self.server.start()
        self.api.connection = self.server.connect()
        self.receiver.failing = False
        harness.eventually(lambda: len(self.receiver.events) >= 3, 60, "three events")
        seen = []
        for event in self.receiver.events:
            if event["id"] not in (one["id"] for one in seen):
                seen.append(event)
        kinds = [event["kind"] for event in seen if event["threat"]["id"] == "device.no_screen_lock"]
        self.assertEqual(kinds, ["problem.opened", "problem.resolved", "problem.reopened"])
        self.assertEqual(self.receiver.bad_signatures, 0)


class Numbering(harness.ServerTestCase):
    def test_gaps_are_counted(self):
        phone = self.enrol("gaps")
        phone.report("agent.health", {})
        phone.sequence += 3
        phone.report("agent.health", {})
        device = self.api.get(f"/v1/devices/{phone.id}")
        self.assertEqual(device["last_sequence"], 5)
        self.assertEqual(device["sequence_gaps"], 3)
