// Somebody else's change beside one's own, before either is lost.
import { Button } from "@mantine/core";
import type { Clash } from "../api/alert_clashes";
import type { Alert } from "../api/types";
import { t } from "../words";
import { Dialog } from "../ui/dialog";
import { Given } from "../ui/given";
import { subjectText } from "../ui/subject";

const fields = ["state", "assignee", "note"] as const;
type Field = (typeof fields)[number];

function Value({ alert, field }: { alert: Pick<Alert, Field>; field: Field }) {
  if (field === "state") return <>{t.alertState[alert.state]}</>;
  return alert[field] ? <Given text={alert[field]} /> : <span className="meta">{t.clash.empty[field]}</span>;
}

function Beside({ clash }: { clash: Clash }) {
  const { seen, patch } = clash;
  const now = clash.now.alert;
  const mine = { ...now, ...patch };
  const differing = fields.filter((field) => seen[field] !== now[field] || mine[field] !== now[field]);
  const about = subjectText(now.subject);
  const title = about ? t.alert.title(now.threat_title, about) : now.threat_title;
  return (
    <section className="stack small-gap">
      <h3>
        <Given text={title} />
      </h3>
      <table className="table clash" aria-label={title}>
        <thead>
          <tr>
            <th scope="col">{t.clash.field}</th>
            <th scope="col">{t.clash.seen}</th>
            <th scope="col">{t.clash.now}</th>
            <th scope="col">{t.clash.mine}</th>
          </tr>
        </thead>
        <tbody>
          {differing.map((field) => (
            <tr key={field}>
              <th scope="row">{t.clash.fields[field]}</th>
              <td>
                <Value alert={seen} field={field} />
              </td>
              <td data-changed={seen[field] !== now[field]}>
                <Value alert={now} field={field} />
              </td>
              <td>
                {patch[field] === undefined ? (
                  <span className="meta">{t.clash.asItIs}</span>
                ) : (
                  <Value alert={mine} field={field} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export default function ClashDialog({ clashes, answer }: { clashes: Clash[]; answer: (change: boolean) => void }) {
  return (
    <Dialog title={t.clash.title(clashes.length)} className="wide-dialog" onClose={() => answer(false)}>
      <p className="soft">{t.clash.lead}</p>
      <div className="clashes" tabIndex={0} role="region" aria-label={t.clash.title(clashes.length)}>
        {clashes.map((clash) => (
          <Beside key={clash.seen.id} clash={clash} />
        ))}
      </div>
      <div className="dialog-actions">
        <Button variant="default" onClick={() => answer(false)}>
          {t.clash.leave}
        </Button>
        <Button onClick={() => answer(true)}>{t.clash.change}</Button>
      </div>
    </Dialog>
  );
}
