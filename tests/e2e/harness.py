"""What the end-to-end tests stand on: a server process, an administrator, phones, a webhook receiver.

Everything talks over real sockets as a stranger would: Python's own TLS and HTTP, keys and certificate
requests by the openssl program. Nothing of the product's code is used to test it but its program.

    class Enrolment(harness.ServerTestCase):
        def test_token_works_once(self):
            token = self.api.enrolment_token("Ada's Pixel")
            phone = Phone.enrol(token["url"])

The runner (tests/e2e/run) names the program to test in $BARTIZAN_BINARY.
"""
import base64
import contextlib
import hashlib
import hmac
import http.client
import http.server
import json
import os
import pathlib
import queue
import secrets
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse
import uuid

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.environ.get("BARTIZAN_BINARY", str(TOP / "build/debug/bartizan"))


def uuid7():
    """RFC 9562 version 7: milliseconds, then chance."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    return str(uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62))


def now():
    milliseconds = time.time_ns() // 1_000_000
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(milliseconds // 1000)) + f".{milliseconds % 1000:03}Z"


def totp(secret, step=None):
    """RFC 6238: SHA-1, 30 seconds, six digits."""
    step = int(time.time()) // 30 if step is None else step
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def eventually(question, seconds=10, what="the condition"):
    """Asks until the answer is true, and returns it."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come about in {seconds} s; last answer: {answer!r}")
        time.sleep(0.05)


def run(*arguments, expect=0, **options):
    """Runs the product's program to its end. `expect`: exit code or codes; None: any."""
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                          stdin=options.pop("stdin", subprocess.DEVNULL) if "input" not in options else None, **options)
    wanted = (expect,) if isinstance(expect, int) else expect
    if wanted is not None and done.returncode not in wanted:
        raise AssertionError(f"bartizan {' '.join(map(str, arguments))}: exit {done.returncode}, not {expect}\n{done.stdout}\n{done.stderr}")
    return done


class Answer:
    """Of an HTTP request. Compares and prints as its status."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:500]!r}>"


class Connection:
    """One kept-alive HTTPS connection."""

    def __init__(self, host, port, context):
        self.http = http.client.HTTPSConnection(host, port, context=context, timeout=90)

    def request(self, method, target, body=None, headers=None):
        """`body`: bytes are sent as they are, anything else as JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        try:
            self.http.request(method, target, body, headers)
            answer = self.http.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        except BaseException:
            self.http.close()
            raise

    def close(self):
        self.http.close()


def configure_webhook(data, url, secret):
    """A connector, before the server's first start (docs/connectors.md)."""
    (data / "webhook.secret").write_text(secret)
    (data / "webhook.secret").chmod(0o600)
    (data / "connectors.json").write_text(json.dumps(
        {"connectors": [{"id": "hook", "kind": "webhook", "url": url, "secret_file": "webhook.secret"}]}))
    (data / "connectors.json").chmod(0o600)


class Server:
    """`bartizan serve` on free ports over one data folder. Stopped and started again, it keeps both."""

    def __init__(self, data, *arguments, wrapper=()):
        self.data = pathlib.Path(data)
        self.arguments = list(arguments)
        self.wrapper = list(wrapper)
        self.ports = free_ports(3)
        self.process = None
        self.ready = None
        self.first_password = ""

    def start(self):
        people, devices, enrolment = (f"127.0.0.1:{port}" for port in self.ports)
        self.log = open(self.data.parent / "server.log", "ab")
        self.process = subprocess.Popen(
            [*self.wrapper, BINARY, "serve", "--data", str(self.data), "--listen", people, "--device-listen", devices,
             "--enrol-listen", enrolment, *self.arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log)
        lines = queue.Queue()
        threading.Thread(target=self._pump, args=(self.process.stdout, lines), daemon=True).start()
        try:
            line = lines.get(timeout=60)
            self.ready = json.loads(line)
            assert self.ready["ready"] is True
        except Exception:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not get ready:\n{self.log_tail()}") from None
        # Said once in the life of a data folder.
        self.first_password = self.ready.get("first_login", {}).get("password", self.first_password)
        return self

    @staticmethod
    def _pump(pipe, lines):
        for line in pipe:
            lines.put(line)
        lines.put(b"")
        pipe.close()

    def log_tail(self):
        path = self.data.parent / "server.log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""

    def kill(self):
        """As the power going off would, as far as a process can feel it."""
        self._end(signal.SIGKILL)

    def stop(self):
        return self._end(signal.SIGTERM)

    def _end(self, how):
        if self.process is None:
            return None
        self.process.send_signal(how)
        try:
            code = self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not end on {how!r}:\n{self.log_tail()}") from None
        finally:
            self.process = None
            self.log.close()
        return code

    def connect(self, port=0, context=None):
        """To the people's (0), the devices' (1) or the enrolment listener (2)."""
        if context is None:
            context = ssl.create_default_context(cafile=str(self.data / "ca.pem"))
        return Connection("127.0.0.1", self.ports[port], context)

    def get(self, target):
        with contextlib.closing(self.connect()) as connection:
            return connection.request("GET", target)

    def resident_bytes(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Api:
    """The people's API, as an administrator with password and second factor."""

    def __init__(self, server):
        self.server = server
        self.connection = server.connect()
        self.headers = {}
        self.name = "admin"
        self.secret = ""
        self.used_step = 0

    def request(self, method, target, body=None, headers=None):
        answer = self.connection.request(method, target, body, {**self.headers, **(headers or {})})
        return answer

    def get(self, target, **query):
        """The JSON of a 200."""
        return self.call("GET", target + ("?" + urllib.parse.urlencode(query) if query else ""))

    def post(self, target, body=None, expect=(200, 201, 204)):
        return self.call("POST", target, body, expect)

    def call(self, method, target, body=None, expect=(200, 201, 204)):
        answer = self.request(method, target, body)
        wanted = (expect,) if isinstance(expect, int) else expect
        if answer.status not in wanted:
            raise AssertionError(f"{method} {target}: {answer!r}, not {expect}\n{self.server.log_tail()}")
        return answer.json if answer.body else None

    def all(self, target, **query):
        """Every item of a listing, page by page."""
        cursor = ""
        while True:
            page = self.get(target, limit=200, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next"]
            if not cursor:
                return

    def code(self):
        """A code not used before: each is good once."""
        step = max(int(time.time()) // 30, self.used_step + 1)
        if step > int(time.time()) // 30 + 1:
            time.sleep(30)
        self.used_step = step
        return totp(self.secret, step)

    def log_in(self, password, **extra):
        answer = self.connection.request("POST", "/v1/login", {"name": self.name, "password": password, **extra})
        if answer.status == 200:
            cookie = answer.headers["Set-Cookie"]
            assert cookie.startswith("__Host-bartizan=") and all(
                word in cookie for word in ("HttpOnly", "Secure", "SameSite=Strict", "Path=/")), cookie
            self.headers = {"Cookie": cookie.split(";")[0], "X-CSRF-Token": answer.json["csrf_token"]}
        return answer

    def take_session(self, answer):
        """Of an answer that begins a new session."""
        if "Set-Cookie" in answer.headers:
            self.headers["Cookie"] = answer.headers["Set-Cookie"].split(";")[0]
        self.headers["X-CSRF-Token"] = answer.json["csrf_token"]

    def first_login(self, password="a longer password than that"):
        """What a person does the first time: a password of one's own, then the second factor."""
        first = self.server.first_password
        answer = self.log_in(first)
        assert answer.status == 200, answer
        answer = self.request("POST", "/v1/session/password", {"current": first, "next": password})
        assert answer.status == 200, answer
        self.take_session(answer)
        self.password = password
        self.secret = self.post("/v1/session/totp", {"password": password})["secret"]
        answer = self.request("POST", "/v1/session/totp/confirm", {"code": self.code()})
        assert answer.status == 200, answer
        self.take_session(answer)
        return self

    def enrolment_token(self, name, **more):
        return self.post("/v1/enrolment-tokens", {"device_name": name, **more}, expect=201)


class Phone:
    """An enrolled phone: its key, its certificate, its numbering."""

    def __init__(self, folder, enrolled):
        self.folder = pathlib.Path(folder)
        self.id = enrolled["device_id"]
        self.enrolled = enrolled
        self.sequence = 0
        self.connection = None
        (self.folder / "certificate.pem").write_text(enrolled["certificate_pem"])
        (self.folder / "ca.pem").write_text(enrolled["ca_pem"])

    @classmethod
    def enrol(cls, url, platform="android", expect=201):
        """By the address a QR code carries. Checks the server's CA against the digest in it, as the agent does."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="bartizan-phone-", dir=os.environ.get("BARTIZAN_TEST_FOLDER")))
        answer = cls.ask_to_enrol(url, make_request(folder), platform)
        if answer.status != expect:
            raise AssertionError(f"enrolment: {answer!r}, not {expect}")
        return cls(folder, answer.json) if expect == 201 else answer

    @staticmethod
    def ask_to_enrol(url, request_pem, platform="android"):
        address = urllib.parse.urlsplit(url)
        fragment = dict(urllib.parse.parse_qsl(address.fragment))
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # its digest is checked instead
        with contextlib.closing(Connection(address.hostname, address.port, context)) as connection:
            answer = connection.request("POST", "/v1/enrol", {
                "token": fragment["token"], "csr_pem": request_pem, "platform": platform, "model": "Pixel 8",
                "os_version": "14", "agent_version": "0.1.0"})
        if answer.status == 201:
            digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(answer.json["ca_pem"])).hexdigest()
            assert digest == fragment["ca"].lower(), "the CA is not the one in the address"
        return answer

    def context(self):
        context = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
        context.load_cert_chain(self.folder / "certificate.pem", self.folder / "key.pem")
        return context

    def request(self, method, target, body=None):
        if self.connection is None:
            address = urllib.parse.urlsplit(self.enrolled["devices_url"])
            self.connection = Connection(address.hostname, address.port, self.context())
        return self.connection.request(method, target, body)

    def observe(self, kind, body, **envelope):
        """One observation, numbered; not sent yet."""
        self.sequence += 1
        return {"id": uuid7(), "sequence": self.sequence, "kind": kind, "schema": "1.0", "observed_at": now(),
                "body": body, **envelope}

    def send(self, *observations):
        """The results, one each."""
        answer = self.request("POST", "/v1/device/observations", {"observations": list(observations)})
        if answer.status != 200:
            raise AssertionError(f"observations: {answer!r}")
        return answer.json["results"]

    def report(self, kind, body):
        observation = self.observe(kind, body)
        (result,) = self.send(observation)
        assert result["status"] == "stored", result
        return observation

    def actions(self, wait=0):
        answer = self.request("GET", f"/v1/device/actions?wait={wait}")
        assert answer.status == 200, answer
        return answer.json["actions"]

    def finish(self, action, state="done", detail=""):
        answer = self.request("POST", f"/v1/device/actions/{action['id']}/result", {"state": state, "detail": detail})
        assert answer.status == 200, answer
        return answer.json


def openssl(*arguments, cwd):
    done = subprocess.run(["openssl", *arguments], cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"openssl {' '.join(arguments)}: {done.stderr}")


def make_request(folder, curve="prime256v1"):
    """A key in folder/key.pem; returns a certificate request for it."""
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-out", "key.pem", cwd=folder)
    openssl("req", "-new", "-key", "key.pem", "-subj", "/CN=phone", "-out", "request.pem", cwd=folder)
    return (pathlib.Path(folder) / "request.pem").read_text()


class WebhookReceiver:
    """Takes deliveries, keeps those whose signature is right, and can be told to fail."""

    def __init__(self, secret):
        self.secret = secret.encode()
        self.events = []  # in order of arrival, as decoded
        self.bad_signatures = 0
        self.failing = False
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(receiver.take(self.headers, body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, headers, body):
        if self.failing:
            return 503
        if not self.signed(headers, body):
            self.bad_signatures += 1
            return 401
        self.events.append(json.loads(body))
        return 204

    def signed(self, headers, body):
        """t=SECONDS,v1=HEX: HMAC-SHA256 over the seconds, a dot and the body (docs/events.md)."""
        parts = dict(part.split("=", 1) for part in headers.get("X-Bartizan-Signature", "").split(",") if "=" in part)
        stamp = parts.get("t", "0")
        wanted = hmac.new(self.secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(wanted, parts.get("v1", "")) and abs(time.time() - int(stamp)) < 300

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class ServerTestCase(unittest.TestCase):
    """A server with an administrator, once for the whole class: its tests use phones of their own."""

    serve_arguments = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="bartizan-e2e-", dir=os.environ.get("BARTIZAN_TEST_FOLDER")))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        data = cls.folder / "data"
        data.mkdir()
        cls.prepare(data)
        cls.server = Server(data, *cls.serve_arguments).start()
        cls.addClassCleanup(cls.server.stop)
        cls.api = Api(cls.server).first_login()

    @classmethod
    def prepare(cls, data):
        """What has to lie in the data folder before the first start."""

    def enrol(self, name="Ada's Pixel", **more):
        return Phone.enrol(self.api.enrolment_token(name, **more)["url"])
