import type { AuditEntry } from "../api/types";
import { t } from "../words";

// "admin:NAME", "token:NAME", "device:ID" or "cli" as a person reads it.
export function actorText(actor: string, bare = false): string {
  const colon = actor.indexOf(":");
  const kind = colon < 0 ? actor : actor.slice(0, colon);
  const name = colon < 0 ? "" : actor.slice(colon + 1);
  if (bare) return name || kind;
  if (kind === "admin") return t.audit.actor.admin(name);
  if (kind === "token") return t.audit.actor.token(name);
  if (kind === "device") return t.audit.actor.device(name.slice(0, 8));
  if (kind === "cli") return t.audit.actor.cli;
  return actor;
}

export function auditSentence(entry: AuditEntry): string {
  return t.audit.sentence(t.audit.actions[entry.action] ?? entry.action, entry.object);
}
