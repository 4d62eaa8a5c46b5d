// An invented fleet in the contract's own types. Times count back from now.
import { tierFields } from "../src/api/observations";
import type {
  Action,
  Administrator,
  Alert,
  AlertDetail,
  ApiToken,
  AuditEntry,
  Connector,
  Device,
  DeviceDetail,
  DeviceListItem,
  Finding,
  Overview,
  PolicyDetail,
  Problem,
  Session,
  Severity,
  TimelineEntry,
} from "../src/api/types";

export const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
const uuid = (kind: number, n: number) =>
  `0197a0${kind.toString(16).padStart(2, "0")}-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;

export const session = (over: Partial<Session["administrator"]> = {}): Session => ({
  administrator: {
    id: uuid(9, 1),
    name: "rosa",
    role: "admin",
    totp_enabled: true,
    must_change_password: false,
    locked_until: null,
    created_at: ago(40 * DAY),
    ...over,
  },
  csrf_token: "csrf-of-the-session",
  expires_at: ago(-8 * HOUR),
});

type Row = [
  person: string, name: string, model: string, os: string, platform: Device["platform"], ownership: Device["ownership"],
  group: string, risk: Device["risk"], protection: Device["protection"], seen: number,
];
const rows: Row[] = [
  ["Ines Duarte", "Ines' Galaxy", "Galaxy A54", "15", "android", "personal", "drivers", "high", "active", 12],
  ["Depot 3", "Depot scanner 7", "Galaxy XCover 6", "14", "android", "corporate", "depot", "high", "active", 190],
  ["Malik Osei", "Malik's iPhone", "iPhone 15", "19.1", "ios", "corporate", "sales", "medium", "active", 40],
  ["Hanna Lind", "Hanna's Pixel", "Pixel 8", "16", "android", "personal", "finance", "medium", "active", 130],
  ["Pavel Horak", "Pavel's Moto", "Moto G84", "15", "android", "personal", "drivers", "medium", "degraded", 480],
  ["Yuki Tanaka", "Yuki's Pixel", "Pixel 7a", "16", "android", "corporate", "it", "low", "active", 70],
  ["Amara Nwosu", "Amara's iPhone", "iPhone 14", "19.1", "ios", "personal", "sales", "secured", "active", 250],
  ["Jan de Boer", "Jan's iPhone", "iPhone 13", "18.7", "ios", "personal", "finance", "secured", "active", 400],
  ["Li Na", "Li's Fairphone", "Fairphone 5", "15", "android", "personal", "drivers", "secured", "active", 540],
  ["Clara Weiss", "Clara's iPhone", "iPhone 16", "19.1", "ios", "corporate", "management", "secured", "active", 660],
  ["Emre Kaya", "Emre's Galaxy", "Galaxy S24", "16", "android", "corporate", "sales", "secured", "active", 840],
  ["Depot 1", "Depot scanner 2", "Galaxy XCover 6", "14", "android", "corporate", "depot", "secured", "inactive", 8 * DAY],
];

const reasons: Record<string, string> = {
  inactive: "No report for 8 days",
  degraded: "The agent may not see the location, so networks are not judged",
};

export const devices: Device[] = rows.map((row, n) => {
  const [person, name, model, os, platform, ownership, group, risk, protection, seen] = row;
  return {
    id: uuid(1, n + 1),
    name,
    person,
    group,
    platform,
    ownership,
    tier: ownership === "personal" ? "byod" : "corporate",
    state: "enrolled",
    model,
    os_version: os,
    patch_level: platform === "android" ? "2026-09-05" : "",
    agent_version: "0.1.0",
    risk,
    protection,
    protection_reason: reasons[protection] ?? "",
    degraded: protection === "degraded" ? ["permission:location"] : [],
    tampered: false,
    last_sequence: 400 + n,
    sequence_gaps: 0,
    enrolled_at: ago(30 * DAY),
    last_seen: ago(seen),
  };
});

type AlertRow = [
  device: number, threat: string, title: string, kind: string, key: string, label: string, severity: Severity,
  confidence: number, count: number, seen: number, techniques: [string, string][],
];
const alertRows: AlertRow[] = [
  [0, "app.banker_permissions", "Banking trojan pattern", "app", "app.swiftpost.track", "Swift Parcel", "critical", 94, 1, 4 * MINUTE, [["T1417.002", "GUI Input Capture"], ["T1655.001", "Match Legitimate Name or Location"]]],
  [1, "device.rooted", "Rooted device", "device", "", "", "critical", 99, 3, 5 * HOUR, [["T1398", "Boot or Logon Initialization Scripts"]]],
  [0, "link.homograph", "Look-alike address opened", "link", "xn--swftpost-d2a.example", "swıftpost.example", "high", 91, 2, 5 * MINUTE, [["T1660", "Phishing"]]],
  [2, "network.tls_interception", "Encrypted traffic is intercepted", "network", "02:1a:11:fe:04:9c", "Airport-Free", "high", 98, 6, 31 * MINUTE, [["T1638", "Adversary-in-the-Middle"]]],
  [3, "app.sideloaded", "App from an unknown installer", "app", "org.quickpdf.free", "Quick PDF", "medium", 72, 1, HOUR, []],
  [4, "app.dropper_permissions", "App can install other apps", "app", "com.wallpaper.hd4k", "HD Wallpapers", "medium", 81, 1, HOUR, [["T1544", "Ingress Tool Transfer"]]],
  [3, "network.open_wifi", "Open Wi-Fi", "network", "02:1a:11:00:aa:01", "Café Rio", "medium", 100, 3, 3 * HOUR, []],
  [5, "device.developer_options", "Developer options are on", "device", "", "", "low", 100, 1, 4 * HOUR, []],
  [5, "device.adb_enabled", "USB debugging is on", "device", "", "", "low", 100, 1, 4 * HOUR, []],
];

export const alerts: Alert[] = alertRows.map((row, n) => {
  const [device, threat, title, kind, key, label, severity, confidence, count, seen] = row;
  const phone = devices[device]!;
  return {
    id: uuid(2, n + 1),
    problem_id: uuid(3, n + 1),
    device_id: phone.id,
    threat,
    subject: { kind, key, label },
    severity,
    confidence,
    state: "open",
    assignee: n === 3 ? "rosa" : "",
    note: "",
    count,
    first_seen: ago(seen + count * 40),
    last_seen: ago(seen),
    closed_at: null,
    last_finding_id: uuid(4, n + 1),
    threat_title: title,
    device_name: phone.name,
    person: phone.person,
  };
});

const bankerEvidence: Finding["evidence"] = [
  { fact: "components", value: "BIND_ACCESSIBILITY_SERVICE, SYSTEM_ALERT_WINDOW", why: "It can read the screen and draw over other apps", weight: 34 },
  { fact: "installer", value: "com.android.chrome", why: "It was installed from the browser, not from a store", weight: 22 },
  { fact: "signer_sha256", value: "9f2c61d40be7a31c8c0de55f8a4e1b7790ad3c5571f2be6670c1d8e2ab91b71e", why: "Its signer is not among those known for this brand", weight: 18 },
  { fact: "permissions", value: "RECEIVE_SMS, SEND_SMS", why: "It reads and sends text messages, and so one-time codes", weight: 14 },
  { fact: "launcher_icon", value: "hidden after the first start", why: "It hides itself from the launcher", weight: 6 },
];

export const problems: Problem[] = alerts.map((alert, n) => ({
  id: alert.problem_id,
  device_id: alert.device_id,
  threat: alert.threat,
  subject: alert.subject,
  severity: alert.severity,
  confidence: alert.confidence,
  state: "open",
  opened_at: alert.first_seen,
  first_seen: alert.first_seen,
  last_seen: alert.last_seen,
  count: alert.count,
  reopened: n === 3 ? 1 : 0,
  last_finding_id: alert.last_finding_id,
  expires_at: null,
  resolved_at: null,
  resolved_by: "",
  threat_title: alert.threat_title,
  resolves_when: alert.subject.kind === "app" ? ["The app is removed"] : ["The phone reports that it is no longer so"],
}));

export const findings: Finding[] = alerts.map((alert, n) => ({
  id: alert.last_finding_id,
  observation_id: uuid(5, n + 1),
  device_id: alert.device_id,
  threat: alert.threat,
  subject: alert.subject,
  severity: alert.severity,
  confidence: alert.confidence,
  rule: `detect/${alert.threat.replace(".", "/")}`,
  rule_version: "3",
  summary:
    n === 0
      ? "“Swift Parcel” was installed from the browser and can read the screen and imitate sign-in pages."
      : `${alert.threat_title} was seen on ${alert.device_name}.`,
  evidence: n === 0 ? bankerEvidence : [{ fact: alert.subject.kind, value: alert.subject.key || "yes", why: `${alert.threat_title} was observed`, weight: 0 }],
  techniques: alertRows[n]![10].map(([id]) => id),
  would_change: n === 0 ? "Without the accessibility service the confidence is 60: an alert of medium severity. From the managed store it is 72." : "",
  judged_with: {
    evaluated_at: alert.last_seen,
    content_digest: "5b1e8c0f4a7d9c3e21f60b7a8d95c4e3f2a1908b7c6d5e4f3a2b1c0d9e8f7a6b",
    overlay_digest: "",
    history_digest: "",
    engine_version: "0.1.0",
  },
}));

const action = (n: number, over: Partial<Action>): Action => ({
  id: uuid(6, n),
  device_id: devices[0]!.id,
  decision_id: uuid(7, 1),
  problem_id: problems[0]!.id,
  kind: "notify_user",
  subject: alerts[0]!.subject,
  carrier: "agent",
  state: "done",
  title: "",
  message: "",
  detail: "",
  created_at: ago(4 * MINUTE),
  updated_at: ago(3 * MINUTE),
  ...over,
});

export const actions: Action[] = [
  action(1, {
    title: "Remove “Swift Parcel”",
    message: "It can watch your screen and copy bank sign-ins. You did nothing wrong: it is made to look real. Open Settings, Apps, Swift Parcel, and tap Uninstall.",
    detail: "Shown on the phone",
  }),
  action(2, { kind: "ask_remove_app", state: "sent", title: "Remove “Swift Parcel”", message: "Open Settings, Apps, Swift Parcel, and tap Uninstall." }),
  action(3, { kind: "restrict_access", carrier: "nobody", state: "impossible", detail: "No identity provider is connected" }),
];

export const policies: PolicyDetail[] = ["corporate", "personal"].map((id, n) => {
  const source = `# What happens on ${id} phones.\nid: ${id}\ngroups: [${n === 0 ? "corporate, depot, sales" : '"*"'}]\nrules:\n  - name: rooted\n    description: Root access or a jailbreak\n    when:\n      selection:\n        threat: [device.rooted, device.jailbroken]\n      condition: selection\n    do: [notify_user, restrict_access]\n    mode: enforce\n`;
  return {
    id,
    version: 2,
    groups: n === 0 ? ["corporate", "depot", "sales"] : ["*"],
    author: "admin:rosa",
    created_at: ago(2 * DAY),
    source,
    rules: [
      { name: "rooted", description: "Root access or a jailbreak", mode: "enforce", actions: ["notify_user", "restrict_access"], condition: "selection:\n  threat: [device.rooted, device.jailbroken]\ncondition: selection" },
      { name: "known bad app", description: "Stalkerware, spyware or known malware", mode: "enforce", actions: ["notify_user", "ask_remove_app", "restrict_access"], condition: "selection:\n  threat: [app.stalkerware, app.spyware, app.known_malware]\ncondition: selection" },
      { name: "suspicious app", description: "An app pattern of high severity", mode: "warn", actions: ["notify_user", "ask_remove_app", "block_app"], condition: "selection:\n  threat|startswith: app.\n  severity|gte: high\ncondition: selection" },
      { name: "phishing link", description: "Known or look-alike address", mode: "warn", actions: ["notify_user", "block_domain"], condition: "selection:\n  threat|startswith: link.\ncondition: selection" },
      { name: "intercepted traffic", description: "Somebody sits between the phone and the server", mode: "warn", actions: ["notify_user", "disconnect_network"], condition: "selection:\n  threat: network.tls_interception\ncondition: selection" },
      { name: "old patch", description: "Security patch level behind the limit", mode: "audit", actions: ["notify_user", "require_update"], condition: "selection:\n  threat: device.old_patch_level\ncondition: selection" },
    ],
    history: [
      { version: 2, author: "admin:rosa", created_at: ago(2 * DAY), source },
      { version: 1, author: "cli", created_at: ago(30 * DAY), source: source.replace("mode: enforce", "mode: audit") },
    ],
  };
});

export function alertDetail(alert: Alert): AlertDetail {
  const n = alerts.findIndex((each) => each.id === alert.id);
  const first = n === 0;
  const techniques = (alertRows[n]?.[10] ?? []).map(([id, name]) => ({ id, name }));
  return {
    alert,
    problem: problems[n] ?? null,
    finding: findings[n] ?? null,
    rule: { id: findings[n]?.rule ?? "", version: "3" },
    techniques,
    threat: {
      id: alert.threat,
      title: alert.threat_title,
      vector: alert.threat.split(".")[0]!,
      subject: alert.subject.kind,
      platforms: ["android"],
      severity: alert.severity,
      techniques,
      evidence_fields: ["permissions"],
      resolves: ["The app is removed"],
      user: {
        android: { what_happened: "This app can watch your screen and copy what you type.", what_to_do: ["Uninstall the app"] },
        ios: { what_happened: "Somebody may read what you send on this network.", what_to_do: ["Leave the network"] },
      },
      admin: {
        what_happened: "An app asks for the set of rights banking trojans use.",
        what_to_do: ["Ask the owner whether they typed a password since it was installed.", "Reset that password from another device.", "Look for the same signer on other phones."],
      },
    },
    decision: first
      ? {
          id: uuid(7, 1),
          device_id: alert.device_id,
          problem_id: alert.problem_id,
          policy: "personal",
          policy_version: 2,
          rule: "suspicious app",
          mode: "enforce",
          actions: ["notify_user", "ask_remove_app", "restrict_access"],
          reasons: ["threat starts with app.", "severity is critical (wanted: at least high)"],
          decided_at: alert.last_seen,
        }
      : null,
    actions: first ? actions : [],
    device: devices.find((device) => device.id === alert.device_id) ?? null,
  };
}

export function listItem(device: Device): DeviceListItem {
  const own = problems.filter((problem) => problem.device_id === device.id);
  const worst = own[0];
  return {
    ...device,
    open_problems: own.length,
    main_problem: worst
      ? { threat: worst.threat, title: worst.threat_title, severity: worst.severity, subject_label: worst.subject.label }
      : null,
  };
}

export function deviceDetail(device: Device): DeviceDetail {
  const kinds = tierFields[device.tier] ?? {};
  return {
    ...device,
    open_problems: problems.filter((problem) => problem.device_id === device.id),
    latest_state: {
      id: uuid(5, 99),
      sequence: 399,
      kind: "device.state",
      schema: "1.0",
      observed_at: ago(60),
      received_at: ago(58),
      unknown_fields: [],
      body: {
        os_version: device.os_version,
        patch_level: device.patch_level || undefined,
        screen_lock: true,
        encrypted: true,
        developer_options: true,
        adb_enabled: false,
        unknown_sources: true,
        root_signs: device.group === "depot" ? ["su_binary", "test_keys"] : [],
        bootloader: "locked",
      },
    },
    apps:
      device.tier === "corporate"
        ? [
            { package: "com.example.mail", label: "Mail", version_name: "8.2", installer: "com.android.vending", sha256: "5e".repeat(32), has_report: true, threats: [] },
            { package: "org.tools.root", label: "Root Tools", version_name: "1.0", installer: "", sha256: "", has_report: false, threats: ["app.sideloaded"] },
          ]
        : [],
    certificate_expires_at: ago(-60 * DAY),
    visible_fields: Object.entries(kinds).map(([kind, { title, fields }]) => ({
      kind,
      title,
      fields: fields.map((field) => field.name),
    })),
  };
}

export const timeline: TimelineEntry[] = [
  { at: ago(3 * MINUTE), kind: "action", id: uuid(6, 1), title: "notify user: done", detail: "Shown on the phone", severity: null },
  { at: ago(4 * MINUTE), kind: "decision", id: uuid(7, 1), title: "Policy personal, rule suspicious app (enforce)", detail: "severity is critical (wanted: at least high)", severity: null },
  { at: ago(4 * MINUTE), kind: "problem_opened", id: uuid(3, 1), title: "Banking trojan pattern", detail: "Swift Parcel", severity: "critical" },
  { at: ago(4 * MINUTE), kind: "observation", id: uuid(5, 1), title: "Threat found on the phone", detail: "app.banker_permissions", severity: null },
  { at: ago(5 * MINUTE), kind: "problem_opened", id: uuid(3, 3), title: "Look-alike address opened", detail: "swıftpost.example", severity: "high" },
  { at: ago(2 * DAY), kind: "problem_resolved", id: uuid(3, 30), title: "Open Wi-Fi", detail: "The phone joined another network", severity: null },
];

export const audit: AuditEntry[] = [
  { id: uuid(8, 1), at: ago(20 * MINUTE), actor: "admin:rosa", action: "policy.mode_changed", object: "personal/suspicious app", detail: { before: "audit", after: "warn" } },
  { id: uuid(8, 2), at: ago(2 * HOUR), actor: "admin:tomas", action: "alert.changed", object: uuid(2, 12), detail: { state: "false_positive" } },
  { id: uuid(8, 3), at: ago(5 * HOUR), actor: "device:" + uuid(1, 4), action: "device.enrolled", object: uuid(1, 4), detail: {} },
  { id: uuid(8, 4), at: ago(6 * HOUR), actor: "cli", action: "administrator.added", object: "tomas", detail: { role: "analyst" } },
  { id: uuid(8, 5), at: ago(7 * HOUR), actor: "admin:rosa", action: "app.scanned", object: "5e".repeat(32), detail: { package: "org.example.torch", verdict: "clean" } },
];

const perDay = [[0, 2, 4, 3], [1, 1, 2, 4], [0, 3, 5, 5], [1, 2, 3, 2], [0, 1, 2, 2], [0, 0, 3, 1], [1, 2, 4, 6], [0, 1, 1, 3], [0, 2, 2, 2], [0, 1, 3, 1], [1, 0, 2, 3], [0, 1, 1, 1], [0, 2, 3, 2], [2, 2, 3, 2]];

export function overview(): Overview {
  const open = (state: Alert["state"]) => alerts.filter((alert) => alert.state === state).length;
  const risk = (value: Device["risk"]) =>
    devices.filter(
      (device) => device.risk === value && (value !== "secured" || ["active", "degraded"].includes(device.protection)),
    ).length;
  const protection = (value: Device["protection"]) => devices.filter((device) => device.protection === value).length;
  const threats = new Map<string, Overview["top_threats"][number]>();
  for (const problem of problems) {
    const known = threats.get(problem.threat);
    threats.set(problem.threat, {
      threat: problem.threat,
      title: problem.threat_title,
      severity: problem.severity,
      open_problems: (known?.open_problems ?? 0) + 1,
      devices: (known?.devices ?? 0) + 1,
    });
  }
  return {
    generated_at: ago(0),
    headline: {
      devices: devices.length,
      devices_at_risk: 6,
      devices_unprotected: protection("inactive"),
      open_alerts: open("open"),
      actions_failed: 1,
      actions_impossible: 0,
    },
    devices_by_risk: { secured: risk("secured"), low: risk("low"), medium: risk("medium"), high: risk("high") },
    devices_by_protection: {
      pending: 0,
      active: protection("active"),
      degraded: protection("degraded"),
      inactive: protection("inactive"),
      tampered: 0,
    },
    alerts_by_state: {
      open: open("open"),
      acknowledged: open("acknowledged"),
      resolved: open("resolved"),
      false_positive: open("false_positive"),
    },
    alerts_per_day: perDay.map(([critical, high, medium, low], n) => ({
      day: ago((perDay.length - 1 - n) * DAY).slice(0, 10),
      critical: critical!,
      high: high!,
      medium: medium!,
      low: low!,
      informational: 0,
    })),
    top_threats: [...threats.values()].slice(0, 6),
    connectors: structuredClone(connectors),
    recent_changes: audit,
  };
}

export const connectors: Connector[] = [
  { id: "siem", kind: "syslog_tls", target: "siem.example:6514", queued: 0, delivered: 412, last_error: "", last_delivered_at: ago(40) },
  { id: "tickets", kind: "webhook", target: "tickets.example", queued: 3, delivered: 80, last_error: "connection refused", last_delivered_at: ago(HOUR) },
];

export const administrators: Administrator[] = [
  session().administrator,
  { ...session().administrator, id: uuid(9, 2), name: "tomas", role: "analyst", totp_enabled: false, created_at: ago(6 * HOUR), must_change_password: true },
  { ...session().administrator, id: uuid(9, 3), name: "quinn", role: "viewer", locked_until: ago(-10 * MINUTE), created_at: ago(12 * DAY) },
];

export const tokens: ApiToken[] = [
  { id: uuid(10, 1), name: "nightly report", scopes: ["devices:read", "alerts:read"], created_by: "admin:rosa", created_at: ago(20 * DAY), expires_at: ago(-70 * DAY), revoked_at: null },
  { id: uuid(10, 2), name: "ticket sync", scopes: ["alerts:read", "alerts:write"], created_by: "admin:rosa", created_at: ago(30 * DAY), expires_at: null, revoked_at: null },
  { id: uuid(10, 3), name: "old import", scopes: ["audit:read"], created_by: "cli", created_at: ago(90 * DAY), expires_at: ago(10 * DAY), revoked_at: null },
];
