// What the classifier says, and which facts moved it.
import type { AppReport } from "../api/app_report";
import { language, t } from "../words";
import { Card, Meter } from "../ui/card";
import { Given } from "../ui/given";
import { LongList } from "../ui/long_list";
import { Mark } from "../ui/mark";

type Model = NonNullable<AppReport["model"]>;

const points = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const signed = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "exceptZero" });
const share = new Intl.NumberFormat(language, { style: "percent", maximumSignificantDigits: 2 });

export function Classifier({ model }: { model: Model | null }) {
  return (
    <Card title={t.report.model} note={model && t.report.modelNote(model.version)} body>
      {model ? <Score model={model} /> : <p className="soft">{t.report.noModel}</p>}
    </Card>
  );
}

function Score({ model }: { model: Model }) {
  const tone = model.suspicious ? "low" : "info";
  const most = Math.max(...model.contributions.slice(0, 1).map((one) => Math.abs(one.points)), 0);
  return (
    <div className="stack small-gap">
      <div>
        <p className="marked strong">
          <Mark tone={tone} size={13} />
          {model.suspicious ? t.report.modelAbove : t.report.modelBelow}
        </p>
        <p className="numbers">{t.report.against(points.format(model.score), points.format(model.threshold))}</p>
        {model.benignShare !== null && <p className="meta">{t.report.benignShare(share.format(model.benignShare))}</p>}
        {model.unknown > 0 && <p className="meta">{t.report.modelUnknown(model.unknown)}</p>}
      </div>
      {model.contributions.length === 0 && <p className="soft">{t.report.noContributions}</p>}
      <Moved title={t.report.towardsMalware} facts={model.contributions.filter((one) => one.points > 0)} most={most} tone="low" />
      <Moved title={t.report.towardsBenign} facts={model.contributions.filter((one) => one.points < 0)} most={most} tone="secured" />
      <p className="meta">{t.report.modelCard}</p>
    </div>
  );
}

function Moved(props: { title: string; facts: Model["contributions"]; most: number; tone: string }) {
  if (props.facts.length === 0) return null;
  return (
    <div>
      <h3>{props.title}</h3>
      <LongList items={props.facts} few={5} className="moved">
        {(fact, index) => (
          <li key={index}>
            <span>
              <Given text={fact.text} />
            </span>
            <bdi className="numbers strong">{signed.format(fact.points)}</bdi>
            <Meter value={Math.abs(fact.points)} max={props.most} tone={props.tone} />
          </li>
        )}
      </LongList>
    </div>
  );
}
