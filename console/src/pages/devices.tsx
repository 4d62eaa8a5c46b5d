import { Button, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { devicesQuery, useOverview, usePolicies } from "../api/queries";
import type { DeviceListItem, Platform } from "../api/types";
import { t } from "../words";
import { Given } from "../ui/given";
import { Icon } from "../ui/icon";
import { moveRow, useKeys } from "../ui/keys";
import { ButtonLink } from "../ui/links";
import { Mark, RiskChip, shownRisk, toneOfRisk, type ShownRisk } from "../ui/mark";
import { Pager } from "../ui/pager";
import { SearchField } from "../ui/search_field";
import { Failed, Loading, State, useLate } from "../ui/states";
import { FilterChip, ViewTabs } from "../ui/tabs";
import { Ago } from "../ui/time";
import { useMay } from "../shell/session";

const route = getRouteApi("/devices");

const riskViews = ["high", "medium", "low"] as const;
const protectionViews = [
  ["silent", "inactive"],
  ["degraded", "degraded"],
  ["tampered", "tampered"],
  ["pending", "pending"],
] as const;

export function Devices() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const overview = useOverview();
  const policies = usePolicies();
  const mayEnrol = useMay("analyst");
  const { retired, ...filter } = search;
  const query = useQuery(devicesQuery({ ...filter, include_retired: retired === "yes" ? true : undefined }));
  const stale = useLate(query.isPlaceholderData);
  const items = query.data?.items ?? [];
  const set = (part: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, cursor: undefined, ...part }) });
  useKeys({ j: () => moveRow(1), k: () => moveRow(-1) });

  const risk = overview.data?.devices_by_risk;
  const protection = overview.data?.devices_by_protection;
  const current =
    search.risk && search.risk !== "secured"
      ? search.risk
      : (protectionViews.find(([, state]) => state === search.protection)?.[0] ??
        (search.risk || search.protection ? "" : "all"));
  const groups = [...new Set((policies.data?.items ?? []).flatMap((policy) => policy.groups))].filter(
    (group) => group !== "*",
  );
  if (search.group && !groups.includes(search.group)) groups.push(search.group);

  const filters: { name: string; value: string; drop: Partial<typeof search> }[] = [];
  if (search.risk) filters.push({ name: t.devices.risk, value: t.risk[search.risk], drop: { risk: undefined } });
  if (search.protection) {
    filters.push({ name: t.devices.protection, value: t.protection[search.protection], drop: { protection: undefined } });
  }
  if (search.platform) {
    filters.push({ name: t.devices.platform, value: t.platform[search.platform], drop: { platform: undefined } });
  }
  if (search.group) filters.push({ name: t.devices.group, value: search.group, drop: { group: undefined } });
  if (search.q) filters.push({ name: t.devices.search, value: search.q, drop: { q: undefined } });

  return (
    <>
      <div className="page-head">
        <div className="page-head-text">
          <h1>{t.devices.title}</h1>
        </div>
        {mayEnrol && (
          <div className="page-actions">
            <ButtonLink to="/enrol" primary icon={<Icon name="qr" size={15} />}>
              {t.overview.enrol}
            </ButtonLink>
          </div>
        )}
      </div>
      <ViewTabs
        to="/devices"
        label={t.alerts.viewsLabel}
        current={current}
        tabs={[
          { id: "all", label: t.devices.views.all, count: overview.data?.headline.devices, search: {} },
          ...riskViews.map((id) => ({ id, label: t.devices.views[id], count: risk?.[id], search: { risk: id } })),
          ...protectionViews.map(([id, state]) => ({
            id,
            label: t.devices.views[id],
            count: protection?.[state],
            search: { protection: state },
          })),
        ]}
      />
      <div className="filters">
        <SearchField
          label={t.devices.search}
          hint={t.devices.searchHint}
          value={search.q ?? ""}
          onSearch={(q) => set({ q: q || undefined })}
        />
        <NativeSelect
          size="xs"
          aria-label={t.devices.platform}
          value={search.platform ?? ""}
          onChange={(event) => set({ platform: (event.currentTarget.value || undefined) as Platform | undefined })}
          data={[
            { value: "", label: t.devices.anyPlatform },
            { value: "android", label: t.platform.android },
            { value: "ios", label: t.platform.ios },
          ]}
        />
        {search.group && (
          <FilterChip
            name={t.devices.group}
            value={<Given text={search.group} />}
            removeLabel={t.alerts.remove(t.devices.group)}
            onRemove={() => set({ group: undefined })}
          />
        )}
        {search.risk === "secured" && (
          <FilterChip
            name={t.devices.risk}
            value={t.risk.secured}
            removeLabel={t.alerts.remove(t.devices.risk)}
            onRemove={() => set({ risk: undefined })}
          />
        )}
        {search.protection === "active" && (
          <FilterChip
            name={t.devices.protection}
            value={t.protection.active}
            removeLabel={t.alerts.remove(t.devices.protection)}
            onRemove={() => set({ protection: undefined })}
          />
        )}
        {risk && (
          <ul className="filters-end legend">
            {(
              [
                ["high", risk.high],
                ["medium", risk.medium],
                ["low", risk.low],
                ["secured", risk.secured],
                [
                  "unknown",
                  (overview.data?.headline.devices ?? 0) - risk.high - risk.medium - risk.low - risk.secured,
                ],
              ] as [ShownRisk, number][]
            ).map(([name, value]) => (
              <li key={name}>
                <Mark tone={toneOfRisk(name)} size={12} />
                <span className="numbers">{value}</span> {t.risk[name]}
              </li>
            ))}
          </ul>
        )}
      </div>
      <div className="card">
        {query.isPending && <Loading rows={10} />}
        {query.error && !query.data && (
          <Failed what={t.state.things.devices} error={query.error} retry={() => void query.refetch()} />
        )}
        {query.data && items.length === 0 && <Nothing filters={filters} drop={set} mayEnrol={mayEnrol} />}
        {items.length > 0 && (
          <>
            <DeviceTable devices={items} stale={stale} />
            <div className="card-foot">
              <span>{t.devices.onPage(items.length)}</span>
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
          </>
        )}
      </div>
    </>
  );
}

function Nothing(props: {
  filters: { name: string; value: string; drop: object }[];
  drop: (part: object) => void;
  mayEnrol: boolean;
}) {
  const last = props.filters.at(-1);
  if (last) {
    return (
      <State icon="nothing" title={t.devices.noMatchTitle(props.filters.length)}>
        <p>{t.alerts.noMatchLead(`${last.name}: ${last.value}`)}</p>
        <Button variant="default" onClick={() => props.drop(last.drop)}>
          {t.alerts.dropFilter}
        </Button>
      </State>
    );
  }
  return (
    <State icon="qr" title={t.overview.noPhones}>
      <p>{t.overview.noPhonesLead}</p>
      {props.mayEnrol && (
        <ButtonLink to="/enrol" primary>
          {t.overview.enrol}
        </ButtonLink>
      )}
    </State>
  );
}

const hasReason = (device: DeviceListItem) =>
  device.state !== "enrolled" || device.main_problem !== null || device.protection !== "active";

function mainReason(device: DeviceListItem) {
  if (device.state !== "enrolled") return t.deviceState[device.state];
  if (device.main_problem) {
    return (
      <>
        <Given text={device.main_problem.title} />
        {device.open_problems > 1 && <span className="meta more">{t.devices.moreProblems(device.open_problems - 1)}</span>}
      </>
    );
  }
  if (device.protection !== "active" && device.protection_reason) {
    return <Given text={device.protection_reason} />;
  }
  return <span className="meta">{t.none}</span>;
}

function DeviceTable({ devices, stale }: { devices: DeviceListItem[]; stale: boolean }) {
  return (
    <table className={`table open-rows stacks ${stale ? "dimmed" : ""}`} aria-label={t.devices.title}>
      <thead>
        <tr>
          <th scope="col">{t.devices.person}</th>
          <th scope="col">{t.devices.phone}</th>
          <th scope="col">{t.devices.risk}</th>
          <th scope="col">{t.devices.reason}</th>
          <th scope="col">{t.devices.protection}</th>
          <th scope="col">{t.devices.ownership}</th>
          <th scope="col">{t.devices.group}</th>
          <th scope="col" className="end">
            {t.devices.lastReport}
          </th>
        </tr>
      </thead>
      <tbody>
        {devices.map((device) => (
          <tr key={device.id}>
            <td className="first">
              <Link to="/devices/$id" params={{ id: device.id }} className="row-link" data-row={device.id}>
                <Given text={device.person || device.name} />
              </Link>
              {device.person && (
                <div className="meta">
                  <Given text={device.name} />
                </div>
              )}
            </td>
            <td>
              <span className="marked">
                <Icon name={device.platform} size={16} />
                <span className="out-of-sight">{t.platform[device.platform]}</span>
                <span>
                  <Given text={device.model || t.platform[device.platform]} />{" "}
                  <span className="meta">
                    <Given text={device.os_version} />
                  </span>
                </span>
              </span>
            </td>
            <td>
              <RiskChip risk={shownRisk(device)} />
            </td>
            <td className={hasReason(device) ? "wide" : "spare"}>{mainReason(device)}</td>
            <td className={device.protection === "active" ? "soft spare" : "soft"}>
              {t.protection[device.protection]}
            </td>
            <td className="spare">
              <span className="chip plain">{t.ownership[device.ownership]}</span>
            </td>
            <td className="soft spare">
              <Given text={device.group} />
            </td>
            <td className="end late nowrap">
              <Ago at={device.last_seen} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
