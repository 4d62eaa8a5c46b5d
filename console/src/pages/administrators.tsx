// People who may sign in.
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, take } from "../api/client";
import { keys, useAdministrators } from "../api/queries";
import type { Administrator, Role } from "../api/types";
import { t } from "../words";
import { ChangeRole, Remove, roles } from "./administrator_change";
import { SettingsFrame } from "./settings_frame";
import { Dialog } from "../ui/dialog";
import { Given } from "../ui/given";
import { Icon } from "../ui/icon";
import { Mark, type Tone } from "../ui/mark";
import { Once } from "../ui/once";
import { Refused, useSend } from "../ui/send";
import { Shown } from "../ui/states";
import { Ago, useNow } from "../ui/time";
import { useSession } from "../shell/session";

export function Administrators() {
  const [adding, setAdding] = useState(false);
  return (
    <SettingsFrame
      section="administrators"
      lead={t.administrators.lead}
      action={
        <Button leftSection={<Icon name="plus" size={15} />} onClick={() => setAdding(true)}>
          {t.administrators.add}
        </Button>
      }
    >
      <List />
      {adding && <Add onClose={() => setAdding(false)} />}
    </SettingsFrame>
  );
}

type Asked = { what: "role" | "removal"; administrator: Administrator } | null;

function List() {
  const query = useAdministrators();
  const [asked, setAsked] = useState<Asked>(null);
  const close = () => setAsked(null);
  return (
    <div className="card">
      <Shown query={query} what={t.state.things.administrators} rows={3}>
        {(data) => (
          <>
            <table className="table stacks" aria-label={t.settings.tabs.administrators}>
              <thead>
                <tr>
                  <th scope="col">{t.administrators.name}</th>
                  <th scope="col">{t.administrators.role}</th>
                  <th scope="col">{t.administrators.secondStep}</th>
                  <th scope="col">{t.administrators.state}</th>
                  <th scope="col">{t.administrators.since}</th>
                  <th scope="col">
                    <span className="out-of-sight">{t.administrators.actions}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {data.items.map((administrator) => (
                  <Row key={administrator.id} administrator={administrator} ask={setAsked} />
                ))}
              </tbody>
            </table>
            <div className="card-foot">{t.administrators.onServer}</div>
          </>
        )}
      </Shown>
      {asked?.what === "role" && <ChangeRole administrator={asked.administrator} onClose={close} />}
      {asked?.what === "removal" && <Remove administrator={asked.administrator} onClose={close} />}
    </div>
  );
}

function Row({ administrator, ask }: { administrator: Administrator; ask: (asked: Asked) => void }) {
  const me = useSession().administrator.id;
  const now = useNow();
  const locked = administrator.locked_until !== null && Date.parse(administrator.locked_until) > now;
  const [tone, state]: [Tone, string] = locked
    ? ["medium", t.administrators.locked]
    : administrator.must_change_password
      ? ["info", t.administrators.firstPassword]
      : ["secured", t.administrators.ready];
  return (
    <tr>
      <td className="first">
        <span className="strong">
          <Given text={administrator.name} />
        </span>{" "}
        {administrator.id === me && <span className="meta">{t.administrators.you}</span>}
      </td>
      <td>{t.role[administrator.role]}</td>
      <td data-label={t.administrators.secondStep}>
        {administrator.totp_enabled ? t.administrators.on : t.administrators.off}
      </td>
      <td className="wide">
        <span className="quiet" data-tone={tone}>
          <Mark tone={tone} size={13} />
          {state}
        </span>
      </td>
      <td className="late nowrap">
        <Ago at={administrator.created_at} />
      </td>
      <td className="end">
        {administrator.id !== me && (
          <span className="row-actions">
            <button
              type="button"
              className="link-button"
              aria-label={t.administrators.changeOf(administrator.name)}
              onClick={() => ask({ what: "role", administrator })}
            >
              {t.administrators.change}
            </button>
            <button
              type="button"
              className="link-button"
              aria-label={t.administrators.removeOf(administrator.name)}
              onClick={() => ask({ what: "removal", administrator })}
            >
              {t.administrators.remove}
            </button>
          </span>
        )}
      </td>
    </tr>
  );
}

function Add({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const { busy, problem, send } = useSend();
  const [name, setName] = useState("");
  const [nameProblem, setNameProblem] = useState("");
  const [role, setRole] = useState<Role>("analyst");
  const [password, setPassword] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!name.trim()) return setNameProblem(t.administrators.nameNeeded);
    const made = await send(() => take(api.POST("/v1/administrators", { body: { name: name.trim(), role } })));
    if (!made) return;
    setPassword(made.password);
    void client.invalidateQueries({ queryKey: keys.administrators });
  };
  if (password) {
    return (
      <Dialog title={t.administrators.added(name.trim())} onClose={() => undefined}>
        <Once label={t.administrators.firstTitle} secret={password} note={t.administrators.firstLead} onDone={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog title={t.administrators.addTitle} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        <TextInput
          label={t.administrators.name}
          description={t.administrators.addNameHelp}
          autoComplete="off"
          maxLength={64}
          value={name}
          error={nameProblem || undefined}
          onChange={(event) => {
            setName(event.currentTarget.value);
            setNameProblem("");
          }}
        />
        <NativeSelect
          label={t.administrators.role}
          description={t.account.roleHelp[role]}
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as Role)}
          data={roles.map((value) => ({ value, label: t.role[value] }))}
        />
        <Refused problem={problem} />
        <div className="dialog-actions">
          <Button variant="default" onClick={onClose}>
            {t.settings.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {t.administrators.addDo}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
