// Findings with their evidence, and what is odd about how the file is put together.
import type { AppReport } from "../api/app_report";
import { t } from "../words";
import { Card } from "../ui/card";
import { Given } from "../ui/given";
import { Icon } from "../ui/icon";
import { LongList } from "../ui/long_list";
import { Mark, SeverityChip } from "../ui/mark";
import { State } from "../ui/states";

export function Techniques({ ids, names }: { ids: string[]; names: Map<string, string> }) {
  if (ids.length === 0) return null;
  return (
    <ul className="chips" aria-label={t.alert.techniques}>
      {ids.map((id, index) => (
        <li key={index} className="chip plain">
          {t.alert.technique(id, names.get(id) ?? "")}
        </li>
      ))}
    </ul>
  );
}

const order = ["critical", "high", "medium", "low", "informational"];
const worstFirst = (findings: AppReport["findings"]) =>
  [...findings].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || b.confidence - a.confidence);

export function Findings({ findings, names }: { findings: AppReport["findings"]; names: Map<string, string> }) {
  return (
    <Card title={t.report.findings} note={findings.length > 0 ? findings.length : undefined}>
      {findings.length === 0 ? (
        <State icon="okCircle" tone="secured" title={t.report.noFindings} />
      ) : (
        <LongList items={worstFirst(findings)} few={10}>
          {(finding, index) => (
            <li key={index} className="row-item top-aligned">
              <div className="row-item-main stack small-gap">
                <div>
                  <div className="finding-title strong">
                    <SeverityChip severity={finding.severity} />
                    <Given text={finding.summary || finding.threat} />
                  </div>
                  <div className="meta">
                    <Given text={finding.threat} mono /> · {t.alert.rule(finding.rule, finding.ruleVersion)} ·{" "}
                    {t.report.confidence(finding.confidence)}
                  </div>
                </div>
                <LongList items={finding.evidence} few={6} className="evidence-list">
                  {(evidence, number) => (
                    <li key={number}>
                      <Given text={evidence.why} />
                      <div className="meta">
                        <Given text={evidence.fact} /> <Given text={evidence.value} mono />
                      </div>
                    </li>
                  )}
                </LongList>
                <Techniques ids={finding.techniques} names={names} />
                {finding.wouldChange && (
                  <p className="meta">
                    <b>{t.report.wouldChange}</b> <Given text={finding.wouldChange} />
                  </p>
                )}
              </div>
            </li>
          )}
        </LongList>
      )}
    </Card>
  );
}

export function Anomalies({ anomalies }: { anomalies: AppReport["anomalies"] }) {
  return (
    <Card
      title={t.report.anomalies}
      note={
        anomalies.length > 0 ? (
          <span className="quiet" data-tone="high">
            <Mark tone="high" size={13} />
            {t.report.anomaliesNote(anomalies.length)}
          </span>
        ) : undefined
      }
    >
      {anomalies.length === 0 ? (
        <p className="card-body soft">{t.report.noAnomalies}</p>
      ) : (
        <LongList items={anomalies} few={8}>
          {(anomaly, index) => (
            <li key={index} className="row-item top-aligned tight">
              <span className="tone-icon" data-tone="high">
                <Icon name="warn" size={16} />
              </span>
              <div className="row-item-main">
                <div className="strong">{t.report.anomaly(anomaly.id)}</div>
                <div className="soft">
                  <Given text={anomaly.where} mono />
                  {anomaly.detail && (
                    <>
                      {" · "}
                      <Given text={anomaly.detail} />
                    </>
                  )}
                </div>
                <div className="meta">
                  <Given text={anomaly.id} mono />
                </div>
              </div>
            </li>
          )}
        </LongList>
      )}
    </Card>
  );
}

// What the organisation's own rules say; null where it has none.
export function Yara({ yara }: { yara: AppReport["yara"] }) {
  if (yara === null) return null;
  return (
    <Card title={t.report.yara} note={yara.matches.length > 0 ? yara.matches.length : undefined}>
      {!yara.complete && <p className="card-body meta">{t.report.yaraIncomplete}</p>}
      {yara.complete && yara.matches.length === 0 && <p className="card-body soft">{t.report.noYara}</p>}
      <LongList items={yara.matches} few={8}>
        {(match, index) => (
          <li key={index} className="row-item top-aligned tight">
            <div className="row-item-main">
              <div className="strong">
                <Given text={match.rule} mono />
              </div>
              <div className="meta">
                <Given text={[match.file, match.severity, ...match.tags].filter(Boolean).join(", ")} /> ·{" "}
                {t.report.yaraEntries(match.entries)}
              </div>
              <LongList items={match.places} few={4} className="sentences">
                {(place, number) => (
                  <li key={number} className="soft break">
                    {t.report.yaraPlace(
                      place.entry,
                      place.strings.map((one) => t.report.yaraString(one.name, String(one.offset ?? t.none))).join(", "),
                    )}
                  </li>
                )}
              </LongList>
            </div>
          </li>
        )}
      </LongList>
    </Card>
  );
}
