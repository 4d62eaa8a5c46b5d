// What a phone reported and what was decided and done about it, newest first.
import { useState } from "react";
import { useDeviceTimeline } from "../api/queries";
import type { ActionKind, ActionState, TimelineEntry } from "../api/types";
import { t } from "../words";
import { Card } from "../ui/card";
import { Given } from "../ui/given";
import { severityTone } from "../ui/mark";
import { Shown, State } from "../ui/states";
import { nameText } from "../ui/subject";
import { Moment } from "../ui/time";

// What one request may ask for.
const MOST = 200;

type TimelineFilter = keyof typeof t.device.timelineKinds;
const kindsOf: Record<TimelineFilter, TimelineEntry["kind"][] | null> = {
  all: null,
  finding: ["finding", "problem_opened", "problem_resolved"],
  action: ["decision", "action"],
  observation: ["observation"],
};
const entryTone = (entry: TimelineEntry) => {
  if (entry.kind === "problem_resolved") return "secured";
  if (entry.kind === "action" || entry.kind === "decision") return "accent";
  return entry.severity ? severityTone[entry.severity] : "info";
};

// The server writes an action as "notify user: done"; people read words of their language.
function actionWords(title: string): string | undefined {
  const [kind = "", state = ""] = title.replaceAll(" ", "_").split(":_");
  const known = kind in t.actionKind && state in t.actionState;
  return known
    ? t.device.timelineTitles.action(t.actionKind[kind as ActionKind], t.actionState[state as ActionState])
    : undefined;
}

function Title({ entry }: { entry: TimelineEntry }) {
  const { kind, title } = entry;
  if (kind === "finding" || kind === "problem_opened" || kind === "problem_resolved") {
    return <>{t.device.timelineTitles[kind](title)}</>;
  }
  const action = kind === "action" ? actionWords(title) : undefined;
  return action ? <>{action}</> : <Given text={title} />;
}

export function Timeline({ id }: { id: string }) {
  const [filter, setFilter] = useState<TimelineFilter>("all");
  const [limit, setLimit] = useState(20);
  const query = useDeviceTimeline(id, limit);
  const kinds = kindsOf[filter];
  return (
    <Card
      title={t.device.timeline}
      note={
        <span className="chips">
          {(Object.keys(kindsOf) as TimelineFilter[]).map((each) => (
            <button
              key={each}
              type="button"
              className="chip plain choose"
              aria-pressed={filter === each}
              onClick={() => setFilter(each)}
            >
              {t.device.timelineKinds[each]}
            </button>
          ))}
        </span>
      }
      foot={
        query.data && query.data.items.length >= limit && limit < MOST ? (
          <button type="button" className="link-button" onClick={() => setLimit(limit < 100 ? 100 : MOST)}>
            {t.device.showMore}
          </button>
        ) : undefined
      }
    >
      <Shown query={query} what={t.state.things.timeline} rows={5}>
        {(data) => {
          const entries = data.items.filter((entry) => !kinds || kinds.includes(entry.kind));
          if (entries.length === 0) return <State icon="history" title={t.device.noTimeline} />;
          return (
            <ol className="timeline">
              {entries.map((entry) => (
                <li key={`${entry.kind}-${entry.id}`}>
                  <Moment at={entry.at} short />
                  <span className="timeline-dot" data-tone={entryTone(entry)} />
                  <div>
                    <div className="strong">
                      <Title entry={entry} />
                    </div>
                    <div className="meta">
                      <Given text={nameText(entry.detail)} />
                    </div>
                  </div>
                </li>
              ))}
            </ol>
          );
        }}
      </Shown>
    </Card>
  );
}
