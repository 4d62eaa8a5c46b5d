// What an app can do, by the technique of ATT&CK that each behaviour is first of all.
import type { AppReport } from "../api/app_report";
import { t } from "../words";
import { whenNone } from "./app_contents";
import { Techniques } from "./app_findings";
import { Card } from "../ui/card";
import { Given } from "../ui/given";
import { LongList } from "../ui/long_list";

type Behavior = AppReport["behaviors"][number];

function byTechnique(behaviors: Behavior[]): [string, Behavior[]][] {
  const groups = new Map<string, Behavior[]>();
  for (const behavior of behaviors) {
    const id = behavior.techniques[0] ?? "";
    groups.set(id, [...(groups.get(id) ?? []), behavior]);
  }
  // Those without a technique come last.
  return [...groups].sort(([a], [b]) => Number(a === "") - Number(b === "") || (a < b ? -1 : 1));
}

export function Behaviors({ report, names }: { report: AppReport; names: Map<string, string> }) {
  const { behaviors } = report;
  return (
    <Card title={t.report.behaviors} note={behaviors.length > 0 ? t.report.behaviorsNote : undefined}>
      {behaviors.length === 0 ? (
        <p className="card-body soft">{whenNone(report, t.report.noBehaviors)}</p>
      ) : (
        <LongList items={byTechnique(behaviors)} few={12}>
          {([technique, own]) => (
            <li key={technique} className="technique-group">
              <h3>{technique ? t.alert.technique(technique, names.get(technique) ?? "") : t.report.otherBehaviors}</h3>
              <LongList items={own} few={8} className="behaviors">
                {(behavior, index) => (
                  <li key={index}>
                    <div className="strong">
                      <Given text={behavior.title} />
                    </div>
                    <Techniques ids={behavior.techniques.slice(1)} names={names} />
                    <Places evidence={behavior.evidence} />
                  </li>
                )}
              </LongList>
            </li>
          )}
        </LongList>
      )}
    </Card>
  );
}

function Places({ evidence }: { evidence: Behavior["evidence"] }) {
  if (evidence.length === 0) return null;
  return (
    <details className="places">
      <summary>{t.report.places(evidence.length)}</summary>
      <LongList items={evidence} few={20} className="evidence-list">
        {(place, index) => (
          <li key={index}>
            <Given text={place.where} mono />
            <div className="meta">
              <Given text={place.what} />
            </div>
          </li>
        )}
      </LongList>
    </details>
  );
}
