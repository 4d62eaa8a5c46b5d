import type { Subject } from "../api/types";
import { t } from "../words";
import { Given } from "./given";
import { Icon, type IconName } from "./icon";

const icons: Record<string, IconName> = {
  app: "app",
  link: "link",
  domain: "link",
  message: "message",
  network: "network",
  device: "phone",
  certificate: "certificate",
  profile: "certificate",
  agent: "agent",
};
export const vectorIcon = (kind: string): IconName => icons[kind] ?? "info";

// What a phone of the tiers byod and minimal sends instead of a name: 256 bits in base64url.
const KEYED_DIGEST = /^[A-Za-z0-9_-]{43}$/;

// A name as it is, or words for one that stays on the phone.
export const nameText = (text: string, kind = "other") =>
  KEYED_DIGEST.test(text) ? (t.keptOnPhone[kind] ?? t.keptOnPhone.other) : text;

// What the threat is about, in one line: a name, and the key when it says more.
export function SubjectLine({ subject }: { subject: Subject }) {
  const label = subjectText(subject);
  const tells = subject.key !== label && subject.key.length <= 64 && !KEYED_DIGEST.test(subject.key);
  const key = tells ? subject.key : "";
  if (!label) return null;
  return (
    <span className="sub">
      <Icon name={vectorIcon(subject.kind)} size={14} />
      <span className="ellipsis">
        <Given text={label} />
        {key && (
          <>
            {" · "}
            <Given text={key} />
          </>
        )}
      </span>
    </span>
  );
}

export const subjectText = (subject: Subject) => nameText(subject.label || subject.key, subject.kind);
