// Why an alert exists: each contribution a bar on one scale of 0 to 100, and what would change it.
import type { AlertDetail } from "../api/types";
import { t } from "../words";
import { Card } from "../ui/card";
import { useCopy } from "../ui/copy";
import { Given } from "../ui/given";
import { Icon } from "../ui/icon";
import { nameText } from "../ui/subject";

export function Why({ detail }: { detail: AlertDetail }) {
  const { finding } = detail;
  const { copied, copy } = useCopy();
  if (!finding) {
    return (
      <Card title={t.alert.why} body>
        <p className="soft">{t.alert.noEvidence}</p>
      </Card>
    );
  }
  let start = 0;
  // What adds to the confidence, or says why, is a contribution; a bare value is a fact beside it.
  const facts = finding.evidence.filter((evidence) => evidence.weight === 0 && !evidence.why);
  const bars = finding.evidence.filter((evidence) => !facts.includes(evidence)).map((evidence) => {
    const from = Math.min(start, 100);
    start += evidence.weight;
    return { evidence, from, part: Math.min(evidence.weight, 100 - from) };
  });
  return (
    <Card
      title={t.alert.why}
      note={t.alert.rule(finding.rule, finding.rule_version)}
      foot={
        <>
          <span>{t.alert.sum(finding.confidence)}</span>
          <button type="button" className="link-button" onClick={() => copy(JSON.stringify(finding, null, 2))}>
            <span role="status">{copied ? t.alert.copied : t.alert.copy}</span>
          </button>
        </>
      }
    >
      {finding.evidence.length === 0 ? (
        <p className="card-body soft">{t.alert.noEvidence}</p>
      ) : (
        <ul className="rows">
          {bars.map(({ evidence, from, part }, index) => (
            <li key={index} className="row-item evidence">
              <div className="row-item-main">
                <div className="strong">
                  <Given text={evidence.why} />
                </div>
                <div className="meta evidence-fact">
                  <Given text={evidence.fact} /> <Given text={nameText(evidence.value)} mono />
                </div>
              </div>
              {evidence.weight > 0 && (
                <>
                  <span className="scale" aria-hidden="true">
                    <span style={{ insetInlineStart: `${from}%`, inlineSize: `${part}%` }} />
                  </span>
                  <b className="weight numbers">
                    <bdi aria-hidden="true">{t.alert.weight(evidence.weight)}</bdi>
                    <span className="out-of-sight">{t.alert.weightLong(evidence.weight)}</span>
                  </b>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {facts.length > 0 && (
        <dl className="facts other-facts" aria-label={t.alert.facts}>
          {facts.map((evidence, index) => (
            <div key={index} className="key-row">
              <dt>
                <Given text={evidence.fact} />
              </dt>
              <dd>
                <Given text={nameText(evidence.value)} mono />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {finding.would_change && (
        <div className="change-note">
          <div className="note">
            <Icon name="info" />
            <p>
              <strong>{t.alert.wouldChange}</strong> <Given text={finding.would_change} />
            </p>
          </div>
        </div>
      )}
    </Card>
  );
}
