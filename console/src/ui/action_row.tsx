// One action for a phone: what, who carries it out, how far it is.
import type { Action, ActionState } from "../api/types";
import { t } from "../words";
import { Given } from "./given";
import { Icon, type IconName } from "./icon";
import { subjectText } from "./subject";
import { Ago } from "./time";

const icons: Record<ActionState, IconName> = {
  queued: "waiting",
  sent: "waiting",
  done: "okCircle",
  failed: "badCircle",
  cancelled: "close",
  impossible: "nobody",
};
const tones: Record<ActionState, string> = {
  queued: "accent",
  sent: "accent",
  done: "secured",
  failed: "critical",
  cancelled: "info",
  impossible: "high",
};

export function ActionRow({ action }: { action: Action }) {
  const about = subjectText(action.subject);
  return (
    <li className="row-item top-aligned">
      <span data-tone={tones[action.state]} className="tone-icon">
        <Icon name={icons[action.state]} size={18} />
      </span>
      <div className="row-item-main">
        <div className="strong">
          {t.actionKind[action.kind]}
          {about && action.kind !== "notify_user" && (
            <span className="soft action-about">
              <Given text={about} />
            </span>
          )}
        </div>
        {action.title && (
          <div className="soft">
            <Given text={action.title} />
          </div>
        )}
        <div className="meta" data-tone={tones[action.state]}>
          <b className={action.state === "impossible" || action.state === "failed" ? "toned" : ""}>
            {t.actionState[action.state]}
          </b>
          {action.state !== "impossible" && <> · {t.carrier[action.carrier]}</>} · <Ago at={action.updated_at} />
        </div>
        {action.detail && (
          <div className="meta">
            <Given text={action.detail} />
          </div>
        )}
      </div>
    </li>
  );
}
