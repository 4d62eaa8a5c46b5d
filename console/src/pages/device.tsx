import { Button } from "@mantine/core";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useDevice, useDeviceActions, useDeviceFindings, useDeviceProblems } from "../api/queries";
import type { DeviceDetail, Problem } from "../api/types";
import { asSentence, isolate, t } from "../words";
import { Retire } from "./device_retire";
import { Timeline } from "./device_timeline";
import { stateCounts, stateRows, type StateMark } from "./device_state";
import { ActionRow } from "../ui/action_row";
import { Card } from "../ui/card";
import { Dialog } from "../ui/dialog";
import { Digest, Given } from "../ui/given";
import { Icon, type IconName } from "../ui/icon";
import { ButtonLink } from "../ui/links";
import { Mark, RiskChip, severityTone, shownRisk } from "../ui/mark";
import { Failed, Loading, Shown, State } from "../ui/states";
import { subjectText } from "../ui/subject";
import { Ago, Moment } from "../ui/time";
import { useMay } from "../shell/session";

const route = getRouteApi("/devices/$id");

export function DevicePage() {
  const { id } = route.useParams();
  const query = useDevice(id);
  const device = query.data;
  if (!device) {
    return (
      <>
        <h1 className={query.error ? "page-title-alone" : "out-of-sight"}>{t.state.things.device}</h1>
        <div className="card">
          {query.error ? (
            <Failed what={t.state.things.device} error={query.error} retry={() => void query.refetch()} />
          ) : (
            <Loading rows={8} />
          )}
        </div>
      </>
    );
  }
  return (
    <>
      <Head device={device} />
      <div className="stack">
        <Banners device={device} />
        <div className="split">
          <div className="stack">
            <Problems id={id} />
            <Timeline id={id} />
            <Apps device={device} />
            <Findings id={id} />
          </div>
          <div className="stack">
            <StateCard device={device} />
            <Actions id={id} />
            <Details device={device} />
          </div>
        </div>
      </div>
    </>
  );
}

function Head({ device }: { device: DeviceDetail }) {
  const mayRetire = useMay("analyst");
  const [retiring, setRetiring] = useState(false);
  return (
    <>
      <nav className="crumbs" aria-label={t.device.crumb}>
        <Link to="/devices">{t.device.crumb}</Link>
        <span aria-hidden="true">/</span>
        <Given text={device.id.slice(0, 8)} />
      </nav>
      <div className="page-head">
        <span className="head-icon" aria-hidden="true">
          <Icon name="phone" size={22} />
        </span>
        <div className="page-head-text">
          <div className="title-row">
            <h1>
              <Given text={device.name} />
            </h1>
            <RiskChip risk={shownRisk(device)} />
            {device.protection !== "active" && (
              <span className="chip" data-tone={device.protection === "tampered" ? "critical" : device.protection === "degraded" ? "medium" : "info"}>
                {t.protection[device.protection]}
              </span>
            )}
            {device.state !== "enrolled" && <span className="chip">{t.deviceState[device.state]}</span>}
          </div>
          <p className="soft">
            {device.person && (
              <>
                <Given text={device.person} /> ·{" "}
              </>
            )}
            {t.ownership[device.ownership]} · <Given text={device.group} /> · <Given text={device.model} />{" "}
            {t.platform[device.platform]} <Given text={device.os_version} /> ·{" "}
            {device.last_seen ? (
              <>
                {t.device.lastReport} <Ago at={device.last_seen} />
              </>
            ) : (
              t.device.neverReported
            )}
          </p>
        </div>
        <div className="page-actions">
          <ButtonLink to="/alerts" search={{ device: device.id, view: "all" }} icon={<Icon name="bell" size={15} />}>
            {t.device.allAlerts}
          </ButtonLink>
          {mayRetire && device.state === "enrolled" && (
            <Button variant="default" onClick={() => setRetiring(true)}>
              {t.device.retire}
            </Button>
          )}
        </div>
      </div>
      {retiring && <Retire device={device} onClose={() => setRetiring(false)} />}
    </>
  );
}

function Banners({ device }: { device: DeviceDetail }) {
  const [fields, setFields] = useState(false);
  return (
    <>
      {device.protection !== "active" && device.protection !== "pending" && (
        <div className="note" data-tone={device.protection === "tampered" ? "critical" : "medium"}>
          <Icon name="warn" />
          <p>
            <strong>{device.protection === "degraded" ? t.device.partly : t.device.notProtected}</strong>{" "}
            <Given text={asSentence(device.protection_reason)} />{" "}
            {device.degraded.length > 0 && t.device.degradedParts(device.degraded.join(", "))}
          </p>
        </div>
      )}
      <div className="note privacy">
        <Icon name="shieldEye" />
        <p>
          <strong>{t.device.tierTitle[device.tier]}</strong> {t.device.tierText[device.tier]}{" "}
          <button type="button" className="link-button" onClick={() => setFields(true)}>
            {t.device.exactFields}
          </button>
        </p>
      </div>
      {fields && (
        <Dialog title={t.device.fieldsTitle} onClose={() => setFields(false)}>
          <p className="soft">{t.device.fieldsLead}</p>
          <dl className="field-list" tabIndex={0}>
            {device.visible_fields.map((kind) => (
              <div key={kind.kind}>
                <dt>
                  <Given text={kind.title} />
                </dt>
                <dd>
                  <Given text={kind.fields.join(", ")} mono />
                </dd>
              </div>
            ))}
          </dl>
          <div className="dialog-actions">
            <Button variant="default" onClick={() => setFields(false)}>
              {t.keys.close}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function Problems({ id }: { id: string }) {
  const query = useDeviceProblems(id);
  const [all, setAll] = useState(false);
  const problems = query.data?.items ?? [];
  const open = problems.filter((problem) => problem.state === "open");
  const resolved = problems.length - open.length;
  const shown = all ? problems : open;
  return (
    <Card
      title={t.device.problems}
      note={query.data && t.device.problemsNote(open.length, resolved)}
      foot={
        resolved > 0 ? (
          <button type="button" className="link-button" onClick={() => setAll(!all)}>
            {all ? t.device.hideResolved : t.device.showResolved}
          </button>
        ) : undefined
      }
    >
      <Shown query={query} what={t.state.things.problems} rows={3}>
        {() =>
          shown.length === 0 ? (
            <State icon="okCircle" tone="secured" title={problems.length ? t.device.noOpenProblems : t.device.noProblems} />
          ) : (
            <ProblemTable problems={shown} />
          )
        }
      </Shown>
    </Card>
  );
}

function ProblemTable({ problems }: { problems: Problem[] }) {
  return (
    <table className="table stacks">
      <thead>
        <tr>
          <th scope="col">{t.device.problem}</th>
          <th scope="col">{t.device.since}</th>
          <th scope="col">{t.device.state}</th>
          <th scope="col">{t.device.goneWhen}</th>
        </tr>
      </thead>
      <tbody>
        {problems.map((problem) => {
          const about = subjectText(problem.subject);
          return (
            <tr key={problem.id}>
              <td className="wide">
                <span className="marked">
                  <Mark tone={severityTone[problem.severity]} size={13} />
                  <span className="out-of-sight">{t.severity[problem.severity]}</span>
                  <span className="strong">
                    {about ? t.alert.title(problem.threat_title, about) : <Given text={problem.threat_title} />}
                  </span>
                </span>
              </td>
              <td className="nowrap">
                <Ago at={problem.opened_at} />
              </td>
              <td>{t.problemState[problem.state]}</td>
              <td className="soft wide">
                {problem.state === "resolved" ? (
                  <Given text={problem.resolved_by} />
                ) : (
                  <ul className="sentences">
                    {problem.resolves_when.map((sentence) => (
                      <li key={sentence}>
                        <Given text={sentence} />
                      </li>
                    ))}
                  </ul>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Apps({ device }: { device: DeviceDetail }) {
  return (
    <Card title={t.device.apps} note={device.apps.length > 0 ? device.apps.length : undefined}>
      {device.apps.length === 0 ? (
        <p className="card-body soft">{device.tier === "corporate" ? t.device.noApps : t.device.noAppsTier}</p>
      ) : (
        <table className="table stacks">
          <thead>
            <tr>
              <th scope="col">{t.device.app}</th>
              <th scope="col">{t.device.version}</th>
              <th scope="col">{t.device.installer}</th>
              <th scope="col">{t.device.verdict}</th>
            </tr>
          </thead>
          <tbody>
            {device.apps.map((app) => (
              <tr key={app.package}>
                <td className="wide">
                  <div className="strong">
                    <Given text={app.label || app.package} />
                  </div>
                  <div className="meta">
                    <Given text={app.package} mono />
                  </div>
                </td>
                <td>
                  <Given text={app.version_name || t.none} />
                </td>
                <td className="soft">
                  <Given text={app.installer || t.device.unknownInstaller} />
                </td>
                <td>
                  {app.threats.length === 0 ? (
                    <span className="meta">{t.device.noThreatFound}</span>
                  ) : (
                    app.threats.map((threat) => (
                      <span key={threat} className="chip mono" data-tone="critical">
                        <Given text={threat} mono />
                      </span>
                    ))
                  )}
                  {app.has_report && (
                    <div>
                      <Link to="/apps/$sha256" params={{ sha256: app.sha256 }}>
                        {t.device.report}
                        <span className="out-of-sight"> {isolate(app.label || app.package)}</span>
                      </Link>
                    </div>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function Findings({ id }: { id: string }) {
  const query = useDeviceFindings(id);
  return (
    <Card title={t.device.findings}>
      <Shown query={query} what={t.state.things.findings} rows={3}>
        {(data) =>
          data.items.length === 0 ? (
            <p className="card-body soft">{t.device.noFindings}</p>
          ) : (
            <ul className="rows">
              {data.items.map((finding) => (
                <li key={finding.id} className="row-item top-aligned">
                  <Mark tone={severityTone[finding.severity]} size={14} />
                  <div className="row-item-main">
                    <div>
                      <span className="out-of-sight">{t.severity[finding.severity]}: </span>
                      <Given text={finding.summary} />
                    </div>
                    <div className="meta">
                      {t.alert.rule(finding.rule, finding.rule_version)} · {t.alert.confidence(finding.confidence)} ·{" "}
                      <Ago at={finding.judged_with.evaluated_at} />
                    </div>
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </Card>
  );
}

const stateIcons: Record<StateMark, [IconName, string]> = {
  bad: ["badCircle", "critical"],
  soon: ["warn", "medium"],
  unknown: ["askCircle", "info"],
  good: ["okCircle", "secured"],
};

function StateCard({ device }: { device: DeviceDetail }) {
  const rows = stateRows(device);
  const counts = stateCounts(rows);
  return (
    <Card
      title={t.device.stateTitle}
      note={rows.length > 0 ? t.device.stateNote(counts.bad, counts.soon, counts.unknown, counts.good) : undefined}
    >
      {rows.length === 0 ? (
        <State icon="askCircle" title={t.device.noState} />
      ) : (
        <ul className="rows">
          {rows.map((row) => {
            const [icon, tone] = stateIcons[row.mark];
            return (
              <li key={row.id} className="row-item tight">
                <span className="tone-icon" data-tone={tone}>
                  <Icon name={icon} size={17} />
                </span>
                <div className="row-item-main">
                  <span className="out-of-sight">{t.device.stateMark[row.mark]}: </span>
                  <span className="soft">{t.device.fields[row.id]}</span>
                  {row.note && <div className="meta">{row.note}</div>}
                </div>
                <span className="strong end-text">
                  <Given text={row.value} />
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}

function Actions({ id }: { id: string }) {
  const query = useDeviceActions(id);
  return (
    <Card title={t.device.actions} note={t.device.actionsNote}>
      <Shown query={query} what={t.state.things.actions} rows={3}>
        {(data) =>
          data.items.length === 0 ? (
            <p className="card-body soft">{t.device.noActions}</p>
          ) : (
            <ul className="rows">
              {data.items.map((action) => (
                <ActionRow key={action.id} action={action} />
              ))}
            </ul>
          )
        }
      </Shown>
    </Card>
  );
}

function Details({ device }: { device: DeviceDetail }) {
  return (
    <Card title={t.device.details} body>
      <dl className="facts">
        <dt>{t.device.tier}</dt>
        <dd>{t.tier[device.tier]}</dd>
        <dt>{t.device.group}</dt>
        <dd>
          <Link to="/devices" search={{ group: device.group }}>
            <Given text={device.group} />
          </Link>
        </dd>
        <dt>{t.device.enrolled}</dt>
        <dd>
          <Moment at={device.enrolled_at} />
        </dd>
        <dt>{t.device.agent}</dt>
        <dd>
          <Given text={device.agent_version || t.none} />
        </dd>
        {device.certificate_expires_at && (
          <>
            <dt>{t.device.certificate}</dt>
            <dd>
              <Moment at={device.certificate_expires_at} />
            </dd>
          </>
        )}
        <dt>{t.device.id}</dt>
        <dd>
          <Digest value={device.id} />
        </dd>
      </dl>
      {device.sequence_gaps > 0 && <p className="meta">{t.device.gaps(device.sequence_gaps)}</p>}
    </Card>
  );
}
