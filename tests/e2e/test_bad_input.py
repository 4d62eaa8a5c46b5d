"""What the doors do with what should not come through them."""
import json
import socket
import ssl
import tempfile

import harness
from harness import Phone


class Devices(harness.ServerTestCase):
    """The phones' listener: a person may not see the error, so a phone's queue must never be stuck by one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.phone = Phone.enrol(cls.api.enrolment_token("a phone")["url"])

    def test_a_body_too_large_is_413(self):
        answer = self.phone.request("POST", "/v1/device/observations", b"[" + b" " * (9 << 20))
        self.assertEqual(answer.status, 413)
        self.phone.connection.close()

    def test_a_body_too_large_by_its_header_is_413_at_once(self):
        connection = self.phone.connection or harness.Connection("127.0.0.1", self.server.ports[1], self.phone.context())
        connection.http.putrequest("POST", "/v1/device/observations")
        connection.http.putheader("Content-Length", str(1 << 40))
        connection.http.endheaders()
        self.assertEqual(connection.http.getresponse().status, 413)
        connection.close()

    def test_malformed_json_is_400_with_the_place(self):
        answer = self.phone.request("POST", "/v1/device/observations", b'{"observations": [}')
        self.assertEqual(answer.status, 400)
        self.assertEqual(answer.headers["Content-Type"].split(";")[0], "application/problem+json")
        self.assertTrue(answer.json.get("place") or any(c.isdigit() for c in answer.json["detail"]), answer)

    def test_nesting_without_end_is_400(self):
        answer = self.phone.request("POST", "/v1/device/observations", b'{"observations":' + b"[" * 200_000)
        self.assertEqual(answer.status, 400)

    def test_more_than_500_observations_are_400_or_413(self):
        many = [self.phone.observe("agent.health", {}) for _ in range(501)]
        self.phone.sequence -= 501
        answer = self.phone.request("POST", "/v1/device/observations", {"observations": many})
        self.assertIn(answer.status, (400, 413))

    def test_one_bad_observation_does_not_block_the_others(self):
        phone = self.enrol("mixed")
        bad_kind = phone.observe("no.such_kind", {})
        bad_body = phone.observe("link.opened", {"url": 7})
        good = phone.observe("link.opened", {"url": "https://example.org/"})
        no_envelope = {"hello": "world"}
        results = phone.send(bad_kind, bad_body, good, no_envelope)
        self.assertEqual([result["status"] for result in results], ["rejected", "rejected", "stored", "rejected"])
        self.assertTrue(results[1]["error"])
        stored = [item["id"] for item in self.api.all(f"/v1/devices/{phone.id}/observations")]
        self.assertEqual(stored, [good["id"]])

    def test_the_same_id_again_is_a_duplicate(self):
        phone = self.enrol("twice")
        observation = phone.observe("link.opened", {"url": "https://example.org/"})
        self.assertEqual(phone.send(observation)[0]["status"], "stored")
        self.assertEqual(phone.send(observation, observation)[1]["status"], "duplicate")
        self.assertEqual(len(list(self.api.all(f"/v1/devices/{phone.id}/observations"))), 1)

    def test_a_newer_minor_version_is_stored_and_its_unknown_fields_counted(self):
        phone = self.enrol("newer")
        observation = phone.observe("link.opened", {"url": "https://example.org/", "colour": "blue"}, schema="1.9")
        self.assertEqual(phone.send(observation)[0]["status"], "stored")
        (stored,) = self.api.all(f"/v1/devices/{phone.id}/observations")
        self.assertEqual(stored["unknown_fields"], ["colour"])

    def test_a_newer_major_version_is_rejected_alone(self):
        phone = self.enrol("much newer")
        results = phone.send(phone.observe("link.opened", {"url": "https://example.org/"}, schema="2.0"),
                             phone.observe("link.opened", {"url": "https://example.org/"}))
        self.assertEqual([result["status"] for result in results], ["rejected", "stored"])

    def test_a_byod_phone_cannot_send_what_its_tier_has_no_field_for(self):
        phone = self.enrol("personal", ownership="personal", tier="byod")
        (result,) = phone.send(phone.observe("link.opened", {"url": "https://example.org/secret-clinic"}))
        self.assertEqual(result["status"], "rejected")
        self.assertEqual(list(self.api.all(f"/v1/devices/{phone.id}/observations")), [])
        for path in (self.server.data).rglob("*"):
            if path.is_file():
                self.assertNotIn(b"secret-clinic", path.read_bytes(), path)

    def test_a_certificate_of_another_ca_ends_in_the_handshake(self):
        folder = tempfile.mkdtemp(dir=self.folder)
        harness.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                        "key.pem", "-out", "certificate.pem", "-subj", f"/CN={self.phone.id}/O=default", "-days", "2", cwd=folder)
        context = ssl.create_default_context(cafile=str(self.phone.folder / "ca.pem"))
        context.load_cert_chain(f"{folder}/certificate.pem", f"{folder}/key.pem")
        self.assert_no_handshake(context)

    def test_no_certificate_ends_in_the_handshake(self):
        self.assert_no_handshake(ssl.create_default_context(cafile=str(self.phone.folder / "ca.pem")))

    def test_tls_1_2_ends_in_the_handshake(self):
        context = self.phone.context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.assert_no_handshake(context)

    def assert_no_handshake(self, context):
        connection = self.server.connect(1, context)
        # TLS 1.3: the client's side is done before the server has looked at the certificate.
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            connection.request("GET", "/v1/device/actions")

    def test_a_revoked_phone_is_403_on_every_route(self):
        for what in ("lost", "replaced", "left"):
            phone = self.enrol(what)
            phone.report("agent.health", {})
            self.api.post(f"/v1/devices/{phone.id}/{what}")
            for method, target, body in (("POST", "/v1/device/observations", {"observations": []}),
                                         ("GET", "/v1/device/actions", None), ("GET", "/v1/device/policy", None),
                                         ("POST", "/v1/device/certificate", {"csr_pem": ""})):
                answer = phone.request(method, target, body)
                self.assertEqual((what, target, answer.status), (what, target, 403))
                self.assertEqual(answer.headers["Content-Type"].split(";")[0], "application/problem+json")

    def test_a_phone_cannot_finish_the_action_of_another(self):
        other = self.enrol("other")
        other.report("device.state", {"root_signs": ["su_binary", "magisk"]})
        (action, *_) = harness.eventually(other.actions, what="an action for a rooted phone")
        answer = self.phone.request("POST", f"/v1/device/actions/{action['id']}/result", {"state": "done", "detail": ""})
        self.assertEqual(answer.status, 404)

    def test_people_do_not_come_in_by_the_phones_door(self):
        for target in ("/v1/devices", "/v1/login", "/v1/overview"):
            self.assertIn(self.phone.request("GET", target).status, (404, 405), target)


class Enrolment(harness.ServerTestCase):
    def test_a_used_token_is_409(self):
        url = self.api.enrolment_token("once")["url"]
        Phone.enrol(url)
        self.assertEqual(Phone.enrol(url, expect=409).status, 409)

    def test_an_unknown_token_is_403(self):
        url = self.api.enrolment_token("once")["url"]
        base, fragment = url.split("#")
        ca = fragment.split("ca=")[1]
        Phone.enrol(f"{base}#token={'A' * 43}&ca={ca}", expect=403)

    def test_a_request_with_another_curve_is_400_and_keeps_the_token_good(self):
        url = self.api.enrolment_token("curve")["url"]
        folder = tempfile.mkdtemp(dir=self.folder)
        answer = Phone.ask_to_enrol(url, harness.make_request(folder, "secp384r1"))
        self.assertEqual(answer.status, 400)
        Phone.enrol(url)

    def test_a_request_that_is_none_is_400(self):
        url = self.api.enrolment_token("garbage")["url"]
        for text in ("", "hello", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"):
            self.assertEqual(Phone.ask_to_enrol(url, text).status, 400)

    def test_the_names_in_a_request_are_not_taken_over(self):
        phone = self.enrol("named")
        certificate = ssl._ssl._test_decode_cert(str(phone.folder / "certificate.pem"))
        subject = {key: value for part in certificate["subject"] for key, value in part}
        self.assertEqual(subject["commonName"], phone.id)


class People(harness.ServerTestCase):
    def test_an_unknown_member_is_400_with_its_name(self):
        answer = self.api.request("POST", "/v1/enrolment-tokens", {"device_name": "x", "devicename": "y"})
        self.assertEqual(answer.status, 400)
        self.assertEqual(answer.json["place"], "devicename")

    def test_malformed_json_is_400(self):
        for body in (b"{", b"", b"nul", b"[1,2", b'{"device_name": "\xff"}'):
            answer = self.api.request("POST", "/v1/enrolment-tokens", body)
            self.assertEqual((body, answer.status), (body, 400))

    def test_a_body_too_large_is_413(self):
        answer = self.api.request("POST", "/v1/enrolment-tokens", b" " * (9 << 20))
        self.assertEqual(answer.status, 413)
        self.api.connection.close()

    def test_a_cursor_that_is_none_is_400(self):
        for cursor in ("x", "AAAA", "%00", "9" * 2000):
            answer = self.api.request("GET", f"/v1/devices?cursor={cursor}")
            self.assertEqual((cursor, answer.status), (cursor, 400))

    def test_a_limit_out_of_range_is_400(self):
        for limit in ("0", "201", "-1", "ten"):
            answer = self.api.request("GET", f"/v1/devices?limit={limit}")
            self.assertEqual((limit, answer.status), (limit, 400))

    def test_an_unknown_address_is_404_and_a_wrong_method_405(self):
        self.assertEqual(self.api.request("GET", "/v1/nothing").status, 404)
        self.assertEqual(self.api.request("DELETE", "/v1/devices").status, 405)

    def test_an_id_that_is_none_is_404(self):
        for identifier in ("x", "00000000-0000-7000-8000-000000000000", "..%2f..%2fetc%2fpasswd"):
            self.assertIn(self.api.request("GET", f"/v1/devices/{identifier}").status, (400, 404))

    def test_without_a_session_everything_is_401(self):
        stranger = harness.Api(self.server)
        for target in ("/v1/devices", "/v1/overview", "/v1/alerts", "/v1/audit", "/v1/session"):
            self.assertEqual((target, stranger.request("GET", target).status), (target, 401))

    def test_a_change_without_the_csrf_token_is_403(self):
        headers = {name: value for name, value in self.api.headers.items() if name == "Cookie"}
        answer = self.api.connection.request("POST", "/v1/enrolment-tokens", {"device_name": "x"}, headers)
        self.assertEqual(answer.status, 403)

    def test_the_second_factor_is_asked_for_and_a_code_is_good_once(self):
        other = harness.Api(self.server)
        answer = other.log_in(self.api.password)
        self.assertEqual((answer.status, answer.json["code"]), (401, "totp_required"))
        code = self.api.code()
        self.assertEqual(other.log_in(self.api.password, totp=code).status, 200)
        answer = harness.Api(self.server).log_in(self.api.password, totp=code)
        self.assertEqual((answer.status, answer.json["code"]), (401, "bad_credentials"))

    def test_a_viewer_cannot_change_and_a_token_only_what_its_scopes_say(self):
        made = self.api.post("/v1/api-tokens", {"name": "script", "scopes": ["devices:read"]}, expect=201)
        script = harness.Api(self.server)
        script.headers = {"Authorization": "Bearer " + made["token"]}
        self.assertEqual(script.request("GET", "/v1/devices").status, 200)
        for method, target, body in (("GET", "/v1/alerts", None), ("GET", "/v1/audit", None),
                                     ("POST", "/v1/enrolment-tokens", {"device_name": "x"}),
                                     ("POST", "/v1/api-tokens", {"name": "more", "scopes": ["audit:read"]})):
            self.assertEqual((target, script.request(method, target, body).status), (target, 403))
        self.api.call("DELETE", f"/v1/api-tokens/{made['id']}")
        self.assertEqual(script.request("GET", "/v1/devices").status, 401)

    def test_a_policy_with_an_error_is_refused_with_its_line(self):
        source = self.api.get("/v1/policies/corporate")["source"]
        answer = self.api.request("PUT", "/v1/policies/corporate", {"source": source + "\nnonsense: [\n"})
        self.assertEqual(answer.status, 400)
        self.assertIsInstance(answer.json["line"], int)
        self.assertEqual(self.api.get("/v1/policies/corporate")["source"], source)


class Locking(harness.ServerTestCase):
    def test_ten_wrong_passwords_lock_the_account(self):
        stranger = harness.Api(self.server)
        statuses = [stranger.log_in("wrong").status for _ in range(12)]
        self.assertEqual(statuses[:9], [401] * 9)
        self.assertEqual(statuses[-1], 423)
        answer = stranger.log_in(self.api.password, totp=self.api.code())
        self.assertEqual(answer.status, 423, "a locked account stays locked for the right password")
        self.assertTrue(answer.headers["Retry-After"])


class AnHttpClientThatIsNoClient(harness.ServerTestCase):
    """Bytes that are not HTTP, over good TLS."""

    def say(self, data):
        context = ssl.create_default_context(cafile=str(self.server.data / "ca.pem"))
        with socket.create_connection(("127.0.0.1", self.server.ports[0])) as plain:
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
                secure.settimeout(15)
                secure.sendall(data)
                try:
                    return secure.recv(4096)
                except (ssl.SSLError, ConnectionError):
                    return b""

    def test_garbage_gets_400_or_the_end_and_the_server_lives(self):
        for data in (b"\x00" * 100 + b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                     b"POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                     b"POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: " + b"b" * 100_000 + b"\r\n\r\n"):
            said = self.say(data)
            self.assertNotRegex(said[:16], rb"HTTP/1.1 2", data[:60])
        self.assertEqual(self.server.get("/healthz").status, 200)

    def test_errors_are_problem_json_without_a_trace_of_the_inside(self):
        answer = self.api.request("GET", "/v1/devices/x")
        problem = json.loads(answer.body)
        self.assertTrue({"title", "status", "detail", "code"} <= set(problem), problem)
        self.assertNotRegex(answer.body.decode(), r"\.cc|SQL|sqlite|exception")

