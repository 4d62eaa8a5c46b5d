// Tokens by which programs use the API.
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, take } from "../api/client";
import { keys, useApiTokens } from "../api/queries";
import type { ApiToken, Scope } from "../api/types";
import { t } from "../words";
import { actorText } from "./audit_words";
import { SettingsFrame } from "./settings_frame";
import { Dialog } from "../ui/dialog";
import { Given } from "../ui/given";
import { Icon } from "../ui/icon";
import { Mark, type Tone } from "../ui/mark";
import { Once } from "../ui/once";
import { Refused, useSend } from "../ui/send";
import { Shown, State } from "../ui/states";
import { Ago, Until, useNow } from "../ui/time";
import { say } from "../ui/toasts";

const scopes = Object.keys(t.tokens.scopeNames) as Scope[];
const lives = ["30", "90", "365", ""] as const;

type TokenState = keyof typeof t.tokens.states;
const tones: Record<TokenState, Tone> = { active: "secured", expired: "info", revoked: "info" };

function stateOf(token: ApiToken, now: number): TokenState {
  if (token.revoked_at) return "revoked";
  return token.expires_at && Date.parse(token.expires_at) <= now ? "expired" : "active";
}

export function ApiTokens() {
  const [making, setMaking] = useState(false);
  return (
    <SettingsFrame
      section="tokens"
      lead={t.tokens.lead}
      action={
        <Button leftSection={<Icon name="plus" size={15} />} onClick={() => setMaking(true)}>
          {t.tokens.create}
        </Button>
      }
    >
      <List />
      {making && <Make onClose={() => setMaking(false)} />}
    </SettingsFrame>
  );
}

function List() {
  const query = useApiTokens();
  const [asked, setAsked] = useState<ApiToken | null>(null);
  return (
    <div className="card">
      <Shown query={query} what={t.state.things.tokens} rows={3}>
        {(data) =>
          data.items.length === 0 ? (
            <State icon="key" title={t.tokens.noneTitle}>
              <p>{t.tokens.noneLead}</p>
            </State>
          ) : (
            <table className="table stacks" aria-label={t.settings.tabs.tokens}>
              <thead>
                <tr>
                  <th scope="col">{t.tokens.name}</th>
                  <th scope="col">{t.tokens.scopes}</th>
                  <th scope="col">{t.tokens.state}</th>
                  <th scope="col">{t.tokens.expires}</th>
                  <th scope="col">{t.tokens.created}</th>
                  <th scope="col">{t.tokens.by}</th>
                  <th scope="col">
                    <span className="out-of-sight">{t.tokens.revoke}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {data.items.map((token) => (
                  <Row key={token.id} token={token} onRevoke={() => setAsked(token)} />
                ))}
              </tbody>
            </table>
          )
        }
      </Shown>
      {asked && <Revoke token={asked} onClose={() => setAsked(null)} />}
    </div>
  );
}

function Row({ token, onRevoke }: { token: ApiToken; onRevoke: () => void }) {
  const state = stateOf(token, useNow());
  return (
    <tr>
      <td className="first strong">
        <Given text={token.name} />
      </td>
      <td className="wide">
        <ul className="chips">
          {token.scopes.map((scope) => (
            <li key={scope} className="chip plain" title={scope}>
              {t.tokens.scopeNames[scope]}
            </li>
          ))}
        </ul>
      </td>
      <td className="nowrap">
        <span className="quiet" data-tone={tones[state]}>
          <Mark tone={tones[state]} size={13} />
          {t.tokens.states[state]}
        </span>
      </td>
      <td className="nowrap" data-label={t.tokens.expires}>
        {!token.expires_at ? t.tokens.never : state === "expired" ? <Ago at={token.expires_at} /> : <Until at={token.expires_at} />}
      </td>
      <td className="late nowrap">
        <Ago at={token.created_at} />
      </td>
      <td className="spare">{actorText(token.created_by)}</td>
      <td className="end">
        {state === "active" && (
          <button type="button" className="link-button" aria-label={t.tokens.revokeOf(token.name)} onClick={onRevoke}>
            {t.tokens.revoke}
          </button>
        )}
      </td>
    </tr>
  );
}

function Revoke({ token, onClose }: { token: ApiToken; onClose: () => void }) {
  const client = useQueryClient();
  const { busy, problem, send } = useSend();
  const revoke = async () => {
    const done = await send(async () => {
      await take(api.DELETE("/v1/api-tokens/{id}", { params: { path: { id: token.id } } }));
      return true;
    });
    void client.invalidateQueries({ queryKey: keys.tokens });
    if (!done) return;
    say(t.tokens.revoked(token.name));
    onClose();
  };
  return (
    <Dialog title={t.tokens.revokeTitle(token.name)} onClose={onClose}>
      <p className="soft">{t.tokens.revokeLead}</p>
      <Refused problem={problem} />
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          {t.settings.cancel}
        </Button>
        <Button className="danger" loading={busy} onClick={() => void revoke()}>
          {t.tokens.revokeDo}
        </Button>
      </div>
    </Dialog>
  );
}

function Make({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const { busy, problem, send } = useSend();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<Scope>>(new Set());
  const [life, setLife] = useState<string>("90");
  const [missing, setMissing] = useState({ name: "", scopes: "" });
  const [secret, setSecret] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wrong = {
      name: name.trim() ? "" : t.tokens.nameNeeded,
      scopes: chosen.size > 0 ? "" : t.tokens.scopesNeeded,
    };
    setMissing(wrong);
    if (wrong.name || wrong.scopes) return;
    const body = {
      name: name.trim(),
      scopes: scopes.filter((scope) => chosen.has(scope)),
      ...(life ? { expires_in_days: Number(life) } : {}),
    };
    const made = await send(() => take(api.POST("/v1/api-tokens", { body })));
    if (!made) return;
    setSecret(made.token);
    void client.invalidateQueries({ queryKey: keys.tokens });
  };
  if (secret) {
    return (
      <Dialog title={t.tokens.made(name.trim())} onClose={() => undefined}>
        <Once label={t.tokens.secret} secret={secret} note={t.tokens.use} onDone={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog title={t.tokens.createTitle} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        <TextInput
          label={t.tokens.name}
          description={t.tokens.nameHelp}
          autoComplete="off"
          maxLength={64}
          value={name}
          error={missing.name || undefined}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <fieldset className="radios two-columns" aria-describedby={missing.scopes ? "scopes-missing" : undefined}>
          <legend className="field-label">{t.tokens.scopes}</legend>
          {scopes.map((scope) => (
            <label key={scope}>
              <input
                type="checkbox"
                checked={chosen.has(scope)}
                onChange={() => {
                  const next = new Set(chosen);
                  if (!next.delete(scope)) next.add(scope);
                  setChosen(next);
                }}
              />
              {t.tokens.scopeNames[scope]}
            </label>
          ))}
        </fieldset>
        {missing.scopes && (
          <p className="note" data-tone="critical" role="alert" id="scopes-missing">
            <Icon name="warn" size={16} />
            {missing.scopes}
          </p>
        )}
        <NativeSelect
          label={t.tokens.life}
          value={life}
          onChange={(event) => setLife(event.currentTarget.value)}
          data={lives.map((value) => ({ value, label: t.tokens.lives[value] ?? value }))}
        />
        <Refused problem={problem} />
        <div className="dialog-actions">
          <Button variant="default" onClick={onClose}>
            {t.settings.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {t.tokens.createDo}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
