// Alerts per day as stacked columns, with a sentence that says the same and a table on request.
import { useId, useState } from "react";
import type { Overview, Severity } from "../api/types";
import { t } from "../words";
import { Card } from "./card";
import { Mark, severityTone } from "./mark";
import { place } from "./time";

type Day = Overview["alerts_per_day"][number];
const stacked: Severity[] = ["critical", "high", "medium", "low"];

const dayLabel = new Intl.DateTimeFormat(place, { day: "numeric", month: "short", timeZone: "UTC" });
const total = (day: Day) => stacked.reduce((sum, severity) => sum + day[severity], 0);

// The next round number above the highest column, in a step that gives at most four lines.
function scaleOf(peak: number): { top: number; step: number } {
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];
  const step = steps.find((each) => each * 4 >= peak) ?? Math.ceil(peak / 4);
  return { top: Math.max(step, Math.ceil(peak / step) * step), step };
}

function Columns({ days, summaryId }: { days: Day[]; summaryId: string }) {
  const peak = Math.max(1, ...days.map(total));
  const { top, step } = scaleOf(peak);
  const lines = Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step);
  return (
    <div className="chart" role="img" aria-labelledby={summaryId}>
      <div className="chart-lines">
        {lines.map((value) => (
          <span key={value} style={{ insetBlockEnd: `${(value / top) * 100}%` }}>
            <i>{value}</i>
          </span>
        ))}
      </div>
      <div className="chart-columns">
        {days.map((day, index) => (
          <div key={day.day} className="chart-day">
            <div className="chart-stack">
              {stacked
                .filter((severity) => day[severity] > 0)
                .map((severity) => (
                  <span
                    key={severity}
                    data-tone={severityTone[severity]}
                    style={{ blockSize: `${(day[severity] / top) * 100}%` }}
                  />
                ))}
            </div>
            {(days.length - 1 - index) % 3 === 0 && (
              <span className="chart-label">{dayLabel.format(new Date(day.day))}</span>
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

function Table({ days }: { days: Day[] }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t.overview.perDay}>
      <table className="table compact">
        <thead>
          <tr>
            <th scope="col">{t.overview.day}</th>
            {stacked.map((severity) => (
              <th key={severity} scope="col" className="end">
                {t.severity[severity]}
              </th>
            ))}
            <th scope="col" className="end">
              {t.overview.total}
            </th>
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr key={day.day}>
              <th scope="row">{dayLabel.format(new Date(day.day))}</th>
              {stacked.map((severity) => (
                <td key={severity} className="end">
                  {day[severity]}
                </td>
              ))}
              <td className="end strong">{total(day)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function DayChart({ days }: { days: Day[] }) {
  const [table, setTable] = useState(false);
  const id = useId();
  const all = days.reduce((sum, day) => sum + total(day), 0);
  const peak = Math.max(0, ...days.map(total));
  return (
    <Card
      title={t.overview.perDay}
      note={
        <span className="legend">
          {stacked.map((severity) => (
            <span key={severity}>
              <Mark tone={severityTone[severity]} size={11} />
              {t.severity[severity]}
            </span>
          ))}
        </span>
      }
      foot={
        <>
          <span>
            {t.overview.perDayNote} · <span id={id}>{t.overview.perDaySummary(all, peak)}</span>
          </span>
          <button type="button" className="link-button" onClick={() => setTable(!table)}>
            {table ? t.overview.showChart : t.overview.showTable}
          </button>
        </>
      }
    >
      {table ? <Table days={days} /> : <Columns days={days} summaryId={id} />}
    </Card>
  );
}
