import { Button, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { verdictOf } from "../api/app_report";
import { appsQuery, type AppSearch } from "../api/queries";
import type { ScannedAppSummary } from "../api/types";
import { t } from "../words";
import { AppUpload } from "./app_upload";
import { actorText } from "./audit_words";
import { Digest, Given } from "../ui/given";
import { moveRow, useKeys } from "../ui/keys";
import { VerdictChip } from "../ui/mark";
import { Pager } from "../ui/pager";
import { SearchField } from "../ui/search_field";
import { sizeText } from "../ui/size";
import { Shown, State, useLate } from "../ui/states";
import { Ago } from "../ui/time";
import { useMay } from "../shell/session";

const route = getRouteApi("/apps");

const verdicts = ["malicious", "suspicious", "clean"] as const;

export function Apps() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(appsQuery(search));
  const stale = useLate(query.isPlaceholderData);
  const mayUpload = useMay("analyst");
  const set = (part: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, cursor: undefined, ...part }) });
  useKeys({ j: () => moveRow(1), k: () => moveRow(-1) });
  return (
    <>
      <div className="page-head">
        <div className="page-head-text">
          <h1>{t.apps.title}</h1>
          <p>{t.apps.lead}</p>
        </div>
      </div>
      <div className="stack">
        {mayUpload ? <AppUpload /> : <p className="meta">{t.apps.viewerNote}</p>}
        <div className="filters">
          <SearchField
            label={t.apps.search}
            hint={t.apps.searchHint}
            value={search.q ?? ""}
            onSearch={(q) => set({ q: q || undefined })}
          />
          <NativeSelect
            size="xs"
            aria-label={t.apps.verdict}
            value={search.verdict ?? ""}
            onChange={(event) => set({ verdict: (event.currentTarget.value || undefined) as typeof search.verdict })}
            data={[
              { value: "", label: t.apps.anyVerdict },
              ...verdicts.map((value) => ({ value, label: t.verdict[value] })),
            ]}
          />
        </div>
        <div className="card">
          <Shown query={query} what={t.state.things.apps} rows={8}>
            {(data) =>
              data.items.length === 0 ? (
                <Nothing search={search} drop={set} mayUpload={mayUpload} />
              ) : (
                <>
                  <AppTable apps={data.items} stale={stale} />
                  <div className="card-foot">
                    <span>{t.apps.onPage(data.items.length)}</span>
                    <Pager
                      cursor={search.cursor}
                      next={data.next}
                      go={(cursor) =>
                        void navigate({ search: (before) => ({ ...before, cursor }), state: { paged: true } as object })
                      }
                    />
                  </div>
                </>
              )
            }
          </Shown>
        </div>
      </div>
    </>
  );
}

function Nothing(props: { search: AppSearch; drop: (part: AppSearch) => void; mayUpload: boolean }) {
  const { verdict, q } = props.search;
  if (!verdict && !q) {
    return (
      <State icon="app" title={t.apps.noneTitle}>
        <p>{props.mayUpload ? t.apps.noneLead : t.apps.noneLeadViewer}</p>
      </State>
    );
  }
  const last = q ? `${t.apps.search}: ${q}` : `${t.apps.verdict}: ${t.verdict[verdict!]}`;
  return (
    <State icon="nothing" title={t.apps.noMatchTitle}>
      <p>{t.alerts.noMatchLead(last)}</p>
      <Button variant="default" onClick={() => props.drop(q ? { q: undefined } : { verdict: undefined })}>
        {t.alerts.dropFilter}
      </Button>
    </State>
  );
}

function AppTable({ apps, stale }: { apps: ScannedAppSummary[]; stale: boolean }) {
  return (
    <table className={`table open-rows stacks ${stale ? "dimmed" : ""}`} aria-label={t.apps.title}>
      <thead>
        <tr>
          <th scope="col">{t.apps.app}</th>
          <th scope="col">{t.apps.verdict}</th>
          <th scope="col">{t.apps.version}</th>
          <th scope="col" className="end">
            {t.apps.size}
          </th>
          <th scope="col">{t.apps.digest}</th>
          <th scope="col">{t.apps.by}</th>
          <th scope="col" className="end">
            {t.apps.when}
          </th>
        </tr>
      </thead>
      <tbody>
        {apps.map((app) => (
          <tr key={app.sha256}>
            <td className="first what">
              <Link to="/apps/$sha256" params={{ sha256: app.sha256 }} className="row-link" data-row={app.sha256}>
                <Given text={app.label || app.package || t.report.noName} />
              </Link>
              <div className="meta">
                {app.package ? <Given text={app.package} mono /> : t.apps.noPackage}
              </div>
            </td>
            <td>
              <VerdictChip verdict={verdictOf(app.verdict)} />
            </td>
            <td className="version">
              <Given text={app.version_name || t.none} />
            </td>
            <td className="end soft nowrap">{sizeText(app.size)}</td>
            <td className="soft">
              <Digest value={app.sha256} />
            </td>
            <td className="soft spare">{actorText(app.scanned_by)}</td>
            <td className="end late nowrap">
              <Ago at={app.scanned_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
