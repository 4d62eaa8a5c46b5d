// What was found in an uploaded app.
import { getRouteApi, Link } from "@tanstack/react-router";
import { readReport, verdictOf, type AppReport } from "../api/app_report";
import { ApiError } from "../api/client";
import { useApp } from "../api/queries";
import type { ScannedApp } from "../api/types";
import { t } from "../words";
import { Behaviors } from "./app_behaviors";
import { Components, Hosts, Ios, Native, Nested, Permissions, Trackers } from "./app_contents";
import { Anomalies, Findings, Yara } from "./app_findings";
import { Identity, Signature } from "./app_identity";
import { Classifier } from "./app_model";
import { Fleet, NearDuplicates, SameIcon } from "./app_relatives";
import { actorText } from "./audit_words";
import { CopyDigest, useCopy } from "../ui/copy";
import { Given } from "../ui/given";
import { Icon } from "../ui/icon";
import { ButtonLink } from "../ui/links";
import { VerdictChip, verdictTone } from "../ui/mark";
import { sizeText } from "../ui/size";
import { Failed, Loading, State } from "../ui/states";
import { Moment } from "../ui/time";

const route = getRouteApi("/apps/$sha256");

export function AppPage() {
  const { sha256 } = route.useParams();
  const query = useApp(sha256);
  if (query.data) return <Report app={query.data} />;
  return (
    <>
      <h1 className={query.error ? "page-title-alone" : "out-of-sight"}>{t.state.things.app}</h1>
      <div className="card">
        {!query.error ? (
          <Loading rows={8} />
        ) : query.error instanceof ApiError && query.error.status === 404 ? (
          <State icon="askCircle" title={t.report.missing}>
            <p>{t.report.missingLead}</p>
            <ButtonLink to="/apps">{t.report.toApps}</ButtonLink>
          </State>
        ) : (
          <Failed what={t.state.things.app} error={query.error} retry={() => void query.refetch()} />
        )}
      </div>
    </>
  );
}

function Report({ app }: { app: ScannedApp }) {
  const report = readReport(app.report);
  const names = new Map(app.techniques.map((technique) => [technique.id, technique.name]));
  return (
    <>
      <Head app={app} report={report} />
      <div className="stack">
        <Verdict app={app} report={report} />
        <div className="split">
          <div className="stack">
            <Findings findings={report.findings} names={names} />
            <Behaviors report={report} names={names} />
            <Yara yara={report.yara} />
            <Anomalies anomalies={report.anomalies} />
            <Hosts report={report} />
            <Components report={report} />
            <Native report={report} />
            <Nested report={report} />
          </div>
          <div className="stack">
            <Identity app={app} report={report} />
            <Signature signature={report.signature} />
            <Fleet report={report} />
            <NearDuplicates report={report} />
            <SameIcon report={report} />
            <Permissions report={report} />
            <Trackers report={report} />
            {report.ios && <Ios ios={report.ios} />}
            <Classifier model={report.model} />
          </div>
        </div>
      </div>
    </>
  );
}

function Head({ app, report }: { app: ScannedApp; report: AppReport }) {
  const { copied, copy } = useCopy();
  const version = report.versionName || report.versionCode !== null;
  return (
    <>
      <nav className="crumbs" aria-label={t.report.crumb}>
        <Link to="/apps">{t.report.crumb}</Link>
        <span aria-hidden="true">/</span>
        <Given text={app.package || app.sha256.slice(0, 8)} mono />
      </nav>
      <div className="page-head">
        <span className="head-icon" aria-hidden="true">
          <Icon name="app" size={22} />
        </span>
        <div className="page-head-text">
          <div className="title-row">
            <h1>
              <Given text={app.label || app.package || t.report.noName} />
            </h1>
            <VerdictChip verdict={verdictOf(app.verdict)} />
          </div>
          <p className="soft">
            {app.package ? <Given text={app.package} mono /> : t.apps.noPackage}
            {version && (
              <>
                {" · "}
                {t.report.versionLine(report.versionName || t.none, report.versionCode === null ? "" : String(report.versionCode))}
              </>
            )}
            {" · "}
            {sizeText(app.size)} · {t.apps.digest} <CopyDigest value={app.sha256} what={t.apps.digest} />
          </p>
          <p className="meta">
            {t.report.scanned} <Moment at={app.scanned_at} /> · {actorText(app.scanned_by)}
          </p>
        </div>
        <div className="page-actions">
          <button type="button" className="link-button" onClick={() => copy(JSON.stringify(app.report, null, 2))}>
            <span role="status">{copied ? t.report.copied : t.report.copyJson}</span>
          </button>
        </div>
      </div>
    </>
  );
}

function Verdict({ app, report }: { app: ScannedApp; report: AppReport }) {
  const verdict = verdictOf(app.verdict);
  const tone = verdictTone[verdict];
  const lost = report.anomalies.find((anomaly) => anomaly.id === "scan.worker_lost");
  return (
    <>
      <div className="note" data-tone={tone}>
        <Icon name={verdict === "clean" ? "okCircle" : verdict === "unknown" ? "askCircle" : "warn"} />
        <p>
          <strong>{t.report.sentence[verdict]}</strong> {t.report.advice[verdict]}
        </p>
      </div>
      {lost ? (
        <div className="note" data-tone="critical">
          <Icon name="badCircle" />
          <p>
            <strong>{t.report.lost}</strong> {t.report.lostLead(lost.detail)}
          </p>
        </div>
      ) : (
        report.truncated && (
          <div className="note" data-tone="medium">
            <Icon name="askCircle" />
            <p>
              <strong>{t.report.incomplete}</strong> {t.report.incompleteLead}
            </p>
          </div>
        )
      )}
    </>
  );
}
