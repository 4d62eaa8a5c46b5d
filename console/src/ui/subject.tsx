import type { Subject } from "../api/types";
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
  agent: "agent",
};
export const vectorIcon = (kind: string): IconName => icons[kind] ?? "info";

// What the threat is about, in one line: a name, and the key when it says more.
export function SubjectLine({ subject }: { subject: Subject }) {
  const label = subject.label || subject.key;
  const key = subject.key && subject.key !== label && subject.key.length <= 64 ? subject.key : "";
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

export const subjectText = (subject: Subject) => subject.label || subject.key;
