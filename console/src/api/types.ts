// Short names for the nouns of the contract, all from src/server/openapi.yaml.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Severity = Schemas["Severity"];
export type Risk = Schemas["Risk"];
export type ProtectionState = Schemas["ProtectionState"];
export type Platform = Schemas["Platform"];
export type Ownership = Schemas["Ownership"];
export type PrivacyTier = Schemas["PrivacyTier"];
export type AlertState = Schemas["AlertState"];
export type PolicyMode = Schemas["PolicyMode"];
export type ActionKind = Schemas["ActionKind"];
export type ActionState = Schemas["ActionState"];
export type Carrier = Schemas["Carrier"];
export type Role = Schemas["Role"];
export type Session = Schemas["Session"];
export type Overview = Schemas["Overview"];
export type Device = Schemas["Device"];
export type DeviceListItem = Schemas["DeviceListItem"];
export type DeviceDetail = Schemas["DeviceDetail"];
export type Problem = Schemas["Problem"];
export type Finding = Schemas["Finding"];
export type Subject = Schemas["Subject"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type Action = Schemas["Action"];
export type Alert = Schemas["Alert"];
export type AlertDetail = Schemas["AlertDetail"];
// `tag` is the version that was read, for If-Match.
export type TaggedAlert = AlertDetail & { tag: string };
export type AlertPatch = Schemas["AlertPatch"];
export type ScannedApp = Schemas["ScannedApp"];
export type ScannedAppSummary = Schemas["ScannedAppSummary"];
export type Technique = Schemas["Technique"];
export type PolicySummary = Schemas["PolicySummary"];
export type PolicyDetail = Schemas["PolicyDetail"];
export type TaggedPolicy = PolicyDetail & { tag: string };
export type PolicyRule = Schemas["PolicyRule"];
export type EnrolmentToken = Schemas["EnrolmentToken"];
export type EnrolmentTokenCreated = Schemas["EnrolmentTokenCreated"];
export type EnrolmentTokenRequest = Schemas["EnrolmentTokenRequest"];
export type Connector = Schemas["Connector"];
export type Administrator = Schemas["Administrator"];
export type ApiToken = Schemas["ApiToken"];
export type Scope = Schemas["Scope"];
export type AuditEntry = Schemas["AuditEntry"];
export type ProblemDetails = Schemas["ProblemDetails"];
