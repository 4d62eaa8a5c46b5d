// The report of an app, as docs/cli.md describes it. It was made by a process that had a hostile file, so
// nothing about its shape is taken for granted: what is missing or of another type reads as absent.
import type { Finding } from "./types";

type Raw = Record<string, unknown>;

const raw = (value: unknown): Raw =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Raw) : {};
const text = (value: unknown) => (typeof value === "string" ? value : "");
const number = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : null);
const flag = (value: unknown) => value === true;
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown) => list(value).filter((item): item is string => typeof item === "string");
const each = <T>(value: unknown, read: (item: Raw) => T) => list(value).map((item) => read(raw(item)));

export const VERDICTS = ["malicious", "suspicious", "clean", "unknown"] as const;
export type Verdict = (typeof VERDICTS)[number];
export const verdictOf = (value: unknown): Verdict => VERDICTS.find((verdict) => verdict === value) ?? "unknown";

const certificate = (item: Raw) => ({
  sha256: text(item.sha256),
  subject: text(item.subject),
  key: text(item.key),
  keyBits: number(item.key_bits),
  notBefore: text(item.not_before),
  notAfter: text(item.not_after),
});

const signature = (item: Raw) => ({
  verdict: text(item.verdict),
  schemes: texts(item.schemes),
  present: texts(item.present),
  errors: texts(item.errors),
  warnings: texts(item.warnings),
  certificates: each(item.certificates, certificate),
  claimed: each(item.claimed_certificates, certificate),
  lineage: texts(item.lineage),
  testKey: text(item.test_key),
  stamped: item.source_stamp !== null && typeof item.source_stamp === "object",
});

const finding = (item: Raw) => ({
  threat: text(item.threat),
  severity: (["informational", "low", "medium", "high", "critical"] as const).find((one) => one === item.severity) ??
    ("informational" satisfies Finding["severity"]),
  confidence: number(item.confidence) ?? 0,
  rule: text(item.rule),
  ruleVersion: text(item.rule_version),
  summary: text(item.summary),
  evidence: each(item.evidence, (one) => ({ fact: text(one.fact), value: text(one.value), why: text(one.why) })),
  techniques: texts(item.techniques),
  wouldChange: text(item.would_change),
});

const behavior = (item: Raw) => ({
  id: text(item.id),
  title: text(item.title) || text(item.id),
  techniques: texts(item.techniques),
  evidence: each(item.evidence, (one) => ({ where: text(one.where), what: text(one.what) })),
});

const model = (item: Raw) => ({
  version: text(item.version),
  score: number(item.score) ?? 0,
  threshold: number(item.threshold) ?? 0,
  suspicious: flag(item.suspicious),
  benignShare: number(item.benign_share),
  unknown: number(item.unknown) ?? 0,
  contributions: each(item.contributions, (one) => ({ text: text(one.text) || text(one.fact), points: number(one.points) ?? 0 })),
});

const permissionGroup = (item: Raw) => ({
  title: text(item.title) || text(item.group),
  permissions: each(item.permissions, (one) => ({ permission: text(one.permission), text: text(one.text) })),
});

const component = (item: Raw) => ({
  kind: text(item.kind),
  name: text(item.name),
  permission: text(item.permission),
  exported: flag(item.exported),
  actions: texts(item.actions),
});

const library = (item: Raw) => ({
  path: text(item.path),
  abi: text(item.abi),
  relro: text(item.relro),
  executableStack: flag(item.executable_stack),
  positionIndependent: item.position_independent !== false,
  stackProtector: item.stack_protector !== false,
  writableCode: flag(item.writable_code),
  textRelocations: flag(item.text_relocations),
  packer: text(item.packer),
});

const nested = (item: Raw) => ({
  path: text(item.path),
  kind: text(item.kind),
  size: number(item.size),
  sha256: text(item.sha256),
  disguised: flag(item.disguised),
});

const otherApp = (item: Raw) => ({
  sha256: text(item.sha256),
  package: text(item.package),
  label: text(item.label),
  verdict: text(item.verdict),
});

export type OtherApp = ReturnType<typeof otherApp>;

const nearDuplicate = (item: Raw) => ({ ...otherApp(item), distance: number(item.distance) ?? 0 });

const yaraMatch = (item: Raw) => ({
  rule: text(item.rule),
  file: text(item.file),
  severity: text(item.severity),
  tags: texts(item.tags),
  entries: number(item.entries) ?? 0,
  places: each(item.places, (place) => ({
    entry: text(place.entry),
    strings: each(place.strings, (one) => ({ name: text(one.name), offset: number(one.offset) })),
  })),
});

const yara = (item: Raw) => ({ complete: item.complete !== false, matches: each(item.matches, yaraMatch) });

const ios = (item: Raw) => ({
  minOs: text(item.min_os),
  distribution: text(item.distribution),
  team: text(item.team),
  storeEncrypted: flag(item.store_encrypted),
  debuggable: typeof item.get_task_allow === "boolean" ? item.get_task_allow : null,
  arbitraryLoads: flag(item.arbitrary_loads),
  atsDomains: texts(item.ats_domains),
  urlSchemes: texts(item.url_schemes),
  entitlements: texts(item.entitlements),
  beyond: texts(item.entitlements_beyond_profile),
  injected: texts(item.injected_libraries),
  profile: text(raw(item.profile).name),
});

export function readReport(value: unknown) {
  const report = raw(value);
  const dex = raw(report.dex);
  return {
    platform: text(report.platform),
    package: text(report.package),
    label: text(report.label),
    versionName: text(report.version_name),
    versionCode: number(report.version_code),
    minSdk: number(report.min_sdk),
    targetSdk: number(report.target_sdk),
    base: text(report.base),
    signature: signature(raw(report.signature)),
    dex: {
      classes: number(dex.classes),
      methods: number(dex.methods),
      reached: number(dex.reached_methods),
      compilers: texts(dex.compilers),
    },
    permissions: texts(report.permissions),
    permissionSummary: each(report.permission_summary, permissionGroup),
    // Null, of trackers and components: a report of before they were told; of components also a manifest that could not be read.
    trackers: Array.isArray(report.trackers)
      ? each(report.trackers, (item) => ({ name: text(item.name), purposes: texts(item.purposes), class: text(item.class) }))
      : null,
    urls: each(report.urls, (item) => ({ url: text(item.url), class: text(item.class), method: text(item.method) })),
    components: Array.isArray(report.components) ? each(report.components, component) : null,
    domains: texts(report.domains),
    nested: each(report.nested, nested),
    native: each(report.native, library),
    anomalies: each(report.anomalies, (item) => ({ id: text(item.id), where: text(item.where), detail: text(item.detail) })),
    truncated: flag(report.truncated),
    findings: each(report.findings, finding),
    behaviors: each(report.behaviors, behavior),
    model: report.model !== null && typeof report.model === "object" ? model(raw(report.model)) : null,
    fleet: each(report.fleet, (item) => ({ signer: text(item.signer), phones: number(item.phones) ?? 0, firstSeen: text(item.first_seen) })),
    // Null: its code has no digest to compare.
    near: Array.isArray(report.near_duplicates) ? each(report.near_duplicates, nearDuplicate) : null,
    // Null: it has no icon that could be compared.
    sameIcon: Array.isArray(report.same_icon) ? each(report.same_icon, otherApp) : null,
    // Null: there are no such rules.
    yara: report.yara !== null && typeof report.yara === "object" ? yara(raw(report.yara)) : null,
    ios: report.ios !== null && typeof report.ios === "object" ? ios(raw(report.ios)) : null,
  };
}

export type AppReport = ReturnType<typeof readReport>;
