// Sending a form: busy while it is under way, and why it was refused.
import { useState } from "react";
import { t } from "../words";
import { Icon } from "./icon";

export function useSend() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  async function send<T>(call: () => Promise<T>): Promise<T | undefined> {
    setBusy(true);
    setProblem("");
    try {
      return await call();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      return undefined;
    } finally {
      setBusy(false);
    }
  }
  return { busy, problem, setProblem, send };
}

export function Refused({ problem }: { problem: string }) {
  if (!problem) return null;
  return (
    <p className="note" data-tone="critical" role="alert">
      <Icon name="warn" size={16} />
      {t.settings.failed(problem)}
    </p>
  );
}
