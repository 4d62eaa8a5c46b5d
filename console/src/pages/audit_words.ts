import type { AuditEntry } from "../api/types";
import { isolate, t } from "../words";

// "admin:NAME", "token:NAME", "device:ID" or "cli" as a person reads it.
export function actorText(actor: string, bare = false): string {
  const colon = actor.indexOf(":");
  const kind = colon < 0 ? actor : actor.slice(0, colon);
  const name = colon < 0 ? "" : actor.slice(colon + 1);
  if (bare) return kind === "device" ? kind : name || kind;
  if (kind === "admin") return t.audit.actor.admin(name);
  if (kind === "token") return t.audit.actor.token(name);
  if (kind === "device") return t.audit.actor.device(name.slice(0, 8));
  if (kind === "cli") return t.audit.actor.cli;
  if (kind === "server") return t.audit.actor.server;
  return isolate(actor);
}

export function auditSentence(entry: AuditEntry): string {
  // An id or a digest says nothing to a person; its beginning is enough to find it again.
  const own = entry.actor === `device:${entry.object}` || entry.actor === `admin:${entry.object}`;
  if (own) return t.audit.sentence(t.audit.actions[entry.action] ?? entry.action, "");
  const object = /^([0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64})$/.test(entry.object) ? entry.object.slice(0, 8) : entry.object;
  return t.audit.sentence(t.audit.actions[entry.action] ?? entry.action, object);
}
