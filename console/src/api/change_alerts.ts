// Changing alerts: shown at once, taken back with a reason when the server refuses, undone with a
// second request. Nothing overwrites what somebody else changed meanwhile unless a person says so.
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { t } from "../words";
import { say } from "../ui/toasts";
import { askAbout, type Clash } from "./alert_clashes";
import { api, ApiError, takeTagged } from "./client";
import { fetchAlert, keys } from "./queries";
import type { Alert, AlertPatch, AlertState, TaggedAlert } from "./types";

type AlertPage = { items: Alert[]; next: string };

interface Change {
  seen: Alert; // as it was shown when the person decided
  tag?: string; // of what was seen, when it is known
  patch: AlertPatch;
}

interface Outcome {
  done: { seen: Alert; after: TaggedAlert }[];
  clashes: Clash[];
  failure: string;
}

const editable = (alert: Alert) => ({ state: alert.state, assignee: alert.assignee, note: alert.note });
const same = (a: Alert, b: Alert) => a.state === b.state && a.assignee === b.assignee && a.note === b.note;
const fulfils = (alert: Alert, patch: AlertPatch) => same(alert, { ...alert, ...patch });

// Writes a change into every list and page that shows the alert.
function show(client: QueryClient, id: string, patch: AlertPatch) {
  client.setQueriesData<AlertPage>({ queryKey: keys.alerts }, (page) =>
    page && {
      ...page,
      items: page.items.map((alert) => (alert.id === id ? { ...alert, ...patch } : alert)),
    },
  );
  client.setQueryData<TaggedAlert>(keys.alert(id), (detail) =>
    detail && { ...detail, alert: { ...detail.alert, ...patch } },
  );
}

const reasonOf = (error: unknown) =>
  error instanceof ApiError && error.status === 0
    ? t.state.unreachable
    : error instanceof Error
      ? error.message
      : String(error);

class Changed extends Error {
  constructor(readonly now: TaggedAlert) {
    super("");
  }
}

// Changes the version that was seen, and no other. Lists come without versions: then the present
// one is read first and compared.
async function send({ seen, tag, patch }: Change): Promise<TaggedAlert> {
  const attempt = (version: string) =>
    takeTagged(
      api.PATCH("/v1/alerts/{id}", {
        params: { path: { id: seen.id }, header: { "If-Match": version } },
        body: patch,
      }),
    );
  if (tag) {
    try {
      return await attempt(tag);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 412)) throw error;
    }
  }
  const now = await fetchAlert(seen.id);
  if (fulfils(now.alert, patch)) return now;
  if (!same(now.alert, seen)) throw new Changed(now);
  try {
    return await attempt(now.tag);
  } catch (error) {
    if (error instanceof ApiError && error.status === 412) throw new Changed(await fetchAlert(seen.id));
    throw error;
  }
}

async function apply(client: QueryClient, changes: Change[]): Promise<Outcome> {
  await client.cancelQueries({ queryKey: keys.alerts });
  for (const { seen, patch } of changes) {
    await client.cancelQueries({ queryKey: keys.alert(seen.id) });
    show(client, seen.id, patch);
  }
  const outcome: Outcome = { done: [], clashes: [], failure: "" };
  await Promise.all(
    changes.map(async (change) => {
      const { seen, patch } = change;
      try {
        const after = await send(change);
        outcome.done.push({ seen, after });
        client.setQueryData(keys.alert(seen.id), after);
      } catch (error) {
        if (error instanceof Changed) {
          outcome.clashes.push({ seen, patch, now: error.now });
          show(client, seen.id, editable(error.now.alert));
          client.setQueryData(keys.alert(seen.id), error.now);
        } else {
          outcome.failure = reasonOf(error);
          show(client, seen.id, editable(seen));
        }
      }
    }),
  );
  void client.invalidateQueries({ queryKey: keys.alerts });
  void client.invalidateQueries({ queryKey: keys.overview });
  for (const { seen } of changes) void client.invalidateQueries({ queryKey: keys.alert(seen.id) });
  return outcome;
}

export function useChangeAlerts() {
  const client = useQueryClient();

  // True when everything was changed in the end.
  async function carryOut(changes: Change[]): Promise<{ all: boolean; done: Outcome["done"] }> {
    const { done, clashes, failure } = await apply(client, changes);
    if (failure) say(t.alerts.notChanged(failure));
    if (clashes.length === 0) return { all: failure === "", done };
    if (!(await askAbout(clashes))) return { all: false, done };
    const again = await carryOut(clashes.map(({ now, patch }) => ({ seen: now.alert, tag: now.tag, patch })));
    return { all: again.all && failure === "", done: [...done, ...again.done] };
  }

  async function change(alerts: Alert[], patchOf: (alert: Alert) => AlertPatch, said: string, tag?: string) {
    const known = (alert: Alert) => {
      const read = client.getQueryData<TaggedAlert>(keys.alert(alert.id));
      return read && same(read.alert, alert) ? read.tag : undefined;
    };
    const changes = alerts.map((alert) => ({
      seen: alert,
      tag: tag ?? known(alert),
      patch: patchOf(alert),
    }));
    const outcome = carryOut(changes);
    say(said, () => void outcome.then(({ done }) => carryOut(done.map(backTo))));
    return (await outcome).all;
  }

  return {
    setState: (alerts: Alert[], state: AlertState) => {
      const others = alerts.filter((alert) => alert.state !== state);
      if (others.length === 0) return;
      void change(others, () => ({ state }), t.alerts.changed[state](others.length));
    },
    assign: (alert: Alert, assignee: string) =>
      void change([alert], () => ({ assignee }), t.alerts.assignedToMe),
    // `seen` is the version the writing began with.
    note: (seen: TaggedAlert, note: string) => change([seen.alert], () => ({ note }), t.alert.noteSaved, seen.tag),
  };
}

// What takes a change back, and nothing else.
function backTo({ seen, after }: { seen: Alert; after: TaggedAlert }): Change {
  const patch: AlertPatch = {};
  if (seen.state !== after.alert.state) patch.state = seen.state;
  if (seen.assignee !== after.alert.assignee) patch.assignee = seen.assignee;
  if (seen.note !== after.alert.note) patch.note = seen.note;
  return { seen: after.alert, tag: after.tag, patch };
}
