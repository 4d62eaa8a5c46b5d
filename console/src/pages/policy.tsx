import { Button, SegmentedControl } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, ApiError, takeTagged } from "../api/client";
import { keys, usePolicy } from "../api/queries";
import type { PolicyDetail, PolicyMode, PolicyRule, TaggedPolicy } from "../api/types";
import { t } from "../words";
import { actorText } from "./audit_words";
import { lineDiff } from "./line_diff";
import { groupsText } from "./policies";
import { Card } from "../ui/card";
import { Dialog } from "../ui/dialog";
import { Given, Spelled } from "../ui/given";
import { Icon } from "../ui/icon";
import { Failed, Loading } from "../ui/states";
import { Ago } from "../ui/time";
import { say } from "../ui/toasts";
import { useMay } from "../shell/session";

const route = getRouteApi("/policies/$id");
const modes: PolicyMode[] = ["audit", "warn", "enforce"];

export function PolicyPage() {
  const { id } = route.useParams();
  const query = usePolicy(id);
  const policy = query.data;
  if (!policy) {
    return (
      <>
        <h1 className={query.error ? "page-title-alone" : "out-of-sight"}>{t.state.things.policy}</h1>
        <div className="card">
          {query.error ? (
            <Failed what={t.state.things.policy} error={query.error} retry={() => void query.refetch()} />
          ) : (
            <Loading rows={7} />
          )}
        </div>
      </>
    );
  }
  return <Policy policy={policy} />;
}

// Answers with what to say; the server's answer is the new state either way.
function useSave(policy: TaggedPolicy) {
  const client = useQueryClient();
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  async function save(call: () => Promise<TaggedPolicy>, done: string): Promise<boolean> {
    setBusy(true);
    setProblem("");
    try {
      client.setQueryData(keys.policy(policy.id), await call());
      void client.invalidateQueries({ queryKey: keys.policies });
      void client.invalidateQueries({ queryKey: keys.overview });
      say(done);
      return true;
    } catch (error) {
      const conflict = error instanceof ApiError && error.status === 412;
      setProblem(conflict ? t.policies.conflict : error instanceof Error ? error.message : String(error));
      void client.invalidateQueries({ queryKey: keys.policy(policy.id) });
      return false;
    } finally {
      setBusy(false);
    }
  }
  return { save, problem, busy };
}

function Policy({ policy }: { policy: TaggedPolicy }) {
  const mayChange = useMay("admin");
  const { version: chosen } = route.useSearch();
  const [asked, setAsked] = useState<{ rule: PolicyRule; mode: PolicyMode } | null>(null);
  return (
    <>
      <nav className="crumbs" aria-label={t.policies.crumb}>
        <Link to="/policies">{t.policies.crumb}</Link>
        <span aria-hidden="true">/</span>
        <Given text={policy.id} />
      </nav>
      <div className="page-head">
        <div className="page-head-text">
          <div className="title-row">
            <h1 className="policy-name">
              <Given text={policy.id} />
            </h1>
            <span className="chip plain">{t.policies.version(policy.version)}</span>
          </div>
          <p>
            {t.policies.groups(groupsText(policy))}. {t.policies.firstMatch}{" "}
            {!mayChange && t.policies.adminOnly}
          </p>
        </div>
      </div>
      <div className="split with-source">
        <ol className="rules">
          {policy.rules.map((rule, index) => (
            <li key={rule.name} className="card rule">
              <div className="rule-head">
                <span className="rule-number numbers" aria-hidden="true">
                  {index + 1}
                </span>
                <div className="row-item-main">
                  <h2>
                    <Given text={rule.name} />
                  </h2>
                  {rule.description && (
                    <p className="soft">
                      <Given text={rule.description} />
                    </p>
                  )}
                  <p className="meta">{rule.actions.map((kind) => t.actionKind[kind]).join(" · ")}</p>
                </div>
                <SegmentedControl
                  size="xs"
                  aria-label={t.policies.modeOf(rule.name)}
                  readOnly={!mayChange}
                  disabled={!mayChange}
                  value={rule.mode}
                  onChange={(mode) => setAsked({ rule, mode: mode as PolicyMode })}
                  data={modes.map((mode) => ({ value: mode, label: t.mode[mode] }))}
                  withItemsBorders={false}
                  transitionDuration={0}
                />
              </div>
              <details className="rule-more">
                <summary>{t.policies.condition}</summary>
                <pre className="code" tabIndex={0}>
                  <Spelled text={rule.condition} />
                </pre>
              </details>
            </li>
          ))}
        </ol>
        <div className="stack">
          <Source policy={policy} chosen={chosen ? Number(chosen) : undefined} />
          <History policy={policy} mayChange={mayChange} chosen={chosen ? Number(chosen) : undefined} />
        </div>
      </div>
      {asked && <Confirm policy={policy} rule={asked.rule} mode={asked.mode} onClose={() => setAsked(null)} />}
    </>
  );
}

function Confirm(props: { policy: TaggedPolicy; rule: PolicyRule; mode: PolicyMode; onClose: () => void }) {
  const { policy, rule, mode, onClose } = props;
  const { save, problem, busy } = useSave(policy);
  const confirm = async () => {
    const done = await save(
      () =>
        takeTagged(
          api.POST("/v1/policies/{id}/rules/{rule}/mode", {
            params: { path: { id: policy.id, rule: rule.name }, header: { "If-Match": policy.tag } },
            body: { mode },
          }),
        ),
      t.policies.switched(rule.name, t.mode[mode]),
    );
    if (done) onClose();
  };
  return (
    <Dialog title={t.policies.confirmTitle(rule.name, t.mode[mode])} onClose={onClose}>
      <p>{t.policies.change[mode]}</p>
      {mode === "enforce" && (
        <>
          <ul className="chips">
            {rule.actions.map((kind) => (
              <li key={kind} className="chip plain">
                {t.actionKind[kind]}
              </li>
            ))}
          </ul>
          <p className="meta">{t.policies.nobodyNote}</p>
        </>
      )}
      <p className="soft">{t.policies.changeScope(groupsText(policy))}</p>
      {problem && (
        <p className="note" data-tone="critical" role="alert">
          <Icon name="warn" size={16} />
          <Given text={problem} />
        </p>
      )}
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          {t.policies.cancel}
        </Button>
        <Button loading={busy} onClick={() => void confirm()}>
          {t.policies.confirm(t.mode[mode])}
        </Button>
      </div>
    </Dialog>
  );
}

function Source({ policy, chosen }: { policy: PolicyDetail; chosen: number | undefined }) {
  const old = policy.history.find((version) => version.version === chosen);
  const lines = old ? lineDiff(old.source, policy.source) : null;
  const added = lines?.filter((line) => line.kind === "added").length ?? 0;
  const removed = lines?.filter((line) => line.kind === "removed").length ?? 0;
  return (
    <Card
      title={old ? t.policies.since(old.version) : t.policies.source}
      note={old ? t.policies.changedLines(added, removed) : t.policies.sourceNote}
    >
      <pre className="code source" tabIndex={0} aria-label={t.policies.source}>
        {lines
          ? lines.map((line, index) => (
              <span key={index} className={`diff-${line.kind}`}>
                {line.kind === "added" ? "+ " : line.kind === "removed" ? "- " : "  "}
                <Spelled text={line.text} />
                {"\n"}
              </span>
            ))
          : <Spelled text={policy.source} />}
      </pre>
    </Card>
  );
}

function History(props: { policy: TaggedPolicy; mayChange: boolean; chosen: number | undefined }) {
  const { policy, mayChange, chosen } = props;
  const { save, problem, busy } = useSave(policy);
  const [asked, setAsked] = useState<number | null>(null);
  const target = policy.history.find((version) => version.version === asked);
  const back = async () => {
    if (!target) return;
    const done = await save(
      () =>
        takeTagged(
          api.PUT("/v1/policies/{id}", {
            params: { path: { id: policy.id }, header: { "If-Match": policy.tag } },
            body: { source: target.source },
          }),
        ),
      t.policies.returned(target.version),
    );
    if (done) setAsked(null);
  };
  return (
    <Card title={t.policies.history}>
      <ul className="rows">
        {policy.history.map((version) => {
          const current = version.version === policy.version;
          return (
            <li key={version.version} className="row-item tight">
              <div className="row-item-main">
                <div className="strong">
                  {t.policies.historyLine(version.version)}{" "}
                  {current && <span className="meta">{t.policies.inForce}</span>}
                </div>
                <div className="meta">
                  {actorText(version.author)} · <Ago at={version.created_at} />
                </div>
              </div>
              {!current && (
                <>
                  <Link
                    to="/policies/$id"
                    params={{ id: policy.id }}
                    search={{ version: chosen === version.version ? undefined : String(version.version) }}
                    aria-current={chosen === version.version ? "true" : undefined}
                    className="strong"
                    resetScroll={false}
                  >
                    {t.policies.showVersion}
                    <span className="out-of-sight"> {t.policies.historyLine(version.version)}</span>
                  </Link>
                  {mayChange && (
                    <button type="button" className="link-button" onClick={() => setAsked(version.version)}>
                      {t.policies.return}
                    </button>
                  )}
                </>
              )}
            </li>
          );
        })}
      </ul>
      {target && (
        <Dialog title={t.policies.returnTitle(target.version)} onClose={() => setAsked(null)}>
          <p className="soft">{t.policies.returnLead}</p>
          {problem && (
            <p className="note" data-tone="critical" role="alert">
              <Icon name="warn" size={16} />
              <Given text={problem} />
            </p>
          )}
          <div className="dialog-actions">
            <Button variant="default" onClick={() => setAsked(null)}>
              {t.policies.cancel}
            </Button>
            <Button loading={busy} onClick={() => void back()}>
              {t.policies.returnDo}
            </Button>
          </div>
        </Dialog>
      )}
    </Card>
  );
}
