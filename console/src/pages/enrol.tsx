import { Button, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { api, take } from "../api/client";
import { tierFields } from "../api/observations";
import { keys, useEnrolmentToken, usePolicies } from "../api/queries";
import type { EnrolmentTokenCreated, Ownership, PrivacyTier } from "../api/types";
import { t } from "../words";
import { Card } from "../ui/card";
import { useCopy } from "../ui/copy";
import { Given } from "../ui/given";
import { Icon } from "../ui/icon";
import { ButtonLink } from "../ui/links";
import { State } from "../ui/states";
import { Until } from "../ui/time";
import { useMay } from "../shell/session";

const tiers: PrivacyTier[] = ["corporate", "byod", "minimal"];

export function Enrol() {
  const may = useMay("analyst");
  const policies = usePolicies();
  const [name, setName] = useState("");
  const [person, setPerson] = useState("");
  const [ownership, setOwnership] = useState<Ownership>("corporate");
  const [group, setGroup] = useState("");
  const [tier, setTier] = useState<PrivacyTier>("corporate");
  const [made, setMade] = useState<EnrolmentTokenCreated | null>(null);
  const [problem, setProblem] = useState("");
  const [nameProblem, setNameProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const groups = [...new Set((policies.data?.items ?? []).flatMap((policy) => policy.groups))].filter(
    (each) => each !== "*",
  );

  const choose = (next: Ownership) => {
    setOwnership(next);
    setTier(next === "personal" ? "byod" : "corporate");
  };
  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!name.trim()) return setNameProblem(t.enrol.nameNeeded);
    setBusy(true);
    setProblem("");
    try {
      setMade(
        await take(
          api.POST("/v1/enrolment-tokens", {
            body: {
              device_name: name.trim(),
              person: person.trim() || undefined,
              group: group.trim() || undefined,
              ownership,
              tier,
            },
          }),
        ),
      );
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <div className="page-head">
        <div className="page-head-text">
          <h1>{t.enrol.title}</h1>
          <p>{may ? t.enrol.lead : t.enrol.notAllowed}</p>
        </div>
      </div>
      <div className="split even">
        {made ? (
          <Code
            made={made}
            name={name}
            onAnother={() => {
              setMade(null);
              setName("");
              setPerson("");
            }}
          />
        ) : (
          <form className="card card-body stack" onSubmit={(event) => void submit(event)} noValidate>
            <TextInput
              label={t.enrol.deviceName}
              description={t.enrol.deviceNameHelp}
              required
              withAsterisk={false}
              autoComplete="off"
              maxLength={100}
              disabled={!may}
              value={name}
              error={nameProblem || undefined}
              onChange={(event) => {
                setName(event.currentTarget.value);
                setNameProblem("");
              }}
            />
            <TextInput
              label={t.enrol.person}
              description={t.enrol.personHelp}
              autoComplete="off"
              maxLength={100}
              disabled={!may}
              value={person}
              onChange={(event) => setPerson(event.currentTarget.value)}
            />
            <div>
              <div className="field-label" id="ownership-label">
                {t.enrol.ownership}
              </div>
              <SegmentedControl
                aria-labelledby="ownership-label"
                size="sm"
                disabled={!may}
                value={ownership}
                onChange={(value) => choose(value as Ownership)}
                data={(["corporate", "personal"] as const).map((value) => ({ value, label: t.ownership[value] }))}
                withItemsBorders={false}
                transitionDuration={0}
              />
            </div>
            <NativeSelect
              label={t.enrol.group}
              description={t.enrol.groupHelp}
              disabled={!may}
              value={group || ownership}
              onChange={(event) => setGroup(event.currentTarget.value)}
              data={[...new Set([ownership, ...groups])]}
            />
            <fieldset className="tiers">
              <legend className="field-label">{t.enrol.tier}</legend>
              {tiers.map((each) => (
                <label key={each} data-chosen={tier === each}>
                  <input type="radio" name="tier" checked={tier === each} disabled={!may} onChange={() => setTier(each)} />
                  <span>
                    <span className="strong">{t.tier[each]}</span>
                    <span className="meta">{t.enrol.tierHelp[each]}</span>
                  </span>
                </label>
              ))}
            </fieldset>
            {problem && (
              <p className="note" data-tone="critical" role="alert">
                <Icon name="warn" size={16} />
                {t.enrol.failed(problem)}
              </p>
            )}
            <div className="dialog-actions">
              <Button type="submit" size="sm" loading={busy} disabled={!may} leftSection={<Icon name="qr" size={16} />}>
                {t.enrol.submit}
              </Button>
            </div>
          </form>
        )}
        <Collected tier={tier} />
      </div>
    </>
  );
}

function Code({ made, name, onAnother }: { made: EnrolmentTokenCreated; name: string; onAnother: () => void }) {
  const token = useEnrolmentToken(made.id);
  const client = useQueryClient();
  const { copied, copy } = useCopy();
  const arrived = token.data?.used_at ? token.data.device_id : "";
  useEffect(() => {
    if (!arrived) return;
    void client.invalidateQueries({ queryKey: keys.devices });
    void client.invalidateQueries({ queryKey: keys.overview });
  }, [arrived, client]);
  if (arrived) {
    return (
      <div className="card" role="status">
        <State icon="okCircle" tone="secured" title={t.enrol.arrived}>
          <p>{t.enrol.arrivedLead(name)}</p>
          <span className="chips">
            <ButtonLink to="/devices/$id" params={{ id: arrived }} primary>
              {t.enrol.open}
            </ButtonLink>
            <Button variant="default" onClick={onAnother}>
              {t.enrol.another}
            </Button>
          </span>
        </State>
      </div>
    );
  }
  return (
    <Card
      title={t.enrol.scan}
      foot={
        <>
          <span className="waiting" role="status">
            <span className="pulse" aria-hidden="true" />
            {t.enrol.waiting}
          </span>
          <button type="button" className="link-button" onClick={onAnother}>
            {t.enrol.another}
          </button>
        </>
      }
    >
      <div className="card-body code-grid">
        <img
          className="qr"
          alt={t.enrol.qr}
          src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(made.qr_svg)}`}
        />
        <div className="stack small-gap">
          <p>{t.enrol.scanLead}</p>
          <dl className="facts">
            <dt>{t.enrol.deviceName}</dt>
            <dd className="strong">
              <Given text={name} />
            </dd>
            <dt>{t.enrol.good}</dt>
            <dd>
              <Until at={made.expires_at} />
            </dd>
          </dl>
          <p className="meta">{t.enrol.address}</p>
          <code className="secret" tabIndex={0}>
            {made.url}
          </code>
          <div>
            <Button variant="default" leftSection={<Icon name="copy" size={15} />} onClick={() => copy(made.url)}>
              {copied ? t.enrol.copied : t.enrol.copy}
            </Button>
          </div>
          <p className="meta">{t.enrol.secret}</p>
        </div>
      </div>
    </Card>
  );
}

function Collected({ tier }: { tier: PrivacyTier }) {
  const kinds = Object.entries(tierFields[tier] ?? {});
  const everything = tierFields.corporate ?? {};
  const never = Object.entries(everything).filter(([kind]) => !(kind in (tierFields[tier] ?? {})));
  return (
    <Card title={t.enrol.collected} note={t.enrol.collectedNote(tier)} body>
      <p className="soft">{t.enrol.collectedLead}</p>
      <ul className="collected">
        {kinds.map(([kind, { title, fields }]) => (
          <li key={kind}>
            <details>
              <summary>
                <span className="tone-icon" data-tone="accent">
                  <Icon name="eye" size={16} />
                </span>
                <span className="strong">{title}</span>
                <span className="meta">{fields.length}</span>
              </summary>
              <ul className="field-docs">
                {fields.map((field) => (
                  <li key={field.name}>{field.doc}</li>
                ))}
              </ul>
            </details>
          </li>
        ))}
      </ul>
      <h3 className="never-title">{t.enrol.never}</h3>
      <ul className="never">
        {never.map(([kind, { title }]) => (
          <li key={kind}>
            <Icon name="eyeOff" size={16} />
            {title}
          </li>
        ))}
        <li>
          <Icon name="eyeOff" size={16} />
          {t.enrol.neverAlways}
        </li>
      </ul>
    </Card>
  );
}
