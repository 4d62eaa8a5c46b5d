// What is in an app: permissions, trackers, components, hosts, native code, code inside files; of an iOS app, how
// it may be installed.
import type { AppReport } from "../api/app_report";
import { isolate, t } from "../words";
import { Card } from "../ui/card";
import { CopyDigest } from "../ui/copy";
import { Given } from "../ui/given";
import { LongList } from "../ui/long_list";
import { sizeText } from "../ui/size";

// That nothing of a kind was seen is no fact about an app of which a part could not be read.
export const whenNone = (report: AppReport, none: string) => (report.truncated ? t.report.noneSeen : none);

const countNote = (items: readonly unknown[]) => (items.length > 0 ? items.length : undefined);

// Those that a person cares about first, in words.
export function Permissions({ report }: { report: AppReport }) {
  const { permissions, permissionSummary } = report;
  const told = new Set(permissionSummary.flatMap((group) => group.permissions.map((one) => one.permission)));
  const others = permissions.filter((name) => !told.has(name));
  return (
    <Card title={t.report.permissions} note={countNote(permissions)} body>
      {permissions.length === 0 && <p className="soft">{whenNone(report, t.report.noPermissions)}</p>}
      <div className="stack small-gap">
        {permissionSummary.map((group, index) => (
          <div key={index}>
            <h3>
              <Given text={group.title} />
            </h3>
            <LongList items={group.permissions} few={12} className="evidence-list permission-list">
              {(one, number) => (
                <li key={number}>
                  <Given text={one.text} />
                  <div className="meta">
                    <Given text={one.permission} mono />
                  </div>
                </li>
              )}
            </LongList>
          </div>
        ))}
        {others.length > 0 && <Others permissions={others} open={told.size === 0} />}
      </div>
    </Card>
  );
}

function Others({ permissions, open }: { permissions: string[]; open: boolean }) {
  return (
    <details className="places" open={open}>
      <summary>{t.report.otherPermissions(permissions.length)}</summary>
      <LongList items={permissions} few={12} className="evidence-list">
        {(name, index) => (
          <li key={index}>
            <Given text={name} mono />
          </li>
        )}
      </LongList>
    </details>
  );
}

export function Hosts({ report }: { report: AppReport }) {
  const { domains, urls } = report;
  return (
    <Card title={t.report.hosts} note={domains.length > 0 ? t.report.hostsNote : undefined} body>
      {domains.length === 0 ? (
        <p className="soft">{whenNone(report, t.report.noHosts)}</p>
      ) : (
        <LongList items={domains} few={12} className="columns">
          {(host, index) => (
            <li key={index}>
              <Given text={host} mono />
            </li>
          )}
        </LongList>
      )}
      {urls.length > 0 && (
        <details className="places">
          <summary>{t.report.urls(urls.length)}</summary>
          <LongList items={urls} few={20} className="evidence-list">
            {(url, index) => (
              <li key={index}>
                <Given text={url.url} mono />
                <div className="meta">
                  <Given text={`${url.class}->${url.method}`} mono />
                </div>
              </li>
            )}
          </LongList>
        </details>
      )}
    </Card>
  );
}

export function Trackers({ report }: { report: AppReport }) {
  const { trackers } = report;
  if (trackers === null) return null;
  return (
    <Card title={t.report.trackers} note={countNote(trackers)} body>
      {trackers.length === 0 ? (
        <p className="soft">{whenNone(report, t.report.noTrackers)}</p>
      ) : (
        <>
          <LongList items={trackers} few={12} className="evidence-list">
            {(tracker, index) => (
              <li key={index}>
                <span className="strong">
                  <Given text={tracker.name} />
                </span>{" "}
                <Given text={tracker.purposes.map((purpose) => t.report.purposes[purpose] ?? purpose).join(", ")} />
                <div className="meta">
                  <Given text={tracker.class} mono />
                </div>
              </li>
            )}
          </LongList>
          <p className="meta after-list">{t.report.trackersNote}</p>
        </>
      )}
    </Card>
  );
}

// What other apps can reach comes first.
const openFirst = (components: NonNullable<AppReport["components"]>) =>
  [...components].sort((a, b) => Number(b.exported) - Number(a.exported));

export function Components({ report }: { report: AppReport }) {
  const { components } = report;
  if (components === null) return null;
  return (
    <Card title={t.report.components} note={countNote(components)}>
      {components.length === 0 ? (
        <p className="card-body soft">{whenNone(report, t.report.noComponents)}</p>
      ) : (
        <LongList items={openFirst(components)} few={8}>
          {(component, index) => (
            <li key={index} className="row-item tight top-aligned">
              <div className="row-item-main">
                <Given text={component.name} mono />
                <div className="meta">
                  {[
                    t.report.kinds[component.kind] ?? isolate(component.kind),
                    component.exported && t.report.exported,
                    component.permission && t.report.guarded(component.permission),
                    component.actions.length > 0 && t.report.listens(component.actions.join(", ")),
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </div>
              </div>
            </li>
          )}
        </LongList>
      )}
    </Card>
  );
}

function weaknesses(library: AppReport["native"][number]): string[] {
  const found = [
    library.packer && t.report.packer(library.packer),
    library.executableStack && t.report.executableStack,
    library.writableCode && t.report.writableCode,
    library.textRelocations && t.report.textRelocations,
    !library.positionIndependent && t.report.notPie,
    !library.stackProtector && t.report.noProtector,
    library.relro === "none" && t.report.noRelro,
    library.relro === "partial" && t.report.partialRelro,
  ];
  return found.filter((text): text is string => typeof text === "string" && text !== "");
}

export function Native({ report }: { report: AppReport }) {
  const libraries = report.native;
  return (
    <Card title={t.report.native} note={countNote(libraries)}>
      {libraries.length === 0 ? (
        <p className="card-body soft">{whenNone(report, t.report.noNative)}</p>
      ) : (
        <LongList items={libraries} few={6}>
          {(library, index) => (
            <li key={index} className="row-item tight top-aligned">
              <div className="row-item-main">
                <Given text={library.path} mono />
                <div className="meta">
                  <Given text={library.abi || t.report.foreignMachine} /> ·{" "}
                  {weaknesses(library).join(", ") || t.report.hardened}
                </div>
              </div>
            </li>
          )}
        </LongList>
      )}
    </Card>
  );
}

export function Nested({ report }: { report: AppReport }) {
  const files = report.nested;
  return (
    <Card title={t.report.nested} note={countNote(files)}>
      {files.length === 0 ? (
        <p className="card-body soft">{whenNone(report, t.report.noNested)}</p>
      ) : (
        <LongList items={files} few={6}>
          {(file, index) => (
            <li key={index} className="row-item tight top-aligned">
              <div className="row-item-main">
                <Given text={file.path} mono />{" "}
                {file.disguised && (
                  <span className="chip" data-tone="high">
                    {t.report.disguised}
                  </span>
                )}
                <div className="meta">
                  <Given text={t.report.nestedKinds[file.kind] ?? file.kind} />
                  {file.size !== null && <> · {sizeText(file.size)}</>} ·{" "}
                  <CopyDigest value={file.sha256} what={t.apps.digest} />
                </div>
              </div>
            </li>
          )}
        </LongList>
      )}
    </Card>
  );
}

export function Ios({ ios }: { ios: NonNullable<AppReport["ios"]> }) {
  const traffic = ios.arbitraryLoads ? [t.report.allHosts] : ios.atsDomains;
  const rows: [string, string[]][] = [
    [t.report.distribution, [t.report.distributions[ios.distribution] ?? ios.distribution]],
    [t.report.team, [ios.team]],
    [t.report.minOs, [ios.minOs]],
    [t.report.profile, [ios.profile]],
    [t.report.debuggable, ios.debuggable === null ? [] : [ios.debuggable ? t.report.yes : t.report.no]],
    [t.report.beyond, ios.beyond],
    [t.report.injected, ios.injected],
    [t.report.plainTraffic, traffic],
    [t.report.schemesOpened, ios.urlSchemes],
    [t.report.entitlements, ios.entitlements],
  ];
  return (
    <Card title={t.report.ios} body>
      <dl className="facts">
        {rows
          .map(([title, values]) => [title, values.filter(Boolean)] as const)
          .filter(([, values]) => values.length > 0)
          .map(([title, values]) => (
            <div key={title} className="key-row">
              <dt>{title}</dt>
              <dd>
                <LongList items={values} few={6} className="sentences">
                  {(value, index) => (
                    <li key={index}>
                      <Given text={value} />
                    </li>
                  )}
                </LongList>
              </dd>
            </div>
          ))}
      </dl>
      {ios.storeEncrypted && <p className="meta">{t.report.storeEncrypted}</p>}
    </Card>
  );
}
