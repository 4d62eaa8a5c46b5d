// What else happened: on the same phone around that time, and of the same threat on other phones.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { alertsQuery } from "../api/queries";
import type { Alert } from "../api/types";
import { t } from "../words";
import { Card } from "../ui/card";
import { Given } from "../ui/given";
import { Icon } from "../ui/icon";
import { Mark, severityTone } from "../ui/mark";
import { subjectText, vectorIcon } from "../ui/subject";
import { clockText, span } from "../ui/time";

const AROUND_MS = 24 * 3600 * 1000;
const LONGEST = 5;

// Alerts of one phone within a day of each other read as one story, oldest first.
export function chainOf(alert: Alert, others: Alert[]): Alert[] {
  const at = Date.parse(alert.first_seen);
  const near = others
    .filter((other) => other.id !== alert.id && Math.abs(Date.parse(other.first_seen) - at) <= AROUND_MS)
    .sort((a, b) => Math.abs(Date.parse(a.first_seen) - at) - Math.abs(Date.parse(b.first_seen) - at))
    .slice(0, LONGEST - 1);
  return [...near, alert].sort((a, b) => Date.parse(a.first_seen) - Date.parse(b.first_seen));
}

// Seen in one report, or one after the other.
function gap(before: Alert, after: Alert): string {
  const length = Date.parse(after.first_seen) - Date.parse(before.first_seen);
  return length < 1000 ? t.alert.together : span(length);
}

export function Chain({ alert }: { alert: Alert }) {
  const query = useQuery(alertsQuery({ device_id: alert.device_id }, 20));
  const chain = chainOf(alert, query.data?.items ?? []);
  if (chain.length < 2) return null;
  return (
    <ol className="card chain" aria-label={t.alert.chain}>
      {chain.map((each, index) => {
        const next = chain[index + 1];
        const here = each.id === alert.id;
        const about = subjectText(each.subject);
        return (
          <li key={each.id} data-tone={severityTone[each.severity]}>
            <div className="chain-top">
              <span className="chain-icon" data-here={here}>
                <Icon name={vectorIcon(each.subject.kind)} size={17} />
              </span>
              {next && (
                <span className="chain-gap">
                  <span>{gap(each, next)}</span>
                </span>
              )}
            </div>
              <div className="chain-text">
                {here ? (
                  <span className="strong" aria-current="true">
                    <Given text={each.threat_title} />
                  </span>
                ) : (
                  <Link to="/alerts/$id" params={{ id: each.id }} className="strong plain-link">
                    <Given text={each.threat_title} />
                  </Link>
                )}
                <div className="meta">
                  {t.alert.chainStep(clockText(Date.parse(each.first_seen)), t.severity[each.severity])}
                  {about && (
                    <>
                      {" · "}
                      <Given text={about} />
                    </>
                  )}
                </div>
              </div>
          </li>
        );
      })}
    </ol>
  );
}

export function Elsewhere({ alert }: { alert: Alert }) {
  const query = useQuery(alertsQuery({ threat: alert.threat, state: "open,acknowledged" }, 50));
  if (!query.data) return null;
  const phones = new Map(
    query.data.items
      .filter((other) => other.threat === alert.threat && other.device_id !== alert.device_id)
      .map((other) => [other.device_id, other]),
  );
  return (
    <Card title={t.alert.elsewhere} body>
      <p className="marked">
        <Mark tone={phones.size === 0 ? "secured" : "medium"} size={13} />
        {phones.size === 0 ? t.alert.elsewhereNone : t.alert.elsewhereSome(phones.size)}
      </p>
      {phones.size > 0 && (
        <ul className="sentences elsewhere">
          {[...phones.values()].slice(0, 5).map((other) => (
            <li key={other.id}>
              <Link to="/alerts/$id" params={{ id: other.id }}>
                <Given text={other.device_name} />
              </Link>{" "}
              <span className="meta">
                <Given text={subjectText(other.subject)} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
