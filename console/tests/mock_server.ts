// A small server of the contract: serves dist/ with the policy the real one uses, answers from
// tests/data.ts, and can be told to fail, wait or stay away.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import * as data from "./data";
import * as appData from "./data_apps";
import type { Administrator, Alert, AlertPatch, ApiToken, Device, Session } from "../src/api/types";

const DIST = new URL("../dist/", import.meta.url).pathname;
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const QR =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29"><path d="M4 4h7v7H4zM18 4h7v7h-7zM4 18h7v7H4zM13 13h3v3h-3zM18 18h2v2h-2zM22 22h3v3h-3zM13 5h2v4h-2zM20 13h4v2h-4z"/></svg>';

export interface Request {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  headers: IncomingMessage["headers"];
}
interface Answer {
  status?: number;
  tag?: string; // sent as ETag
  body?: unknown;
}
type Handler = (request: Request) => Answer | Promise<Answer>;

const problem = (status: number, code: string, detail: string): Answer => ({
  status,
  body: { type: "about:blank", title: code, status, detail, code },
});

export class MockServer {
  session: Session | null = data.session();
  password = "correct horse battery";
  totp = "123456";
  alerts: Alert[] = structuredClone(data.alerts);
  devices: Device[] = structuredClone(data.devices);
  policies = structuredClone(data.policies);
  connectors = structuredClone(data.connectors);
  administrators = structuredClone(data.administrators);
  tokens = structuredClone(data.tokens);
  apps = structuredClone(appData.apps);
  uploads: Promise<void> = Promise.resolve(); // no byte of an upload is read before
  enrolledDevice = "";
  // "METHOD /v1/path" -> what to answer instead.
  overrides = new Map<string, Handler>();
  away = false; // closes connections without an answer
  seen: Request[] = [];
  underWay = 0; // requests without an answer yet
  rewrite: (body: unknown) => unknown = (body) => body; // of every answer that is no error
  private server: Server | null = null;

  async start(): Promise<string> {
    this.server = createServer((request, response) => void this.serve(request, response));
    await new Promise<void>((done) => this.server!.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  async stop() {
    this.server?.closeAllConnections();
    await new Promise((done) => this.server?.close(done));
  }
  override(route: string, handler: Handler) {
    this.overrides.set(route, handler);
  }
  fail(route: string, status: number, code = "failed", detail = "database is busy") {
    this.override(route, () => problem(status, code, detail));
  }

  // Bodies of the requests that changed something, in the order they came in.
  changes(path?: string) {
    return this.seen
      .filter((request) => request.method !== "GET" && (path === undefined || request.path === path))
      .map((request) => request.body);
  }

  private async serve(raw: IncomingMessage, response: ServerResponse) {
    const url = new URL(raw.url ?? "/", "http://mock");
    if (!url.pathname.startsWith("/v1/")) return this.file(url.pathname, response);
    if (this.away) return void raw.socket.destroy();
    this.underWay += 1;
    response.once("close", () => (this.underWay -= 1));
    const binary = raw.headers["content-type"] === "application/octet-stream";
    if (binary) await this.uploads;
    let text = "";
    let bytes = 0;
    try {
      for await (const chunk of raw) {
        bytes += (chunk as Buffer).length;
        if (!binary) text += chunk;
      }
    } catch {
      return; // the browser gave up
    }
    const request: Request = {
      method: raw.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      body: binary ? { bytes } : text ? (JSON.parse(text) as Record<string, unknown>) : {},
      headers: raw.headers,
    };
    this.seen.push(request);
    const override = this.overrides.get(`${request.method} ${request.path}`);
    const answer = override ? await override(request) : this.answer(request);
    const status = answer.status ?? 200;
    response.writeHead(status, {
      "Content-Type": status >= 400 ? "application/problem+json" : "application/json",
      "Cache-Control": "no-store",
      ...(answer.tag ? { ETag: answer.tag } : {}),
    });
    response.end(answer.body === undefined ? undefined : JSON.stringify(status < 400 ? this.rewrite(answer.body) : answer.body));
  }

  private file(path: string, response: ServerResponse) {
    const wanted = join(DIST, normalize(path));
    const file = wanted.startsWith(DIST) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(DIST, "index.html");
    response.writeHead(200, {
      "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
      "Content-Security-Policy": POLICY,
    });
    createReadStream(file).pipe(response);
  }

  answer(request: Request): Answer {
    const { method, path, query, body } = request;
    if (path === "/v1/login") return this.login(body);
    if (!this.session) return problem(401, "not_signed_in", "Not signed in");
    if (method !== "GET" && request.headers["x-csrf-token"] !== this.session.csrf_token) {
      return problem(403, "csrf", "The CSRF token is missing");
    }
    const [, , noun, id, part] = path.split("/");
    switch (noun) {
      case "session":
        return this.own(id, part, body);
      case "logout":
        this.session = null;
        return { status: 204 };
      case "overview":
        return { body: this.overview() };
      case "alerts":
        return id ? this.alert(method, id, body as AlertPatch, request.headers["if-match"]) : { body: this.listAlerts(query) };
      case "devices":
        return id ? this.device(method, id, part) : { body: this.listDevices(query) };
      case "apps":
        return this.app(method, id, query);
      case "policies":
        return this.policy(id, request);
      case "enrolment-tokens":
        return this.enrolment(id, body);
      case "connectors":
        return { body: { items: this.connectors, next: "" } };
      case "administrators":
        return this.administrator(method, id, body);
      case "api-tokens":
        return this.token(method, id, body);
      case "audit":
        return { body: { items: data.audit, next: "" } };
    }
    return problem(404, "not_found", "There is no such thing");
  }

  private login(body: Record<string, unknown>): Answer {
    if (body.name !== "rosa" || body.password !== this.password) return problem(401, "bad_credentials", "Wrong");
    const next = this.afterLogin;
    if (next.administrator.totp_enabled && !body.totp) return problem(401, "totp_required", "Code wanted");
    if (next.administrator.totp_enabled && body.totp !== this.totp) return problem(401, "bad_credentials", "Wrong");
    this.session = next;
    return { body: next };
  }
  afterLogin: Session = data.session();

  private own(id: string | undefined, part: string | undefined, body: Record<string, unknown>): Answer {
    const administrator = this.session!.administrator;
    if (id === "password") {
      if (body.current !== this.password) return problem(401, "bad_credentials", "Wrong");
      this.password = String(body.next);
      administrator.must_change_password = false;
    }
    if (id === "totp" && part === "confirm") {
      if (body.code !== this.totp) return problem(400, "wrong_code", "The code is wrong");
      administrator.totp_enabled = true;
    } else if (id === "totp") {
      return { body: { secret: "GEZDGNBVGY3TQOJQ", url: "otpauth://totp/Bartizan:rosa", qr_svg: QR } };
    }
    return { body: this.session };
  }

  private overview() {
    const count = (state: Alert["state"]) => this.alerts.filter((alert) => alert.state === state).length;
    const overview = data.overview();
    overview.headline.open_alerts = count("open");
    overview.alerts_by_state = {
      open: count("open"),
      acknowledged: count("acknowledged"),
      resolved: count("resolved"),
      false_positive: count("false_positive"),
    };
    return overview;
  }

  private listAlerts(query: URLSearchParams) {
    const order = ["informational", "low", "medium", "high", "critical"];
    const states = query.get("state")?.split(",");
    const least = order.indexOf(query.get("min_severity") ?? "informational");
    const text = (query.get("q") ?? "").toLowerCase();
    const items = this.alerts.filter(
      (alert) =>
        (!states || states.includes(alert.state)) &&
        order.indexOf(alert.severity) >= least &&
        (!query.get("threat") || alert.threat === query.get("threat")) &&
        (!query.get("device_id") || alert.device_id === query.get("device_id")) &&
        `${alert.threat} ${alert.subject.key} ${alert.subject.label} ${alert.device_name}`.toLowerCase().includes(text),
    );
    return { items: items.slice(0, Number(query.get("limit") ?? 50)), next: "" };
  }

  // Stricter than the server: the console never changes an alert without saying which version it saw.
  private alert(method: string, id: string, patch: AlertPatch, ifMatch: string | undefined): Answer {
    const alert = this.alerts.find((each) => each.id === id);
    if (!alert) return problem(404, "not_found", "There is no such alert");
    const tag = () => `"${createHash("sha256").update(JSON.stringify([alert.state, alert.assignee, alert.note])).digest("hex")}"`;
    if (method === "PATCH") {
      if (ifMatch !== tag()) return problem(412, "changed_meanwhile", "Somebody else changed this alert meanwhile.");
      Object.assign(alert, patch);
    }
    return { body: data.alertDetail(alert), tag: tag() };
  }

  private listDevices(query: URLSearchParams) {
    const text = (query.get("q") ?? "").toLowerCase();
    const items = this.devices.filter(
      (device) =>
        (!query.get("risk") || (device.risk === query.get("risk") && device.protection !== "inactive")) &&
        (!query.get("protection") || device.protection === query.get("protection")) &&
        (!query.get("platform") || device.platform === query.get("platform")) &&
        (!query.get("group") || device.group === query.get("group")) &&
        `${device.name} ${device.person} ${device.model}`.toLowerCase().includes(text),
    );
    const { items: own, next } = this.page(items, query);
    return { items: own.map(data.listItem), next };
  }
  pageSize = 50;

  private device(method: string, id: string, part: string | undefined): Answer {
    const device = this.devices.find((each) => each.id === id);
    if (!device) return problem(404, "not_found", "There is no such phone");
    if (method === "POST") {
      device.state = part as Device["state"];
      return { body: device };
    }
    const mine = <T extends { device_id: string }>(items: T[]) => ({
      body: { items: items.filter((item) => item.device_id === id), next: "" },
    });
    switch (part) {
      case undefined:
        return { body: data.deviceDetail(device) };
      case "problems":
        return mine(data.problems);
      case "findings":
        return mine(data.findings);
      case "actions":
        return mine(data.actions);
      case "timeline":
        return { body: { items: data.timeline, next: "" } };
    }
    return problem(404, "not_found", "There is no such thing");
  }

  private app(method: string, id: string | undefined, query: URLSearchParams): Answer {
    if (method === "POST") return { body: this.apps[0]!.report };
    if (!id) {
      const [verdict, q] = [query.get("verdict"), query.get("q")?.toLowerCase() ?? ""];
      const found = this.apps.filter(
        (each) =>
          (!verdict || verdict.split(",").includes(each.verdict)) &&
          ([each.label, each.package].some((name) => name.toLowerCase().includes(q)) || each.sha256.startsWith(q)),
      );
      return { body: this.page(found.map(({ report: _, techniques: __, ...summary }) => summary), query) };
    }
    const app = this.apps.find((each) => each.sha256 === id);
    return app ? { body: app } : problem(404, "not_found", "No app with this digest was scanned.");
  }

  // Pages of at most pageSize, so that paging is seen with little data.
  private page<T>(items: T[], query: URLSearchParams) {
    const from = Number(query.get("cursor") ?? 0);
    const size = Math.min(Number(query.get("limit") ?? 50), this.pageSize);
    return { items: items.slice(from, from + size), next: from + size < items.length ? String(from + size) : "" };
  }

  private policy(id: string | undefined, { method, path, body, headers }: Request): Answer {
    if (!id) return { body: { items: this.policies, next: "" } };
    const policy = this.policies.find((each) => each.id === id);
    if (!policy) return problem(404, "not_found", "There is no such policy");
    if (method !== "GET" && headers["if-match"] !== `"${policy.version}"`) {
      return problem(412, "changed_meanwhile", "Somebody else changed this policy meanwhile.");
    }
    const rule = /\/rules\/([^/]+)\/mode$/.exec(path)?.[1];
    if (rule) {
      const found = policy.rules.find((each) => each.name === decodeURIComponent(rule));
      if (!found) return problem(404, "not_found", "There is no such rule");
      found.mode = body.mode as typeof found.mode;
    }
    if (rule || body.source) {
      policy.version += 1;
      const source = String(body.source ?? policy.source);
      policy.history = [{ version: policy.version, author: "admin:rosa", created_at: data.ago(0), source }, ...policy.history];
    }
    return { body: policy, tag: `"${policy.version}"` };
  }

  private administrator(method: string, id: string | undefined, body: Record<string, unknown>): Answer {
    if (this.session!.administrator.role !== "admin") return problem(403, "forbidden", "admin");
    if (id) return this.changeAdministrator(method, id, body);
    if (method === "GET") return { body: { items: this.administrators, next: "" } };
    const name = String(body.name);
    if (this.administrators.some((each) => each.name === name)) return problem(409, "name_taken", "This name is taken");
    const made = `0197a009-0000-7000-8000-00000000${(0x1000 + this.administrators.length).toString(16)}`;
    const role = body.role as Administrator["role"];
    this.administrators.push({ ...data.session({ totp_enabled: false, must_change_password: true }).administrator, id: made, name, role });
    return { status: 201, body: { id: made, name, password: "seven-green-otters-wait" } };
  }

  private changeAdministrator(method: string, id: string, body: Record<string, unknown>): Answer {
    const person = this.administrators.find((each) => each.id === id);
    if (!person) return problem(404, "not_found", "There is no such person");
    if (id === this.session!.administrator.id) return problem(409, "own_account", "This is your own account; another admin can do this.");
    if (method === "DELETE") {
      this.administrators = this.administrators.filter((each) => each !== person);
      return { status: 204 };
    }
    person.role = body.role as Administrator["role"];
    return { body: person };
  }

  private token(method: string, id: string | undefined, body: Record<string, unknown>): Answer {
    if (this.session!.administrator.role !== "admin") return problem(403, "forbidden", "admin");
    if (method === "GET") return { body: { items: this.tokens, next: "" } };
    if (method === "DELETE") {
      const token = this.tokens.find((each) => each.id === id);
      if (!token) return problem(404, "not_found", "There is no such token");
      token.revoked_at = data.ago(0);
      return { status: 204 };
    }
    const days = body.expires_in_days as number | undefined;
    const made: ApiToken = {
      id: "0197a00a-0000-7000-8000-000000000099",
      name: String(body.name),
      scopes: body.scopes as ApiToken["scopes"],
      created_by: "admin:rosa",
      created_at: data.ago(0),
      expires_at: days ? data.ago(-days * 86400) : null,
      revoked_at: null,
    };
    this.tokens.push(made);
    return { status: 201, body: { id: made.id, token: "bzt_2f7a91c0d4e85b36" } };
  }

  private enrolment(id: string | undefined, body: Record<string, unknown>): Answer {
    if (!id) {
      return {
        status: 201,
        body: {
          id: "0197a0ee-0000-7000-8000-000000000001",
          url: "https://mtd.example:8445/enrol#token=8f1c2b7d9e&ca=41d8e6a07b5f2c90",
          qr_svg: QR,
          expires_at: data.ago(-86400),
        },
      };
    }
    return {
      body: {
        id,
        device_name: String(body.device_name ?? ""),
        person: "",
        group: "corporate",
        ownership: "corporate",
        tier: "corporate",
        created_at: data.ago(60),
        expires_at: data.ago(-86000),
        used_at: this.enrolledDevice ? data.ago(1) : null,
        device_id: this.enrolledDevice,
      },
    };
  }
}
