import { Button, Checkbox, NativeSelect } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useChangeAlerts } from "../api/change_alerts";
import { alertsQuery, keys, useOverview } from "../api/queries";
import type { Alert, AlertDetail, AlertState, Severity } from "../api/types";
import { t } from "../words";
import { Confidence } from "../ui/card";
import { Given } from "../ui/given";
import { Icon } from "../ui/icon";
import { focusedRow, moveRow, useKeys } from "../ui/keys";
import { AlertStateMark, SeverityChip } from "../ui/mark";
import { Pager } from "../ui/pager";
import { SearchField } from "../ui/search_field";
import { Failed, Loading, State, useLate } from "../ui/states";
import { useSteadyRows } from "../ui/steady_rows";
import { SubjectLine, subjectText } from "../ui/subject";
import { FilterChip, ViewTabs } from "../ui/tabs";
import { Ago } from "../ui/time";
import { useMay } from "../shell/session";

const route = getRouteApi("/alerts");
type View = "open" | "acknowledged" | "resolved" | "false_positive" | "all";
const views: View[] = ["open", "acknowledged", "resolved", "false_positive", "all"];

export function Alerts() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const view: View = search.view ?? "open";
  const overview = useOverview();
  const client = useQueryClient();
  const mayChange = useMay("analyst");
  const change = useChangeAlerts();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());

  const query = useQuery(
    alertsQuery({
      state: view === "all" ? undefined : view,
      min_severity: search.severity,
      threat: search.threat,
      device_id: search.device,
      q: search.q,
      cursor: search.cursor,
    }),
  );
  const key = JSON.stringify(search);
  const { rows, waiting, renew } = useSteadyRows(
    key,
    query.isPlaceholderData ? undefined : query.data?.items,
    (row) => client.getQueryData<AlertDetail>(keys.alert(row.id))?.alert ?? row,
  );
  const stale = useLate(query.isPlaceholderData);
  // While another filter loads, the old rows stay, dimmed.
  const shown = query.isPlaceholderData ? (query.data?.items ?? []) : rows;

  const set = (part: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, cursor: undefined, ...part }) });
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setSelected(next);
  };
  const picked = shown.filter((alert) => selected.has(alert.id));
  const act = (alerts: Alert[], state: AlertState) => {
    change.setState(alerts, state);
    setSelected(new Set());
  };
  useKeys({
    j: () => moveRow(1),
    k: () => moveRow(-1),
    x: () => {
      const id = focusedRow();
      if (id && mayChange) toggle(id);
    },
    e: () => {
      if (!mayChange) return;
      const id = focusedRow();
      const alerts = picked.length > 0 ? picked : shown.filter((alert) => alert.id === id);
      act(alerts.filter((alert) => alert.state === "open"), "acknowledged");
    },
  });

  const filters: { name: string; value: string; drop: Partial<typeof search> }[] = [];
  if (search.severity) {
    filters.push({ name: t.alerts.severity, value: t.alerts.atLeast[search.severity], drop: { severity: undefined } });
  }
  if (search.threat) filters.push({ name: t.alerts.threat, value: search.threat, drop: { threat: undefined } });
  if (search.device) {
    const name = shown.find((alert) => alert.device_id === search.device)?.device_name;
    filters.push({ name: t.alerts.phone, value: name ?? search.device.slice(0, 8), drop: { device: undefined } });
  }
  if (search.q) filters.push({ name: t.alerts.search, value: search.q, drop: { q: undefined } });

  const counts = overview.data?.alerts_by_state;
  const all = counts && counts.open + counts.acknowledged + counts.resolved + counts.false_positive;
  return (
    <>
      <div className="page-head">
        <div className="page-head-text">
          <h1>{t.alerts.title}</h1>
        </div>
      </div>
      <ViewTabs
        to="/alerts"
        label={t.alerts.viewsLabel}
        current={view}
        tabs={views.map((id) => ({
          id,
          label: t.alerts.views[id],
          count: id === "all" ? all : counts?.[id],
          search: { view: id === "open" ? undefined : id },
        }))}
      />
      <div className="filters">
        <SearchField
          label={t.alerts.search}
          hint={t.alerts.searchHint}
          value={search.q ?? ""}
          onSearch={(q) => set({ q: q || undefined })}
        />
        <NativeSelect
          size="xs"
          aria-label={t.alerts.severity}
          value={search.severity ?? "informational"}
          onChange={(event) => {
            const value = event.currentTarget.value as Severity;
            set({ severity: value === "informational" ? undefined : value });
          }}
          data={(["informational", "low", "medium", "high", "critical"] as const).map((value) => ({
            value,
            label: t.alerts.atLeast[value],
          }))}
        />
        {filters
          .filter((filter) => filter.name === t.alerts.threat || filter.name === t.alerts.phone)
          .map((filter) => (
            <FilterChip
              key={filter.name}
              name={filter.name}
              value={<Given text={filter.value} />}
              removeLabel={t.alerts.remove(filter.name)}
              onRemove={() => set(filter.drop)}
            />
          ))}
        <div className="filters-end" aria-live="polite">
          {waiting > 0 && (
            <Button variant="light" leftSection={<Icon name="retry" size={14} />} onClick={renew}>
              {t.state.newRows(waiting)}
            </Button>
          )}
        </div>
      </div>
      <div className="card">
        {query.isPending && <Loading rows={8} />}
        {query.error && !query.data && (
          <Failed what={t.state.things.alerts} error={query.error} retry={() => void query.refetch()} />
        )}
        {query.data && shown.length === 0 && (
          <Nothing view={view} filters={filters} drop={set} />
        )}
        {shown.length > 0 && (
          <AlertTable
            alerts={shown}
            stale={stale}
            selected={selected}
            toggle={mayChange ? toggle : undefined}
            toggleAll={() =>
              setSelected(picked.length === shown.length ? new Set() : new Set(shown.map((alert) => alert.id)))
            }
          />
        )}
        {shown.length > 0 && (
          <div className="card-foot">
            <span>
              {t.alerts.shown(
                shown.length,
                shown.reduce((sum, alert) => sum + alert.count, 0),
              )}
            </span>
            <KeyHints mayChange={mayChange} />
            <Pager
              cursor={search.cursor}
              next={query.data?.next ?? ""}
              go={(cursor) =>
                void navigate({
                  search: (before) => ({ ...before, cursor }),
                  state: { paged: true } as object,
                })
              }
            />
          </div>
        )}
      </div>
      {picked.length > 0 && (
        <div className="selection" role="region" aria-label={t.alerts.selected(picked.length)}>
          <span className="strong">{t.alerts.selected(picked.length)}</span>
          <button type="button" onClick={() => act(picked, "acknowledged")}>
            {t.alerts.acknowledge}
          </button>
          <button type="button" onClick={() => act(picked, "resolved")}>
            {t.alerts.resolve}
          </button>
          <button type="button" onClick={() => act(picked, "false_positive")}>
            {t.alerts.falseAlarm}
          </button>
          <button type="button" aria-label={t.alerts.clear} onClick={() => setSelected(new Set())}>
            <Icon name="close" size={15} />
          </button>
        </div>
      )}
    </>
  );
}

function KeyHints({ mayChange }: { mayChange: boolean }) {
  return (
    <span className="key-hints" aria-hidden="true">
      <kbd>J</kbd> <kbd>K</kbd> {t.keys.move}
      {mayChange && (
        <>
          {" "}
          <kbd>X</kbd> {t.keys.selectShort} <kbd>E</kbd> {t.keys.acknowledgeShort}
        </>
      )}{" "}
      <kbd>?</kbd> {t.keys.all}
    </span>
  );
}

function Nothing(props: {
  view: View;
  filters: { name: string; value: string; drop: object }[];
  drop: (part: object) => void;
}) {
  const last = props.filters.at(-1);
  if (last) {
    return (
      <State icon="nothing" title={t.alerts.noMatchTitle(props.filters.length)}>
        <p>{t.alerts.noMatchLead(`${last.name}: ${last.value}`)}</p>
        <Button variant="default" onClick={() => props.drop(last.drop)}>
          {t.alerts.dropFilter}
        </Button>
      </State>
    );
  }
  return props.view === "open" ? (
    <State icon="okCircle" tone="secured" title={t.alerts.noneTitle}>
      <p>{t.alerts.noneLead}</p>
    </State>
  ) : (
    <State icon="bell" title={t.alerts.emptyTitle}>
      <p>{t.alerts.emptyLead}</p>
    </State>
  );
}

function AlertTable(props: {
  alerts: Alert[];
  stale: boolean;
  selected: ReadonlySet<string>;
  toggle?: (id: string) => void;
  toggleAll: () => void;
}) {
  const { alerts, selected, toggle } = props;
  const count = alerts.filter((alert) => selected.has(alert.id)).length;
  return (
    <table className={`table open-rows stacks ${props.stale ? "dimmed" : ""}`} aria-label={t.alerts.title}>
      <thead>
        <tr>
          {toggle && (
            <th scope="col" className="check">
              <Checkbox
                size="xs"
                aria-label={t.alerts.selectAll}
                checked={count === alerts.length}
                indeterminate={count > 0 && count < alerts.length}
                onChange={props.toggleAll}
              />
            </th>
          )}
          <th scope="col">{t.alerts.severity}</th>
          <th scope="col">{t.alerts.what}</th>
          <th scope="col">{t.alerts.who}</th>
          <th scope="col">{t.alerts.state}</th>
          <th scope="col">{t.alerts.confidence}</th>
          <th scope="col" className="end">
            {t.alerts.count}
          </th>
          <th scope="col">{t.alerts.lastSeen}</th>
          <th scope="col">{t.alerts.owner}</th>
        </tr>
      </thead>
      <tbody>
        {alerts.map((alert) => (
          <tr key={alert.id} data-selected={selected.has(alert.id)}>
            {toggle && (
              <td className="check spare">
                <Checkbox
                  size="xs"
                  className="above-row"
                  aria-label={t.alerts.select(t.alert.title(alert.threat_title, subjectText(alert.subject)))}
                  checked={selected.has(alert.id)}
                  onChange={() => toggle(alert.id)}
                />
              </td>
            )}
            <td className="first">
              <SeverityChip severity={alert.severity} />
            </td>
            <td className="wide what">
              <Link to="/alerts/$id" params={{ id: alert.id }} className="row-link" data-row={alert.id}>
                <Given text={alert.threat_title} />
              </Link>
              <SubjectLine subject={alert.subject} />
            </td>
            <td>
              <div>
                <Given text={alert.person || alert.device_name} />
              </div>
              {alert.person && (
                <div className="meta">
                  <Given text={alert.device_name} />
                </div>
              )}
            </td>
            <td>
              <AlertStateMark state={alert.state} />
            </td>
            <td className="spare">
              <Confidence value={alert.confidence} />
            </td>
            <td className="end spare">{alert.count}</td>
            <td className="late nowrap">
              <Ago at={alert.last_seen} />
            </td>
            <td className="spare">{alert.assignee ? <Given text={alert.assignee} /> : t.none}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
