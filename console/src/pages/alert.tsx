import { Button, Textarea } from "@mantine/core";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useChangeAlerts } from "../api/change_alerts";
import { useAlert } from "../api/queries";
import type { AlertDetail, AlertState, TaggedAlert } from "../api/types";
import { asSentence, t } from "../words";
import { Happened } from "./alert_events";
import { Chain, Elsewhere } from "./alert_around";
import { Why } from "./alert_why";
import { ActionRow } from "../ui/action_row";
import { Card } from "../ui/card";
import { Dialog } from "../ui/dialog";
import { Digest, Given, initials } from "../ui/given";
import { Icon } from "../ui/icon";
import { useKeys } from "../ui/keys";
import { AlertStateMark, RiskChip, SeverityChip, shownRisk } from "../ui/mark";
import { Failed, Loading } from "../ui/states";
import { subjectText } from "../ui/subject";
import { Ago, Moment } from "../ui/time";
import { useMay, useSession } from "../shell/session";

const route = getRouteApi("/alerts/$id");

export function AlertPage() {
  const { id } = route.useParams();
  const query = useAlert(id);
  const detail = query.data;
  if (!detail) {
    return (
      <>
        <h1 className={query.error ? "page-title-alone" : "out-of-sight"}>{t.alert.notFound}</h1>
        <div className="card">
          {query.error ? (
            <Failed what={t.state.things.alert} error={query.error} retry={() => void query.refetch()} />
          ) : (
            <Loading rows={8} />
          )}
        </div>
      </>
    );
  }
  return (
    <>
      <Head detail={detail} />
      <Chain alert={detail.alert} />
      <div className="split alert-split">
        <div className="stack">
          <Why detail={detail} />
          <WhatYouCanDo detail={detail} />
          <Happened detail={detail} />
          <JudgedWith detail={detail} />
        </div>
        <div className="stack">
          <Response detail={detail} />
          <Decision detail={detail} />
          <Phone detail={detail} />
          <Told detail={detail} />
          <Elsewhere alert={detail.alert} />
          <Note key={detail.alert.id} detail={detail} />
        </div>
      </div>
    </>
  );
}

function Head({ detail }: { detail: AlertDetail }) {
  const { alert, finding, problem } = detail;
  const about = subjectText(alert.subject);
  return (
    <>
      <nav className="crumbs" aria-label={t.alert.crumb}>
        <Link to="/alerts">{t.alert.crumb}</Link>
        <span aria-hidden="true">/</span>
        <Given text={alert.id.slice(0, 8)} />
      </nav>
      <div className="page-head">
        <div className="page-head-text">
          <div className="chips head-chips">
            <SeverityChip severity={alert.severity} />
            <span className="chip plain">{t.alert.confidence(alert.confidence)}</span>
            <span className="chip plain">
              <AlertStateMark state={alert.state} />
            </span>
            <span className="chip mono">{alert.threat}</span>
          </div>
          <h1>{about ? t.alert.title(alert.threat_title, about) : <Given text={alert.threat_title} />}</h1>
          <p>
            {finding && <Given text={asSentence(finding.summary)} />}{" "}
            {problem?.state === "open" && <strong className="lead-line">{t.alert.stillOpen}</strong>}
            {problem?.state === "resolved" && (
              <span className="lead-line">{t.alert.endedBy(problem.resolved_by)}</span>
            )}
          </p>
        </div>
        <Verbs detail={detail} />
      </div>
    </>
  );
}

function Verbs({ detail }: { detail: AlertDetail }) {
  const { alert, problem } = detail;
  const may = useMay("analyst");
  const me = useSession().administrator.name;
  const change = useChangeAlerts();
  const [asking, setAsking] = useState<AlertState | null>(null);
  const to = (state: AlertState) => change.setState([alert], state);
  useKeys({ e: () => may && alert.state === "open" && to("acknowledged") });
  if (!may) return <p className="meta">{t.alerts.viewerNote}</p>;
  const closed = alert.state === "resolved" || alert.state === "false_positive";
  return (
    <div className="page-actions">
      {alert.assignee !== me && (
        <Button variant="default" leftSection={<Icon name="person" size={15} />} onClick={() => change.assign(alert, me)}>
          {t.alerts.assignToMe}
        </Button>
      )}
      {!closed && (
        <Button variant="default" leftSection={<Icon name="thumbDown" size={15} />} onClick={() => setAsking("false_positive")}>
          {t.alerts.falseAlarm}
        </Button>
      )}
      {!closed && (
        <Button
          variant={alert.state === "open" ? "default" : "filled"}
          leftSection={<Icon name="okCircle" size={15} />}
          onClick={() => (problem?.state === "open" ? setAsking("resolved") : to("resolved"))}
        >
          {t.alerts.resolve}
        </Button>
      )}
      {alert.state === "open" && (
        <Button leftSection={<Icon name="check" size={15} />} onClick={() => to("acknowledged")}>
          {t.alerts.acknowledge}
        </Button>
      )}
      {closed && (
        <Button variant="default" leftSection={<Icon name="retry" size={15} />} onClick={() => to("open")}>
          {t.alerts.reopen}
        </Button>
      )}
      {asking && (
        <Dialog
          title={asking === "resolved" ? t.alert.resolveTitle : t.alert.falseTitle}
          onClose={() => setAsking(null)}
        >
          <p className="soft">{t.alert.falseLead}</p>
          <div className="dialog-actions">
            <Button variant="default" onClick={() => setAsking(null)}>
              {t.alert.cancel}
            </Button>
            <Button
              onClick={() => {
                setAsking(null);
                to(asking);
              }}
            >
              {asking === "resolved" ? t.alerts.resolve : t.alerts.falseAlarm}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function Response({ detail }: { detail: AlertDetail }) {
  const { actions, decision } = detail;
  return (
    <Card title={t.alert.response} foot={actions.length > 0 ? t.alert.responseNote : undefined}>
      {actions.length > 0 ? (
        <ul className="rows">
          {actions.map((action) => (
            <ActionRow key={action.id} action={action} />
          ))}
        </ul>
      ) : (
        <div className="card-body stack small-gap">
          <p className="soft">{t.alert.noResponse[decision?.mode ?? "none"]}</p>
          {decision && decision.mode !== "enforce" && decision.actions.length > 0 && (
            <>
              <p className="meta">{t.alert.wouldDo}</p>
              <ul className="chips">
                {decision.actions.map((kind) => (
                  <li key={kind} className="chip plain">
                    {t.actionKind[kind]}
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      )}
    </Card>
  );
}

function Decision({ detail }: { detail: AlertDetail }) {
  const { decision } = detail;
  return (
    <Card
      title={t.alert.decision}
      note={
        decision && (
          <Link to="/policies/$id" params={{ id: decision.policy }}>
            {t.alert.decisionOf(decision.policy, decision.policy_version)}
          </Link>
        )
      }
      body
    >
      {decision ? (
        <dl className="facts">
          <dt>{t.alert.ruleName}</dt>
          <dd className="strong">
            <Given text={decision.rule} />
          </dd>
          <dt>{t.alert.mode}</dt>
          <dd>
            <span className="chip plain">{t.mode[decision.mode]}</span>
          </dd>
          <dt>{t.alert.reasons}</dt>
          <dd>
            <ul className="sentences">
              {decision.reasons.map((reason) => (
                <li key={reason}>
                  <Given text={reason} />
                </li>
              ))}
            </ul>
          </dd>
        </dl>
      ) : (
        <p className="soft">{t.alert.noDecision}</p>
      )}
    </Card>
  );
}

function Phone({ detail }: { detail: AlertDetail }) {
  const { device } = detail;
  if (!device) return null;
  return (
    <Card
      title={t.alert.phone}
      note={
        <Link to="/devices/$id" params={{ id: device.id }} className="strong">
          {t.alert.open}
        </Link>
      }
      body
    >
      <div className="who">
        <span className="monogram" aria-hidden="true">
          {initials(device.person || device.name)}
        </span>
        <div className="row-item-main">
          <div className="strong">
            <Given text={device.person || device.name} />
          </div>
          <div className="meta">
            <Given text={device.name} /> · <Given text={device.group} /> · {t.ownership[device.ownership]}
          </div>
        </div>
        <RiskChip risk={shownRisk(device)} />
      </div>
      <dl className="facts">
        <dt>{t.alert.model}</dt>
        <dd>
          <Given text={device.model || t.none} /> · {t.platform[device.platform]} <Given text={device.os_version} />
        </dd>
        {device.patch_level && (
          <>
            <dt>{t.alert.patch}</dt>
            <dd>
              <Given text={device.patch_level} />
            </dd>
          </>
        )}
        <dt>{t.alert.lastReport}</dt>
        <dd>
          <Ago at={device.last_seen} />
        </dd>
      </dl>
    </Card>
  );
}

function Told({ detail }: { detail: AlertDetail }) {
  const told = detail.actions.filter(
    (action) => (action.kind === "notify_user" || action.kind === "ask_remove_app") && action.message,
  );
  const advice = detail.device && detail.threat?.user[detail.device.platform];
  return (
    <Card title={t.alert.told} body>
      <div className="stack">
      {told.map((action) => (
        <div key={action.id} className="stack small-gap">
          <div className="note">
            <Icon name="message" />
            <p>
              <strong>
                <Given text={asSentence(action.title)} />
              </strong>{" "}
              <Given text={action.message} />
            </p>
          </div>
          <p className="meta">{t.alert.toldState(t.actionState[action.state])}</p>
        </div>
      ))}
      {told.length === 0 && (
        <div className="stack small-gap">
          <p className="soft">{t.alert.notTold}</p>
          {advice && (
            <>
              <p className="meta">{t.alert.wouldBeTold}</p>
              <div className="note">
                <Icon name="message" />
                <p>
                  <Given text={advice.what_happened} />
                </p>
              </div>
            </>
          )}
        </div>
      )}
      </div>
    </Card>
  );
}

function WhatYouCanDo({ detail }: { detail: AlertDetail }) {
  const steps = detail.threat?.admin.what_to_do ?? [];
  const ends = detail.problem?.resolves_when ?? detail.threat?.resolves ?? [];
  if (steps.length === 0 && ends.length === 0) return null;
  return (
    <Card title={t.alert.advice} body>
      <ol className="steps">
        {steps.map((step) => (
          <li key={step}>
            <span>
              <Given text={step} />
            </span>
          </li>
        ))}
      </ol>
      {ends.length > 0 && (
        <dl className="facts gone-when">
          <dt>{t.alert.resolvesWhen}</dt>
          <dd>
            <ul className="sentences">
              {ends.map((sentence) => (
                <li key={sentence}>
                  <Given text={sentence} />
                </li>
              ))}
            </ul>
          </dd>
        </dl>
      )}
    </Card>
  );
}

// A text being written stays, whatever arrives meanwhile, until it is saved.
function Note({ detail }: { detail: TaggedAlert }) {
  const { alert } = detail;
  const may = useMay("analyst");
  const change = useChangeAlerts();
  const [draft, setDraft] = useState<{ text: string; began: TaggedAlert | null } | null>(null);
  const text = draft?.text ?? alert.note;
  const save = async () => {
    if (!draft) return;
    const saved = await change.note(draft.began ?? detail, draft.text);
    // What was not saved can be saved over what is there now.
    setDraft((present) => (saved || !present ? null : { text: present.text, began: null }));
  };
  if (!may && !alert.note) return null;
  return (
    <Card title={t.alert.note} body>
      {may ? (
        <form
          className="stack small-gap"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <Textarea
            aria-label={t.alert.note}
            description={t.alert.noteHelp}
            rows={3}
            maxLength={4000}
            value={text}
            onChange={(event) => {
              const written = event.currentTarget.value;
              setDraft((present) => ({ text: written, began: present?.began ?? detail }));
            }}
          />
          <div className="dialog-actions">
            <Button type="submit" variant="default" disabled={text === alert.note}>
              {t.alert.saveNote}
            </Button>
          </div>
        </form>
      ) : (
        <p>
          <Given text={alert.note} />
        </p>
      )}
    </Card>
  );
}

function JudgedWith({ detail }: { detail: AlertDetail }) {
  const { finding, techniques } = detail;
  return (
    <Card title={t.alert.techniques}>
      <div className="card-body stack small-gap">
        {techniques.length === 0 ? (
          <p className="soft">{t.alert.noTechniques}</p>
        ) : (
          <ul className="chips">
            {techniques.map((technique) => (
              <li key={technique.id} className="chip plain">
                {t.alert.technique(technique.id, technique.name)}
              </li>
            ))}
          </ul>
        )}
        {finding && (
          <dl className="facts judged">
            <dt>{t.alert.evaluated}</dt>
            <dd>
              <Moment at={finding.judged_with.evaluated_at} />
            </dd>
            <dt>{t.alert.content}</dt>
            <dd>
              <Digest value={finding.judged_with.content_digest || t.none} />
            </dd>
            <dt>{t.alert.engine}</dt>
            <dd>
              <Given text={finding.judged_with.engine_version || t.none} />
            </dd>
          </dl>
        )}
      </div>
    </Card>
  );
}
