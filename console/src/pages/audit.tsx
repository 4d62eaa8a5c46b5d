import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { auditQuery } from "../api/queries";
import { t } from "../words";
import { actorText } from "./audit_words";
import { Digest, Given } from "../ui/given";
import { Pager } from "../ui/pager";
import { Shown, State } from "../ui/states";
import { Moment } from "../ui/time";

const route = getRouteApi("/audit");

const detailText = (detail: object) =>
  Object.entries(detail)
    .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");

export function Audit() {
  const { cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(auditQuery(cursor));
  return (
    <>
      <div className="page-head">
        <div className="page-head-text">
          <h1>{t.audit.title}</h1>
          <p>{t.audit.lead}</p>
        </div>
      </div>
      <div className="card">
        <Shown query={query} what={t.state.things.audit} rows={10}>
          {(data) =>
            data.items.length === 0 ? (
              <State icon="audit" title={t.audit.noneTitle}>
                <p>{t.audit.noneLead}</p>
              </State>
            ) : (
              <>
                <table className="table stacks" aria-label={t.audit.title}>
                  <thead>
                    <tr>
                      <th scope="col">{t.audit.when}</th>
                      <th scope="col">{t.audit.who}</th>
                      <th scope="col">{t.audit.what}</th>
                      <th scope="col">{t.audit.object}</th>
                      <th scope="col">{t.audit.detail}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {data.items.map((entry) => (
                      <tr key={entry.id}>
                        <td className="nowrap soft numbers">
                          <Moment at={entry.at} />
                        </td>
                        <td className="strong">{actorText(entry.actor)}</td>
                        <td>{t.audit.actions[entry.action] ?? <Given text={entry.action} mono />}</td>
                        <td>
                          {entry.action === "app.scanned" ? (
                            <Link to="/apps/$sha256" params={{ sha256: entry.object }}>
                              <Digest value={entry.object} />
                            </Link>
                          ) : (
                            <Digest value={entry.object} />
                          )}
                        </td>
                        <td className="soft wide">
                          <Given text={detailText(entry.detail)} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
                {(cursor || data.next) && (
                  <div className="card-foot">
                    <Pager
                      cursor={cursor}
                      next={data.next}
                      go={(next) => void navigate({ search: { cursor: next }, state: { paged: true } as object })}
                    />
                  </div>
                )}
              </>
            )
          }
        </Shown>
      </div>
    </>
  );
}
