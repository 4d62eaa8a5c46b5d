// What happened, in order: seen, judged, decided, done.
import type { AlertDetail } from "../api/types";
import { t } from "../words";
import { Card } from "../ui/card";
import { Given } from "../ui/given";
import { severityTone, type Tone } from "../ui/mark";
import { dayText, Moment } from "../ui/time";

interface Happening {
  at: string;
  tone: Tone;
  title: string;
  detail: string;
}

export function happenings({ alert, problem, finding, decision, actions }: AlertDetail): Happening[] {
  const tone = severityTone[alert.severity];
  const list: Happening[] = [
    { at: alert.first_seen, tone, title: t.alert.events.first, detail: t.alert.seenCount(alert.count) },
  ];
  if (problem && problem.reopened > 0) {
    list.push({ at: problem.opened_at, tone, title: t.alert.events.opened, detail: "" });
  }
  if (finding && alert.count > 1) {
    list.push({ at: alert.last_seen, tone, title: t.alert.events.found, detail: finding.summary });
  }
  if (decision) {
    list.push({
      at: decision.decided_at,
      tone: "accent",
      title: t.alert.events.decided(decision.policy, decision.rule),
      detail: t.mode[decision.mode],
    });
  }
  for (const action of actions) {
    list.push({
      at: action.updated_at,
      tone: action.state === "done" ? "secured" : action.state === "failed" || action.state === "impossible" ? "high" : "accent",
      title: t.alert.events.action(t.actionKind[action.kind], t.actionState[action.state]),
      detail: action.detail,
    });
  }
  if (problem?.resolved_at) {
    list.push({ at: problem.resolved_at, tone: "secured", title: t.alert.events.resolved, detail: problem.resolved_by });
  }
  if (alert.closed_at) {
    list.push({ at: alert.closed_at, tone: "info", title: t.alert.events.closed, detail: t.alertState[alert.state] });
  }
  // A stable sort keeps cause before effect where times are equal.
  return list.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

export function Happened({ detail }: { detail: AlertDetail }) {
  return (
    <Card title={t.alert.happened} note={t.alert.happenedNote(dayText(detail.alert.last_seen))}>
      <ol className="timeline">
        {happenings(detail).map((each, index) => (
          <li key={index}>
            <Moment at={each.at} short />
            <span className="timeline-dot" data-tone={each.tone} />
            <div>
              <div className="strong">{each.title}</div>
              <div className="meta">
                <Given text={each.detail} />
              </div>
            </div>
          </li>
        ))}
      </ol>
    </Card>
  );
}
