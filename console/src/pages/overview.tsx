import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { alertsQuery, useOverview } from "../api/queries";
import type { Alert, Overview as OverviewData, ProtectionState, Risk } from "../api/types";
import { t } from "../words";
import { actorText, auditSentence } from "./audit_words";
import { Card, Meter } from "../ui/card";
import { DayChart } from "../ui/day_chart";
import { FleetStrip } from "../ui/fleet_strip";
import { Given, initials } from "../ui/given";
import { Icon } from "../ui/icon";
import { Mark, severityTone, toneOfRisk, type ShownRisk } from "../ui/mark";
import { ButtonLink } from "../ui/links";
import { Loading, Shown, State } from "../ui/states";
import { subjectText } from "../ui/subject";
import { Ago, Moment } from "../ui/time";
import { useMay } from "../shell/session";

const NEEDED = 5;

function NeedsYou({ overview }: { overview: OverviewData }) {
  const alerts = useQuery(alertsQuery({ state: "open" }, NEEDED));
  const { devices_unprotected, actions_failed, devices } = overview.headline;
  const failing = overview.connectors.filter((connector) => connector.last_error);
  const items = alerts.data?.items ?? [];
  const quiet = items.length === 0 && !devices_unprotected && !actions_failed && failing.length === 0;
  return (
    <Card
      title={t.overview.needsYou}
      note={
        <Link to="/alerts" className="strong">
          {t.overview.allOpen}
        </Link>
      }
    >
      <Shown query={alerts} what={t.state.things.alerts} rows={NEEDED}>
        {() =>
          quiet ? (
            <State icon="okCircle" tone="secured" title={t.overview.quietTitle}>
              <p>{t.overview.quietLead(devices)}</p>
            </State>
          ) : (
            <ul className="rows">
              {items.map((alert, index) => (
                <NeededAlert key={alert.id} alert={alert} first={index === 0} />
              ))}
              {devices_unprotected > 0 && (
                <li className="row-item">
                  <Mark tone="info" size={15} />
                  <div className="row-item-main">
                    <div className="strong">{t.overview.silentTitle(devices_unprotected)}</div>
                    <div className="meta">{t.overview.silentLead}</div>
                  </div>
                  <ButtonLink to="/devices" search={{ protection: worstProtection(overview) }}>
                    {t.overview.review}
                  </ButtonLink>
                </li>
              )}
              {actions_failed > 0 && (
                <li className="row-item">
                  <Mark tone="high" size={15} />
                  <div className="row-item-main">
                    <div className="strong">{t.overview.actionsTitle(actions_failed)}</div>
                    <div className="meta">{t.overview.actionsLead}</div>
                  </div>
                </li>
              )}
              {failing.map((connector) => (
                <li className="row-item" key={connector.id}>
                  <Mark tone="medium" size={15} />
                  <div className="row-item-main">
                    <div className="strong">{t.overview.connectorTitle(connector.id)}</div>
                    <div className="meta">
                      <Given text={connector.last_error} />
                    </div>
                  </div>
                  <ButtonLink to="/connectors">{t.overview.review}</ButtonLink>
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </Card>
  );
}

function worstProtection(overview: OverviewData): ProtectionState {
  const order: ProtectionState[] = ["tampered", "inactive", "pending"];
  return order.find((state) => overview.devices_by_protection[state] > 0) ?? "inactive";
}

function NeededAlert({ alert, first }: { alert: Alert; first: boolean }) {
  const urgent = alert.severity === "critical";
  const about = subjectText(alert.subject);
  return (
    <li className="row-item" data-urgent={urgent}>
      <Mark tone={severityTone[alert.severity]} size={15} />
      <div className="row-item-main">
        <div className="strong needed-title">
          <span className="out-of-sight">{t.severity[alert.severity]}: </span>
          {about ? t.alert.title(alert.threat_title, about) : <Given text={alert.threat_title} />}
        </div>
        <div className="meta">
          <Given text={alert.person || alert.device_name} /> · <Given text={alert.device_name} /> ·{" "}
          {t.overview.seen(alert.count)} ·{" "}
          {alert.assignee ? <Given text={alert.assignee} /> : <b>{t.overview.unassigned}</b>} ·{" "}
          <Ago at={alert.last_seen} />
        </div>
      </div>
      <ButtonLink to="/alerts/$id" params={{ id: alert.id }} primary={first && urgent}>
        {t.overview.investigate}
        <span className="out-of-sight">
          {" "}
          <Given text={alert.threat_title} />
        </span>
      </ButtonLink>
    </li>
  );
}

function FleetRisk({ overview }: { overview: OverviewData }) {
  const risk = overview.devices_by_risk;
  // A silent phone with open problems is at risk, not unknown.
  const unknown = overview.headline.devices - risk.high - risk.medium - risk.low - risk.secured;
  const rows: { risk: ShownRisk; value: number }[] = [
    { risk: "high", value: risk.high },
    { risk: "medium", value: risk.medium },
    { risk: "low", value: risk.low },
    { risk: "secured", value: risk.secured },
    { risk: "unknown", value: unknown },
  ];
  return (
    <Card title={t.overview.fleetRisk} note={t.shell.phones(overview.headline.devices)} body>
      <FleetStrip
        parts={rows.map((row) => ({ id: row.risk, tone: toneOfRisk(row.risk), value: row.value }))}
      />
      <ul className="legend-rows">
        {rows.map((row) => (
          <li key={row.risk}>
            <Mark tone={toneOfRisk(row.risk)} size={13} />
            {row.risk === "unknown" ? (
              <span>{t.risk.unknown}</span>
            ) : (
              <Link to="/devices" search={{ risk: row.risk as Risk }} className="plain-link">
                {t.risk[row.risk]}
              </Link>
            )}
            <b className="numbers">{row.value}</b>
          </li>
        ))}
      </ul>
      <p className="meta">{t.overview.unknownNote}</p>
    </Card>
  );
}

const protectionIcon: Record<ProtectionState, "okCircle" | "warn" | "badCircle" | "askCircle" | "waiting"> = {
  active: "okCircle",
  degraded: "warn",
  inactive: "askCircle",
  tampered: "badCircle",
  pending: "waiting",
};
const protectionTone: Record<ProtectionState, string> = {
  active: "secured",
  degraded: "medium",
  inactive: "info",
  tampered: "critical",
  pending: "info",
};

function Protection({ overview }: { overview: OverviewData }) {
  const order: ProtectionState[] = ["active", "degraded", "inactive", "tampered", "pending"];
  return (
    <Card title={t.overview.protection}>
      <ul className="rows">
        {order
          .filter((state) => state === "active" || overview.devices_by_protection[state] > 0)
          .map((state) => (
            <li key={state} className="row-item tight">
              <span data-tone={protectionTone[state]} className="tone-icon">
                <Icon name={protectionIcon[state]} size={17} />
              </span>
              <Link to="/devices" search={{ protection: state }} className="plain-link row-item-main">
                {t.protection[state]}
              </Link>
              <b className="numbers">{overview.devices_by_protection[state]}</b>
            </li>
          ))}
      </ul>
    </Card>
  );
}

function Threats({ overview }: { overview: OverviewData }) {
  const most = Math.max(1, ...overview.top_threats.map((threat) => threat.devices));
  return (
    <Card title={t.overview.threats} note={t.overview.threatsNote}>
      {overview.top_threats.length === 0 ? (
        <State icon="okCircle" tone="secured" title={t.overview.noThreats} />
      ) : (
        <table className="table open-rows">
          <thead>
            <tr>
              <th scope="col">{t.overview.threat}</th>
              <th scope="col" className="narrow-hide">
                {t.overview.where}
              </th>
              <th scope="col" className="narrow-hide">
                {t.overview.phonesAffected}
              </th>
              <th scope="col" className="end">
                {t.overview.phones}
              </th>
            </tr>
          </thead>
          <tbody>
            {overview.top_threats.map((threat) => {
              const tone = severityTone[threat.severity];
              const vector = threat.threat.split(".")[0] ?? "";
              return (
                <tr key={threat.threat}>
                  <td>
                    <span className="marked">
                      <Mark tone={tone} size={12} />
                      <span className="out-of-sight">{t.severity[threat.severity]}</span>
                      <Link to="/alerts" search={{ threat: threat.threat }} className="row-link">
                        <Given text={threat.title} />
                      </Link>
                    </span>
                  </td>
                  <td className="soft narrow-hide">{t.vector[vector] ?? vector}</td>
                  <td className="meter-cell narrow-hide">
                    <Meter value={threat.devices} max={most} tone={tone} />
                  </td>
                  <td className="end strong">{threat.devices}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function Connections({ overview }: { overview: OverviewData }) {
  return (
    <Card title={t.overview.connections} note={<Link to="/connectors">{t.shell.connectors}</Link>}>
      {overview.connectors.length === 0 ? (
        <p className="card-body soft">{t.overview.noConnections}</p>
      ) : (
        <ul className="rows">
          {overview.connectors.map((connector) => (
            <li key={connector.id} className="row-item tight">
              <span data-tone={connector.last_error ? "medium" : "secured"} className="tone-icon">
                <Icon name={connector.last_error ? "warn" : "okCircle"} size={17} />
              </span>
              <div className="row-item-main">
                <div className="strong">
                  <Given text={connector.id} /> ·{" "}
                  {t.connectors.kinds[connector.kind] ?? <Given text={connector.kind} />}
                </div>
                <div className="meta ellipsis">
                  {t.overview.delivered(connector.target, connector.queued)}
                </div>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Changes({ overview }: { overview: OverviewData }) {
  return (
    <Card title={t.overview.changes} note={<Link to="/audit">{t.shell.audit}</Link>}>
      {overview.recent_changes.length === 0 ? (
        <p className="card-body soft">{t.overview.noChanges}</p>
      ) : (
        <ul className="changes">
          {overview.recent_changes.slice(0, 5).map((entry) => (
            <li key={entry.id}>
              <span className="monogram small" aria-hidden="true">
                {initials(actorText(entry.actor, true))}
              </span>
              <span>
                <b>{actorText(entry.actor)}</b> {auditSentence(entry)}
              </span>
              <span className="meta numbers">
                <Moment at={entry.at} short />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

export function Overview() {
  const query = useOverview();
  const mayEnrol = useMay("analyst");
  const overview = query.data;
  return (
    <>
      <div className="page-head">
        <div className="page-head-text">
          <h1>{overview ? t.overview.title(overview.headline.open_alerts) : t.shell.overview}</h1>
          {overview && overview.headline.devices > 0 && (
            <p>
              {t.overview.lead(overview.devices_by_risk.secured, overview.headline.devices)}{" "}
              {overview.headline.devices_unprotected > 0 &&
                t.overview.leadUnknown(overview.headline.devices_unprotected)}
            </p>
          )}
        </div>
        {mayEnrol && (
          <div className="page-actions">
            <Button component={Link} to="/enrol" leftSection={<Icon name="plus" size={16} />}>
              {t.overview.enrol}
            </Button>
          </div>
        )}
      </div>
      {query.isPending && (
        <div className="card">
          <Loading rows={8} />
        </div>
      )}
      {!query.isPending && (
        <Shown query={query} what={t.state.things.overview}>
          {(data) =>
            data.headline.devices === 0 ? (
              <div className="card">
                <State icon="qr" title={t.overview.noPhones}>
                  <p>{t.overview.noPhonesLead}</p>
                  <ButtonLink to="/enrol" primary>
                    {t.overview.enrol}
                  </ButtonLink>
                </State>
              </div>
            ) : (
              <div className="split">
                <div className="stack">
                  <NeedsYou overview={data} />
                  <DayChart days={data.alerts_per_day} />
                  <Threats overview={data} />
                </div>
                <div className="stack">
                  <FleetRisk overview={data} />
                  <Protection overview={data} />
                  <Connections overview={data} />
                  <Changes overview={data} />
                </div>
              </div>
            )
          }
        </Shown>
      )}
    </>
  );
}
