import { Link } from "@tanstack/react-router";
import { usePolicies } from "../api/queries";
import type { PolicyMode, PolicySummary } from "../api/types";
import { t } from "../words";
import { Given } from "../ui/given";
import { Icon } from "../ui/icon";
import { moveRow, useKeys } from "../ui/keys";
import { Shown, State } from "../ui/states";
import { Ago } from "../ui/time";
import { actorText } from "./audit_words";

export const groupsText = (policy: PolicySummary) =>
  policy.groups.map((group) => (group === "*" ? t.policies.everyoneElse : group)).join(", ");

const modes: PolicyMode[] = ["enforce", "warn", "audit"];

export function Policies() {
  const query = usePolicies();
  useKeys({ j: () => moveRow(1), k: () => moveRow(-1) });
  return (
    <>
      <div className="page-head">
        <div className="page-head-text">
          <h1>{t.policies.title}</h1>
          <p>{t.policies.lead}</p>
        </div>
      </div>
      <div className="card">
        <Shown query={query} what={t.state.things.policies} rows={3}>
          {(data) =>
            data.items.length === 0 ? (
              <State icon="shield" title={t.policies.noneTitle}>
                <p>{t.policies.noneLead}</p>
              </State>
            ) : (
              <ul className="rows link-rows">
                {data.items.map((policy) => (
                  <li key={policy.id} className="row-item roomy">
                    <span className="head-icon small" aria-hidden="true">
                      <Icon name="shield" size={19} />
                    </span>
                    <div className="row-item-main">
                      <div className="title-row">
                        <Link
                          to="/policies/$id"
                          params={{ id: policy.id }}
                          className="row-link policy-name"
                          data-row={policy.id}
                        >
                          <Given text={policy.id} />
                        </Link>
                        <span className="chip plain">{t.policies.version(policy.version)}</span>
                      </div>
                      <div className="meta">
                        {t.policies.groups(groupsText(policy))} · {actorText(policy.author)} ·{" "}
                        <Ago at={policy.created_at} />
                      </div>
                    </div>
                    <div className="mode-counts">
                      <span className="soft">{t.policies.rules(policy.rules.length)}</span>
                      {modes.map((mode) => {
                        const count = policy.rules.filter((rule) => rule.mode === mode).length;
                        return count === 0 ? null : (
                          <span key={mode} className="chip plain" data-tone={mode === "enforce" ? "accent" : undefined}>
                            <b className="numbers">{count}</b> {t.mode[mode]}
                          </span>
                        );
                      })}
                    </div>
                  </li>
                ))}
              </ul>
            )
          }
        </Shown>
      </div>
    </>
  );
}
