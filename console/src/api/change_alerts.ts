// Changing alerts: shown at once, taken back with a reason when the server refuses, undone with a
// second request.
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { t } from "../words";
import { say } from "../ui/toasts";
import { api, ApiError, take } from "./client";
import { keys } from "./queries";
import type { Alert, AlertDetail, AlertPatch, AlertState } from "./types";

type AlertPage = { items: Alert[]; next: string };

// Writes a change into every list and page that shows the alert.
function show(client: QueryClient, id: string, patch: AlertPatch) {
  client.setQueriesData<AlertPage>({ queryKey: keys.alerts }, (page) =>
    page && {
      ...page,
      items: page.items.map((alert) => (alert.id === id ? { ...alert, ...patch } : alert)),
    },
  );
  client.setQueryData<AlertDetail>(keys.alert(id), (detail) =>
    detail && { ...detail, alert: { ...detail.alert, ...patch } },
  );
}

const send = (id: string, body: AlertPatch) =>
  take(api.PATCH("/v1/alerts/{id}", { params: { path: { id } }, body }));

const reasonOf = (error: unknown) =>
  error instanceof ApiError && error.status === 412
    ? t.alerts.conflict
    : error instanceof ApiError && error.status === 0
      ? t.state.unreachable
      : error instanceof Error
        ? error.message
        : String(error);

async function apply(client: QueryClient, changes: { id: string; patch: AlertPatch; back: AlertPatch }[]) {
  await client.cancelQueries({ queryKey: keys.alerts });
  for (const { id, patch } of changes) {
    await client.cancelQueries({ queryKey: keys.alert(id) });
    show(client, id, patch);
  }
  let failure = "";
  await Promise.all(
    changes.map(async ({ id, patch, back }) => {
      try {
        const detail = await send(id, patch);
        client.setQueryData(keys.alert(id), detail);
      } catch (error) {
        show(client, id, back);
        failure = reasonOf(error);
      }
    }),
  );
  void client.invalidateQueries({ queryKey: keys.alerts });
  void client.invalidateQueries({ queryKey: keys.overview });
  for (const { id } of changes) void client.invalidateQueries({ queryKey: keys.alert(id) });
  return failure;
}

export function useChangeAlerts() {
  const client = useQueryClient();

  async function change(alerts: Alert[], patchOf: (alert: Alert) => AlertPatch, said: string) {
    const changes = alerts.map((alert) => {
      const patch = patchOf(alert);
      const back: AlertPatch = {};
      if (patch.state !== undefined) back.state = alert.state;
      if (patch.assignee !== undefined) back.assignee = alert.assignee;
      if (patch.note !== undefined) back.note = alert.note;
      return { id: alert.id, patch, back };
    });
    const undo = async () => {
      const failure = await apply(
        client,
        changes.map(({ id, patch, back }) => ({ id, patch: back, back: patch })),
      );
      if (failure) say(t.alerts.notChanged(failure));
    };
    say(said, () => void undo());
    const failure = await apply(client, changes);
    if (failure) say(t.alerts.notChanged(failure));
  }

  return {
    setState: (alerts: Alert[], state: AlertState) => {
      const others = alerts.filter((alert) => alert.state !== state);
      if (others.length === 0) return;
      void change(others, () => ({ state }), t.alerts.changed[state](others.length));
    },
    assign: (alert: Alert, assignee: string) =>
      void change([alert], () => ({ assignee }), t.alerts.assignedToMe),
    note: (alert: Alert, note: string) =>
      void change([alert], () => ({ note }), t.alert.noteSaved),
  };
}
