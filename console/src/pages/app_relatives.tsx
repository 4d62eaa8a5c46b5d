// What of this app the organisation has met elsewhere: who signed its package on phones, and uploaded files whose
// code or icon is nearly the same.
import { Link } from "@tanstack/react-router";
import { verdictOf, type AppReport, type OtherApp } from "../api/app_report";
import { t } from "../words";
import { Card } from "../ui/card";
import { CopyDigest } from "../ui/copy";
import { Given } from "../ui/given";
import { LongList } from "../ui/long_list";
import { VerdictChip } from "../ui/mark";
import { Moment } from "../ui/time";

export function Fleet({ report }: { report: AppReport }) {
  const { fleet } = report;
  // Nobody has it: there is nothing to compare.
  if (fleet.length === 0) return null;
  const own = [...report.signature.certificates.map((one) => one.sha256)].sort().join(",");
  return (
    <Card title={t.report.fleet} note={t.report.fleetNote} body>
      <LongList items={fleet} few={6} className="evidence-list">
        {(one, index) => (
          <li key={index}>
            <span className="strong">{t.report.phones(one.phones)}</span>{" "}
            {own !== "" && (one.signer === own ? t.report.sameSigner : t.report.otherSigner)}
            <div className="meta">
              <CopyDigest value={one.signer} what={t.report.fleetSigner} />
              {one.firstSeen && (
                <>
                  {" · "}
                  {t.report.since} <Moment at={one.firstSeen} />
                </>
              )}
            </div>
          </li>
        )}
      </LongList>
    </Card>
  );
}

// `detail`: what there is to say of it besides who it is.
function OtherUpload({ app, detail }: { app: OtherApp; detail?: string }) {
  return (
    <>
      <div className="row-item-main">
        <Link to="/apps/$sha256" params={{ sha256: app.sha256 }}>
          <Given text={app.label || app.package || t.report.noName} />
        </Link>
        <div className="meta">
          <Given text={app.package || t.apps.noPackage} mono />
          {detail !== undefined && ` · ${detail}`}
        </div>
      </div>
      <VerdictChip verdict={verdictOf(app.verdict)} />
    </>
  );
}

export function NearDuplicates({ report }: { report: AppReport }) {
  const { near } = report;
  // Null: the code has no digest, so that nothing was compared.
  if (near === null) return null;
  return (
    <Card title={t.report.near} note={near.length > 0 ? near.length : undefined}>
      {near.length === 0 ? (
        <p className="card-body soft">{t.report.noNear}</p>
      ) : (
        <LongList items={near} few={6}>
          {(one, index) => (
            <li key={index} className="row-item tight top-aligned">
              <OtherUpload app={one} detail={t.report.distance(one.distance)} />
            </li>
          )}
        </LongList>
      )}
    </Card>
  );
}

export function SameIcon({ report }: { report: AppReport }) {
  const { sameIcon } = report;
  // Nobody else has it, or there is no icon that could be compared.
  if (sameIcon === null || sameIcon.length === 0) return null;
  return (
    <Card title={t.report.sameIcon} note={sameIcon.length}>
      <LongList items={sameIcon} few={6}>
        {(one, index) => (
          <li key={index} className="row-item tight top-aligned">
            <OtherUpload app={one} />
          </li>
        )}
      </LongList>
    </Card>
  );
}
