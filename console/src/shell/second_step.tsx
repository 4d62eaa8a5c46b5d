// Turning on the second step later, for people who put it off at their first sign-in.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, setCsrfToken, take } from "../api/client";
import { keys } from "../api/queries";
import { t } from "../words";
import { Dialog } from "../ui/dialog";
import { Given } from "../ui/given";
import { Icon } from "../ui/icon";
import { TotpPicture } from "../ui/totp_picture";
import { say } from "../ui/toasts";

export default function SecondStep({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [setup, setSetup] = useState<{ secret: string; qr_svg: string } | null>(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      if (!setup) {
        setSetup(await take(api.POST("/v1/session/totp", { body: { password } })));
      } else {
        const session = await take(api.POST("/v1/session/totp/confirm", { body: { code } }));
        setCsrfToken(session.csrf_token);
        client.setQueryData(keys.session, session);
        say(t.signIn.totpDone);
        onClose();
      }
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog title={t.signIn.totpTitle} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        {setup ? (
          <>
            <p className="soft">{t.signIn.totpLead}</p>
            <TotpPicture setup={setup} />
            <TextInput
              label={t.signIn.code}
              inputMode="numeric"
              autoComplete="one-time-code"
              pattern="[0-9]{6}"
              maxLength={6}
              required
              withAsterisk={false}
              autoFocus
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
          </>
        ) : (
          <PasswordInput
            label={t.signIn.password}
            autoComplete="current-password"
            required
            withAsterisk={false}
            autoFocus
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        )}
        {problem && (
          <p className="note" data-tone="critical" role="alert">
            <Icon name="warn" size={16} />
            <Given text={problem} />
          </p>
        )}
        <div className="dialog-actions">
          <Button variant="default" onClick={onClose}>
            {t.alert.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {setup ? t.signIn.totpConfirm : t.signIn.continue}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
