// Giving a person another role, and removing one. The server refuses the own account and the last
// administrator; the own account is not offered.
import { Button, NativeSelect } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ApiError, take } from "../api/client";
import { keys } from "../api/queries";
import type { Administrator, Role } from "../api/types";
import { t } from "../words";
import { Dialog } from "../ui/dialog";
import { Refused, useSend } from "../ui/send";
import { say } from "../ui/toasts";

export const roles: Role[] = ["viewer", "analyst", "admin"];

// The two conflicts in the console's words.
async function refusable<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const words = error instanceof ApiError ? t.administrators.refusals[error.code] : undefined;
    throw words ? new Error(words) : error;
  }
}

interface Props {
  administrator: Administrator;
  onClose: () => void;
}

export function ChangeRole({ administrator, onClose }: Props) {
  const client = useQueryClient();
  const { busy, problem, setProblem, send } = useSend();
  const [role, setRole] = useState<Role>(administrator.role);
  const change = async () => {
    const params = { path: { id: administrator.id } };
    const changed = await send(() => refusable(take(api.PATCH("/v1/administrators/{id}", { params, body: { role } }))));
    void client.invalidateQueries({ queryKey: keys.administrators });
    if (!changed) return;
    void client.invalidateQueries({ queryKey: keys.tokens });
    say(t.administrators.roleChanged(administrator.name, t.role[role]));
    onClose();
  };
  return (
    <Dialog title={t.administrators.changeTitle(administrator.name)} onClose={onClose}>
      <NativeSelect
        label={t.administrators.role}
        description={t.account.roleHelp[role]}
        value={role}
        onChange={(event) => {
          setRole(event.currentTarget.value as Role);
          setProblem("");
        }}
        data={roles.map((value) => ({ value, label: t.role[value] }))}
      />
      <p className="soft">
        {t.administrators.changeLead}{" "}
        {administrator.role === "admin" && role !== "admin" && t.administrators.losesTokens}
      </p>
      <Refused problem={problem} />
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          {t.settings.cancel}
        </Button>
        <Button loading={busy} disabled={role === administrator.role} onClick={() => void change()}>
          {t.administrators.changeDo}
        </Button>
      </div>
    </Dialog>
  );
}

export function Remove({ administrator, onClose }: Props) {
  const client = useQueryClient();
  const { busy, problem, send } = useSend();
  const remove = async () => {
    const done = await send(async () => {
      await refusable(take(api.DELETE("/v1/administrators/{id}", { params: { path: { id: administrator.id } } })));
      return true;
    });
    void client.invalidateQueries({ queryKey: keys.administrators });
    if (!done) return;
    void client.invalidateQueries({ queryKey: keys.tokens });
    say(t.administrators.removed(administrator.name));
    onClose();
  };
  return (
    <Dialog title={t.administrators.removeTitle(administrator.name)} onClose={onClose}>
      <p className="soft">{t.administrators.removeLead}</p>
      <Refused problem={problem} />
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          {t.settings.cancel}
        </Button>
        <Button className="danger" loading={busy} onClick={() => void remove()}>
          {t.administrators.removeDo}
        </Button>
      </div>
    </Dialog>
  );
}
