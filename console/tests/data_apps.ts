// Invented app reports, as the server keeps them.
import { ago } from "./data";
import type { ScannedApp, Technique } from "../src/api/types";

const digest = (pair: string) => pair.repeat(32);
const techniques: Technique[] = [
  { id: "T1398", name: "Boot or Logon Initialization Scripts" },
  { id: "T1407", name: "Download New Code at Runtime" },
  { id: "T1417.002", name: "GUI Input Capture" },
  { id: "T1516", name: "Input Injection" },
  { id: "T1624.001", name: "Broadcast Receivers" },
  { id: "T1636.004", name: "SMS Messages" },
  { id: "T1655", name: "Masquerading" },
];
const android = (...names: string[]) => names.map((name) => `android.permission.${name}`);

const findings = [
  {
    id: "f1", threat: "app.resembles_malware", severity: "low", confidence: 30, rule: "app.model_suspicious", rule_version: "1",
    summary: "Swift Parcel has what malware often has, and lacks what other apps have",
    evidence: [{ fact: "model_score", value: "3934", why: "The classifier's score is above its threshold by this many thousandths.", weight: 30 }],
    techniques: ["T1655"], would_change: "A version whose permissions and code look like those of harmless apps.",
  },
  {
    id: "f2", threat: "app.banker_permissions", severity: "critical", confidence: 90, rule: "app.banker", rule_version: "3",
    summary: "Swift Parcel can draw over other apps, read the screen and read text messages",
    evidence: [
      { fact: "permissions", value: android("SYSTEM_ALERT_WINDOW", "RECEIVE_SMS", "READ_SMS").join(", "), why: "It can cover other apps and read the codes that banks send.", weight: 50 },
      { fact: "components", value: "android.permission.BIND_ACCESSIBILITY_SERVICE", why: "An accessibility service reads the screen and presses buttons.", weight: 40 },
    ],
    techniques: ["T1417.002", "T1516", "T1636.004"], would_change: "A version without the accessibility service.",
  },
];

const behaviors = [
  {
    id: "boot_start", title: "Starts by itself when the phone starts or is unlocked", techniques: ["T1624.001", "T1398"],
    evidence: [
      { where: "Lapp/nordpost/track/BootReceiver;->onReceive(Landroid/content/Context;Landroid/content/Intent;)V", what: "overrides Landroid/content/BroadcastReceiver;->onReceive" },
      { where: "AndroidManifest.xml", what: "listens for android.intent.action.BOOT_COMPLETED" },
    ],
  },
  {
    id: "read_sms", title: "Reads the text messages that are on the phone", techniques: ["T1636.004"],
    evidence: [{ where: "Lapp/nordpost/track/a/b;->c(Landroid/content/ContentResolver;)V", what: "calls Landroid/content/ContentResolver;->query with content://sms/inbox" }],
  },
  {
    id: "receive_sms", title: "Sees text messages as they come in", techniques: ["T1636.004"],
    evidence: Array.from({ length: 30 }, (_, n) => ({ where: `Lapp/nordpost/track/Sms${n};->onReceive(Landroid/content/Context;Landroid/content/Intent;)V`, what: "overrides Landroid/content/BroadcastReceiver;->onReceive" })),
  },
  {
    id: "load_code", title: "Loads code that is not part of the package", techniques: ["T1407"],
    evidence: [{ where: "Lapp/nordpost/track/Loader;->run()V", what: "calls Ldalvik/system/DexClassLoader;-><init>" }],
  },
  { id: "odd_one", title: "Counts what the accelerometer tells", techniques: [], evidence: [] },
];

const facts = ["SEND_SMS", "READ_SMS", "RECEIVE_SMS", "READ_PHONE_STATE", "INTERNET", "RECEIVE_BOOT_COMPLETED", "GET_TASKS", "WRITE_SMS", "CALL_PHONE"];
const contributions = [
  ...facts.map((fact, n) => ({ fact, state: "present", points: 2.744 / (n + 1), text: `names the permission android.permission.${fact}` })),
  ...["getDeviceId", "getLine1Number"].map((fact, n) => ({ fact, state: "absent", points: -0.697 / (n + 1), text: `does not refer to the method android.telephony.TelephonyManager.${fact}` })),
];

export const report = {
  platform: "android", size: 3_812_440, sha256: digest("5e"), package: "app.nordpost.track", version_code: 240, version_name: "2.4",
  min_sdk: 24, target_sdk: 29, label: "Swift Parcel", icon: null,
  signature: {
    verdict: "rejected", schemes: ["v2"], signers: [], errors: ["v3.digest_mismatch"], warnings: ["digest.sha1"], present: ["v1", "v2", "v3"], verified_by: "",
    certificates: [],
    claimed_certificates: [{ sha256: digest("9f"), sha1: "9f".repeat(20), subject: "CN=Android Debug, O=Android, C=US", key: "RSA", key_bits: 1024, not_before: "2026-11-18T00:00:00.000Z", not_after: "2056-11-10T00:00:00.000Z" }],
    lineage: [digest("aa"), digest("ab")], test_key: "debug", source_stamp: null,
  },
  dex: { files: 2, classes: 812, methods: 6120, invokes: 20111, dynamic_invokes: 0, const_strings: 4100, reached_methods: 3011, compilers: ["d8 8.2.42", "dexlib"] },
  permissions: [...android("INTERNET", "RECEIVE_BOOT_COMPLETED", "SYSTEM_ALERT_WINDOW", "RECEIVE_SMS", "READ_SMS", "SEND_SMS", "READ_PHONE_STATE"), "app.nordpost.track.permission.C2D_MESSAGE"],
  permission_summary: [
    {
      group: "messages", title: "Messages",
      permissions: [
        { permission: "android.permission.RECEIVE_SMS", text: "receive text messages as they come" },
        { permission: "android.permission.READ_SMS", text: "read your text messages" },
        { permission: "android.permission.SEND_SMS", text: "send text messages, which may cost money" },
      ],
    },
    { group: "special", title: "Given in the settings", permissions: [{ permission: "android.permission.SYSTEM_ALERT_WINDOW", text: "show itself over other apps" }] },
  ],
  fleet: [
    { signer: digest("a1"), phones: 100, first_seen: "2026-01-02T10:00:00Z" },
    { signer: digest("a2"), phones: 1, first_seen: "2026-02-02T10:00:00Z" },
  ],
  near_duplicates: [{ sha256: digest("c1"), package: "com.example.mail", label: "Mail", verdict: "clean", distance: 12 }],
  same_icon: [{ sha256: digest("c1"), package: "com.example.post", label: "Nordpost", verdict: "clean", signer: digest("a1") }],
  trackers: [{ name: "Adjust", purposes: ["attribution"], class: "com.adjust.sdk.Adjust" }],
  urls: [{ url: "https://gate.nordpost-track.example/in", class: "Lapp/nordpost/track/Net;", method: "send(Ljava/lang/String;)V" }],
  components: [
    { kind: "activity", name: "app.nordpost.track.MainActivity", permission: "", exported: true, actions: ["android.intent.action.MAIN"] },
    { kind: "service", name: "app.nordpost.track.ScreenService", permission: "android.permission.BIND_ACCESSIBILITY_SERVICE", exported: true, actions: ["android.accessibilityservice.AccessibilityService"] },
    { kind: "provider", name: "app.nordpost.track.Files", permission: "", exported: false, actions: [] },
    ...Array.from({ length: 20 }, (_, n) => ({ kind: "activity", name: `app.nordpost.track.screens.Page${n}`, permission: "", exported: false, actions: [] })),
  ],
  domains: ["gate.nordpost-track.example", "fonts.static.example", "swıftpost.example"],
  nested: [{ path: "assets/logo.png", kind: "dex", size: 40_112, sha256: digest("0c"), disguised: true }],
  native: [
    { path: "lib/arm64-v8a/libguard.so", abi: "arm64-v8a", relro: "none", executable_stack: true, position_independent: true, stack_protector: false, writable_code: false, text_relocations: false, initialisers: 2, imports: 40, exports: 3, packer: "UPX" },
    { path: "lib/arm64-v8a/libplain.so", abi: "arm64-v8a", relro: "full", executable_stack: false, position_independent: true, stack_protector: true, writable_code: false, text_relocations: false, initialisers: 1, imports: 12, exports: 9, packer: null },
  ],
  yara: {
    complete: false,
    matches: [
      { rule: "CardLure", file: "yara/lures.yar", severity: "high", tags: ["lure"], meta: { author: "our incident response" }, entries: 3, places: [{ entry: "classes.dex", strings: [{ name: "$page", offset: 48213 }] }] },
    ],
  },
  anomalies: [
    { id: "zip.name_mismatch", where: "classes.dex", detail: "the local header says decoyed.dex" },
    { id: "nested.disguised", where: "assets/logo.png", detail: "a dex under the name of a picture" },
    { id: "arsc.bad_chunk", where: "offset 4112", detail: "chunk of 3 bytes" },
  ],
  truncated: true,
  techniques: techniques.map((technique) => technique.id),
  behaviors,
  model: { version: "1", score: 4.576076, threshold: 0.641659, suspicious: true, benign_share: 0.0009076, base: -4.235822, unknown: 3, contributions },
  findings,
  verdict: "malicious",
};

const cleanReport = {
  ...report, sha256: digest("c1"), package: "com.example.mail", label: "Mail", version_name: "8.2", findings: [], behaviors: [], anomalies: [], truncated: false, techniques: [], yara: null,
  permissions: [], permission_summary: [], fleet: [{ signer: digest("9f"), phones: 7, first_seen: "2026-01-02T10:00:00Z" }], near_duplicates: [], same_icon: [], trackers: [], urls: [], components: [], domains: [], nested: [], native: [], model: null, verdict: "clean",
  signature: { ...report.signature, verdict: "verified", errors: [], warnings: [], schemes: ["v2", "v3"], present: ["v2", "v3"], certificates: report.signature.claimed_certificates, claimed_certificates: [], lineage: [], test_key: "" },
};

const iosReport = {
  ...cleanReport, platform: "ios", sha256: digest("10"), package: "com.example.shop", label: "Shop", verdict: "suspicious",
  ios: {
    build: "12", min_os: "15.0", device_families: ["iphone"], url_schemes: ["shop"], background_modes: ["audio"], arbitrary_loads: true, ats_domains: [], distribution: "enterprise", team: "ABCDE12345",
    cd_hash: "ab".repeat(20), signer_anchored: false, store_encrypted: false, get_task_allow: true, entitlements: ["application-identifier"], entitlements_beyond_profile: ["com.apple.developer.kernel"],
    injected_libraries: ["@rpath/Hook.dylib"], profile: { name: "In-house", uuid: null, team: null, team_name: null, expires: null, all_devices: true, devices: 0, verified: true, apple_anchored: false, signer: null },
  },
};

const lostReport = {
  platform: "android", sha256: digest("de"), size: 90_112, package: null, label: null, anomalies: [{ id: "scan.worker_lost", where: "file", detail: "out_of_time" }], truncated: true, techniques: [],
  findings: [], verdict: "suspicious", model: null,
};

type Report = ScannedApp["report"];
const kept = (value: object, verdict: ScannedApp["verdict"], seconds: number, more: Partial<ScannedApp> = {}): ScannedApp => {
  const one = value as Report & { version_name?: string };
  return {
    sha256: one.sha256, package: one.package ?? "", label: one.label ?? "", version_name: one.version_name ?? "", verdict, size: one.size,
    scanned_at: ago(seconds), scanned_by: "admin:rosa", techniques: [], report: one, ...more,
  };
};

export const apps: ScannedApp[] = [
  kept(report, "malicious", 300, { techniques }),
  kept(cleanReport, "clean", 4000),
  kept(iosReport, "suspicious", 9000, { scanned_by: "token:nightly report" }),
  kept(lostReport, "suspicious", 200_000),
];
