// Rows that stay where they are while they are read: known rows change in place, those that left
// the list stay until the list is asked for again, new ones wait behind a button.
import { useMemo, useState } from "react";

interface Kept<T> {
  key: string;
  order: string[];
  rows: Map<string, T>;
}

export function steady<T extends { id: string }>(kept: Kept<T> | null, key: string, items: T[]) {
  if (!kept || kept.key !== key || kept.order.length === 0) {
    return {
      kept: { key, order: items.map((item) => item.id), rows: new Map(items.map((item) => [item.id, item])) },
      waiting: 0,
    };
  }
  const fresh = new Map(items.map((item) => [item.id, item]));
  const rows = new Map(kept.order.map((id) => [id, fresh.get(id) ?? kept.rows.get(id)!]));
  const waiting = items.filter((item) => !rows.has(item.id)).length;
  return { kept: { key, order: kept.order, rows }, waiting };
}

// `key` names the listing (view, filter, page): a new key starts afresh. `overlay` gives the newest
// state of a row that left the list.
export function useSteadyRows<T extends { id: string }>(
  key: string,
  items: T[] | undefined,
  overlay: (row: T) => T,
) {
  const [kept, setKept] = useState<Kept<T> | null>(null);
  const next = useMemo(() => (items ? steady(kept, key, items) : null), [kept, key, items]);
  // Keeping the newest rows in state while rendering is React's way to derive from the past.
  if (next && (kept?.key !== key || kept.order.length === 0) && next.kept.order.length > 0) {
    setKept(next.kept);
  }
  const shown = next?.kept ?? null;
  const present = useMemo(() => new Set(items?.map((item) => item.id)), [items]);
  return {
    rows: shown ? shown.order.map((id) => (present.has(id) ? shown.rows.get(id)! : overlay(shown.rows.get(id)!))) : [],
    waiting: next?.waiting ?? 0,
    renew: () => setKept(null),
  };
}
