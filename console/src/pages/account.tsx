// The own account, and what this browser remembers.
import { Button, PasswordInput, Switch } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState, type FormEvent } from "react";
import { api, ApiError, setCsrfToken, take } from "../api/client";
import { keys } from "../api/queries";
import { t } from "../words";
import { SettingsFrame } from "./settings_frame";
import { Card } from "../ui/card";
import { Given } from "../ui/given";
import { setSingleKeys, singleKeysOn } from "../ui/keys";
import { Refused, useSend } from "../ui/send";
import { Ago } from "../ui/time";
import { say } from "../ui/toasts";
import { useSession } from "../shell/session";
import { useSchemeSwitch } from "../shell/shell";

const SecondStep = lazy(() => import("../shell/second_step"));
const SHORTEST = 12;

export function Account() {
  return (
    <SettingsFrame section="account">
      <div className="split even">
        <div className="stack">
          <Profile />
          <Browser />
        </div>
        <Password />
      </div>
    </SettingsFrame>
  );
}

function Profile() {
  const { administrator } = useSession();
  const [asked, setAsked] = useState(false);
  return (
    <Card title={t.account.profile} body>
      <dl className="facts">
        <dt>{t.account.name}</dt>
        <dd className="strong">
          <Given text={administrator.name} />
        </dd>
        <dt>{t.account.role}</dt>
        <dd>
          {t.role[administrator.role]}
          <div className="meta">{t.account.roleHelp[administrator.role]}</div>
        </dd>
        <dt>{t.account.secondStep}</dt>
        <dd>
          {administrator.totp_enabled ? (
            t.account.on
          ) : (
            <>
              {t.account.off}{" "}
              <button type="button" className="link-button" onClick={() => setAsked(true)}>
                {t.shell.secondStep}
              </button>
            </>
          )}
        </dd>
        <dt>{t.account.since}</dt>
        <dd>
          <Ago at={administrator.created_at} />
        </dd>
      </dl>
      <Suspense>{asked && <SecondStep onClose={() => setAsked(false)} />}</Suspense>
    </Card>
  );
}

function Browser() {
  const { scheme, flip } = useSchemeSwitch();
  const [keysOn, setKeysOn] = useState(singleKeysOn);
  return (
    <Card title={t.account.preferences} body>
      <div className="stack">
        <Switch
          label={t.keys.on}
          description={t.keys.onHelp}
          checked={keysOn}
          onChange={(event) => {
            setSingleKeys(event.currentTarget.checked);
            setKeysOn(event.currentTarget.checked);
          }}
        />
        <div>
          <Button variant="default" onClick={flip}>
            {scheme === "dark" ? t.shell.toLight : t.shell.toDark}
          </Button>
        </div>
      </div>
    </Card>
  );
}

function Password() {
  const client = useQueryClient();
  const { busy, problem, send } = useSend();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [wrong, setWrong] = useState({ next: "", again: "" });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = {
      next: next.length < SHORTEST ? t.signIn.short : "",
      again: next === again ? "" : t.signIn.different,
    };
    setWrong(found);
    if (found.next || found.again) return;
    const session = await send(() =>
      take(api.POST("/v1/session/password", { body: { current, next } })).catch((error: unknown) => {
        throw error instanceof ApiError && error.code === "bad_credentials" ? new Error(t.account.wrongPassword) : error;
      }),
    );
    if (!session) return;
    // The server answers with a new session and ends all others.
    setCsrfToken(session.csrf_token);
    client.setQueryData(keys.session, session);
    for (const clear of [setCurrent, setNext, setAgain]) clear("");
    say(t.account.passwordChanged);
  };
  return (
    <Card title={t.account.password} body>
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        <PasswordInput
          label={t.signIn.current}
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordInput
          label={t.signIn.next}
          description={t.signIn.nextHelp}
          autoComplete="new-password"
          value={next}
          error={wrong.next || undefined}
          onChange={(event) => setNext(event.currentTarget.value)}
        />
        <PasswordInput
          label={t.signIn.repeat}
          autoComplete="new-password"
          value={again}
          error={wrong.again || undefined}
          onChange={(event) => setAgain(event.currentTarget.value)}
        />
        <Refused problem={problem} />
        <div className="dialog-actions">
          <Button type="submit" loading={busy} disabled={!current}>
            {t.signIn.change}
          </Button>
        </div>
      </form>
    </Card>
  );
}
