// What just happened, said once, with Undo for eight seconds where it can be undone.
import { useSyncExternalStore } from "react";
import { t } from "../words";

interface Toast {
  id: number;
  text: string;
  undo?: () => void;
}

const SHOWN_MS = 8_000;
let toasts: Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

const dismiss = (id: number) => set(toasts.filter((toast) => toast.id !== id));

export function say(text: string, undo?: () => void) {
  const id = nextId++;
  set([...toasts.slice(-1), { id, text, undo }]);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <div className="toast" key={toast.id}>
          <span>{toast.text}</span>
          {toast.undo && (
            <button
              type="button"
              onClick={() => {
                dismiss(toast.id);
                toast.undo?.();
              }}
            >
              {t.alerts.undo}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
