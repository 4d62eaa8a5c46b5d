// Sign in, in steps: name and password, the second factor, and at the first sign-in an own
// password and the set-up of the second factor.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useState, type FormEvent, type ReactNode } from "react";
import { api, ApiError, setCsrfToken, take } from "../api/client";
import type { Session } from "../api/types";
import { t } from "../words";
import { Icon, Logo } from "../ui/icon";
import { SchemeButton } from "../shell/shell";
import { TotpPicture } from "../ui/totp_picture";

type Step = "password" | "code" | "change" | "totp";

interface Props {
  mustChange: boolean;
  ended: boolean;
  onDone: (session: Session) => void;
}

const MIN_PASSWORD = 12;

function reason(error: unknown, step: Step): string {
  if (!(error instanceof ApiError) || error.status === 0) return t.state.unreachable;
  if (error.status === 423) return t.signIn.locked;
  if (error.status === 401) return step === "code" ? t.signIn.wrongCode : t.signIn.wrong;
  return error.message;
}

function CodeInput({ onCode, label }: { onCode: (code: string) => void; label: string }) {
  return (
    <TextInput
      key="code"
      label={label}
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      pattern="[0-9]{6}"
      maxLength={6}
      required
      withAsterisk={false}
      autoFocus
      classNames={{ input: "code-input" }}
      onChange={(event) => onCode(event.currentTarget.value)}
    />
  );
}

export default function SignIn({ mustChange, ended, onDone }: Props) {
  const [step, setStep] = useState<Step>(mustChange ? "change" : "password");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [next, setNext] = useState("");
  const [repeat, setRepeat] = useState("");
  const [setup, setSetup] = useState<{ secret: string; qr_svg: string } | null>(null);
  const [signedIn, setSignedIn] = useState<Session | null>(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  async function run(work: () => Promise<void>) {
    setBusy(true);
    setProblem("");
    try {
      await work();
    } catch (error) {
      setProblem(reason(error, step));
    } finally {
      setBusy(false);
    }
  }

  async function signIn(totp?: string) {
    let session: Session;
    try {
      session = await take(api.POST("/v1/login", { body: { name, password, totp } }));
    } catch (error) {
      if (error instanceof ApiError && error.code === "totp_required" && !totp) {
        setStep("code");
        return;
      }
      throw error;
    }
    setCsrfToken(session.csrf_token);
    if (session.administrator.must_change_password) setStep("change");
    else onDone(session);
  }

  async function changePassword() {
    if (next.length < MIN_PASSWORD) return setProblem(t.signIn.short);
    if (next !== repeat) return setProblem(t.signIn.different);
    const session = await take(
      api.POST("/v1/session/password", { body: { current: password, next } }),
    );
    setCsrfToken(session.csrf_token);
    if (session.administrator.totp_enabled) return onDone(session);
    setSignedIn(session);
    setSetup(await take(api.POST("/v1/session/totp", { body: { password: next } })));
    setCode("");
    setStep("totp");
  }

  async function confirmTotp() {
    const session = await take(api.POST("/v1/session/totp/confirm", { body: { code } }));
    setCsrfToken(session.csrf_token);
    onDone(session);
  }

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(
      { password: () => signIn(), code: () => signIn(code), change: changePassword, totp: confirmTotp }[step],
    );
  };

  const steps: Record<Step, { title: string; lead: string; action: string; fields: ReactNode }> = {
    password: {
      title: t.signIn.title,
      lead: ended ? t.signIn.sessionEnded : t.signIn.lead,
      action: t.signIn.submit,
      fields: (
        <>
          <TextInput
            label={t.signIn.name}
            name="name"
            autoComplete="username"
            required
            withAsterisk={false}
            autoFocus
            maxLength={64}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordInput
            label={t.signIn.password}
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            maxLength={256}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        </>
      ),
    },
    code: {
      title: t.signIn.codeTitle,
      lead: t.signIn.codeLead,
      action: t.signIn.continue,
      fields: <CodeInput label={t.signIn.code} onCode={setCode} />,
    },
    change: {
      title: t.signIn.passwordTitle,
      lead: t.signIn.passwordLead,
      action: t.signIn.change,
      fields: (
        <>
          {mustChange && (
            <PasswordInput
              label={t.signIn.current}
              autoComplete="current-password"
              required
              withAsterisk={false}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
          )}
          <PasswordInput
            label={t.signIn.next}
            description={t.signIn.nextHelp}
            name="new-password"
            autoComplete="new-password"
            required
            withAsterisk={false}
            autoFocus={!mustChange}
            maxLength={256}
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
          <PasswordInput
            label={t.signIn.repeat}
            name="new-password-again"
            autoComplete="new-password"
            required
            withAsterisk={false}
            maxLength={256}
            value={repeat}
            onChange={(event) => setRepeat(event.currentTarget.value)}
          />
        </>
      ),
    },
    totp: {
      title: t.signIn.totpTitle,
      lead: t.signIn.totpLead,
      action: t.signIn.totpConfirm,
      fields: setup && (
        <>
          <TotpPicture setup={setup} />
          <CodeInput label={t.signIn.code} onCode={setCode} />
        </>
      ),
    },
  };
  const shown = steps[step];

  return (
    <main className="gate">
      <div className="gate-scheme">
        <SchemeButton />
      </div>
      <form className="gate-card" onSubmit={submit} aria-labelledby="gate-title" noValidate={step === "change"}>
        <span className="gate-logo">
          <Logo size={34} />
        </span>
        <div>
          <h1 id="gate-title">{shown.title}</h1>
          <p className="lead">{shown.lead}</p>
        </div>
        {shown.fields}
        {problem && (
          <p className="note" data-tone="critical" role="alert">
            <Icon name="warn" size={16} />
            {problem}
          </p>
        )}
        <Button type="submit" size="sm" loading={busy} fullWidth>
          {shown.action}
        </Button>
        {step === "code" && (
          <Button variant="subtle" size="sm" onClick={() => setStep("password")}>
            {t.signIn.back}
          </Button>
        )}
        {step === "totp" && signedIn && (
          <Button variant="subtle" size="sm" onClick={() => onDone(signedIn)}>
            {t.signIn.totpLater}
          </Button>
        )}
        {step === "password" && <p className="meta">{t.signIn.forgot}</p>}
      </form>
    </main>
  );
}
