// Single-key shortcuts. They stay silent while text is entered or a dialog is open, and can be
// switched off for people whose assistive technology uses the same keys.
import { useEffect, useRef } from "react";

const STORED = "bartizan-single-keys";

export function singleKeysOn(): boolean {
  return localStorage.getItem(STORED) !== "off";
}
export function setSingleKeys(on: boolean) {
  localStorage.setItem(STORED, on ? "on" : "off");
}

function entersText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.tagName === "TEXTAREA" ||
      target.tagName === "SELECT" ||
      (target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(target.type)))
  );
}

export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

export function useKeys(map: KeyMap) {
  const current = useRef(map);
  current.current = map;
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (entersText(event.target) || document.querySelector("dialog[open]")) return;
      if (!singleKeysOn()) return;
      current.current[event.key]?.(event);
    };
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
}

const rowLinks = () => [...document.querySelectorAll<HTMLElement>("[data-row]")];

// The row that has the focus, by the id it was given in data-row.
export function focusedRow(): string | undefined {
  const row = document.activeElement?.closest("tr, li")?.querySelector<HTMLElement>("[data-row]");
  return row?.dataset.row;
}

// Moves the focus itself, so that what is read, shown and acted on is one thing.
export function moveRow(by: 1 | -1) {
  const rows = rowLinks();
  const at = rows.findIndex((row) => row.dataset.row === focusedRow());
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by;
  rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
}

export const focusSearch = (event: KeyboardEvent) => {
  const field =
    document.querySelector<HTMLElement>("[data-list-search] input") ??
    document.querySelector<HTMLElement>("[data-search-open]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  if (field.matches("[data-search-open]")) field.click();
};
