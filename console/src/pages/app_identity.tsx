// Who an app says it is, and who signed it.
import type { AppReport } from "../api/app_report";
import type { ScannedApp } from "../api/types";
import { t } from "../words";
import { Card } from "../ui/card";
import { CopyDigest } from "../ui/copy";
import { Given } from "../ui/given";
import { LongList } from "../ui/long_list";
import { Mark, type Tone } from "../ui/mark";
import { numberText, sizeText } from "../ui/size";
import { dayText } from "../ui/time";

export function Identity({ app, report }: { app: ScannedApp; report: AppReport }) {
  const ios = report.platform === "ios";
  const known = (value: number | null) => (value === null ? t.none : numberText(value));
  return (
    <Card title={t.report.identity} body>
      <dl className="facts">
        <dt>{ios ? t.report.bundle : t.report.package}</dt>
        <dd>{app.package ? <Given text={app.package} mono /> : <span className="soft">{t.report.unread}</span>}</dd>
        <dt>{t.apps.version}</dt>
        <dd>
          {report.versionName || report.versionCode !== null
            ? t.report.versionLine(report.versionName || t.none, report.versionCode === null ? "" : String(report.versionCode))
            : t.none}
        </dd>
        <dt>{t.report.platform}</dt>
        <dd>{ios ? t.platform.ios : t.platform.android}</dd>
        {!ios && (
          <>
            <dt>{t.report.sdk}</dt>
            <dd>{t.report.sdkLine(known(report.minSdk), known(report.targetSdk))}</dd>
          </>
        )}
        <dt>{t.report.size}</dt>
        <dd>{sizeText(app.size)}</dd>
        <dt>{t.apps.digest}</dt>
        <dd>
          <CopyDigest value={app.sha256} what={t.apps.digest} />
        </dd>
        {report.base && (
          <>
            <dt>{t.report.base}</dt>
            <dd>
              <Given text={report.base} mono />
            </dd>
          </>
        )}
        {report.dex.classes !== null && (report.dex.classes > 0 || !report.truncated) && !ios && (
          <>
            <dt>{t.report.code}</dt>
            <dd>
              {t.report.codeLine(known(report.dex.classes), known(report.dex.methods))}
              {report.dex.reached !== null && <div className="meta">{t.report.reached(known(report.dex.reached))}</div>}
            </dd>
          </>
        )}
        {report.dex.compilers.length > 0 && (
          <>
            <dt>{t.report.compilers}</dt>
            <dd>
              <Given text={report.dex.compilers.join(", ")} />
            </dd>
          </>
        )}
      </dl>
    </Card>
  );
}

const tones: Record<string, Tone> = { verified: "secured", rejected: "critical", unsigned: "critical", error: "info" };

export function Signature({ signature }: { signature: AppReport["signature"] }) {
  const tone = tones[signature.verdict] ?? "info";
  const others = signature.present.filter((scheme) => !signature.schemes.includes(scheme));
  return (
    <Card title={t.report.signature} body>
      <div className="stack small-gap">
        <p className="marked strong top-marked">
          <Mark tone={tone} size={13} />
          <span>{t.report.signatureVerdict[signature.verdict] ?? t.report.signatureVerdict.error}</span>
        </p>
        <dl className="facts">
          <dt>{t.report.schemes}</dt>
          <dd>
            {signature.schemes.length > 0 ? <Given text={signature.schemes.join(", ")} /> : t.report.noneAccepted}
            {others.length > 0 && <div className="meta">{t.report.alsoPresent(others.join(", "))}</div>}
          </dd>
          <Names title={t.report.errors} names={signature.errors} />
          <Names title={t.report.warnings} names={signature.warnings} />
          {signature.testKey && (
            <>
              <dt>{t.report.testKey}</dt>
              <dd>{t.report.testKeyLine(signature.testKey)}</dd>
            </>
          )}
          {signature.lineage.length > 0 && (
            <>
              <dt>{t.report.lineage}</dt>
              <dd>{t.report.lineageLine(signature.lineage.length)}</dd>
            </>
          )}
          {signature.stamped && (
            <>
              <dt>{t.report.stamp}</dt>
              <dd>{t.report.stampLine}</dd>
            </>
          )}
        </dl>
        <LongList items={signature.certificates} few={3} className="signers">
          {(one, index) => <Certificate key={index} title={t.report.signer} certificate={one} />}
        </LongList>
        <LongList items={signature.claimed} few={3} className="signers">
          {(one, index) => (
            <Certificate key={index} title={t.report.claimedSigner} note={t.report.claimedNote} certificate={one} />
          )}
        </LongList>
      </div>
    </Card>
  );
}

function Names({ title, names }: { title: string; names: string[] }) {
  if (names.length === 0) return null;
  return (
    <>
      <dt>{title}</dt>
      <dd>
        <LongList items={names} few={6} className="sentences">
          {(name, index) => (
            <li key={index}>
              <Given text={name} mono />
            </li>
          )}
        </LongList>
      </dd>
    </>
  );
}

// A day of a certificate; what is no date is shown as it came.
const day = (at: string) => (Number.isNaN(Date.parse(at)) ? at : dayText(at));

function Certificate(props: { title: string; note?: string; certificate: AppReport["signature"]["certificates"][number] }) {
  const { certificate } = props;
  return (
    <li>
      <h3>
        {props.title} {props.note && <span className="meta">{props.note}</span>}
      </h3>
      <dl className="facts">
        <dt>{t.report.subject}</dt>
        <dd>
          <Given text={certificate.subject || t.none} />
        </dd>
        <dt>{t.apps.digest}</dt>
        <dd>
          <CopyDigest value={certificate.sha256} what={t.report.certificateDigest} />
        </dd>
        <dt>{t.report.key}</dt>
        <dd>{t.report.keyLine(certificate.key, certificate.keyBits === null ? t.none : String(certificate.keyBits))}</dd>
        <dt>{t.report.validity}</dt>
        <dd>
          {t.report.validityLine(day(certificate.notBefore), day(certificate.notAfter))}
        </dd>
      </dl>
    </li>
  );
}
