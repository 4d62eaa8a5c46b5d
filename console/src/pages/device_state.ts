// A phone's state as rows for a person, bad first. What the phone did not tell is unknown, not
// good.
import type { DeviceState } from "../api/observations";
import type { DeviceDetail } from "../api/types";
import { t } from "../words";

export type StateMark = "bad" | "soon" | "unknown" | "good";
export interface StateRow {
  id: keyof typeof t.device.fields;
  mark: StateMark;
  value: string;
  note?: string;
}

const order: StateMark[] = ["bad", "soon", "unknown", "good"];

function flag(value: boolean | undefined, good: boolean, words: [yes: string, no: string], worse: StateMark = "bad") {
  if (value === undefined) return { mark: "unknown" as const, value: t.device.notTold };
  return { mark: value === good ? ("good" as const) : worse, value: value ? words[0] : words[1] };
}

function verifiedBoot(value: DeviceState["verified_boot"]): { mark: StateMark; value: string } {
  if (value === undefined || value === "unknown") return { mark: "unknown", value: t.device.notTold };
  if (value === "green") return { mark: "good", value };
  return { mark: value === "yellow" ? "soon" : "bad", value };
}

function bootloader(value: DeviceState["bootloader"]): { mark: StateMark; value: string } {
  if (value === undefined || value === "unknown") return { mark: "unknown", value: t.device.notTold };
  return value === "locked"
    ? { mark: "good", value: t.device.values.locked }
    : { mark: "bad", value: t.device.values.unlocked };
}

function version(text: string, behind: boolean): { mark: StateMark; value: string; note?: string } {
  if (!text) return { mark: "unknown", value: t.device.notTold };
  return behind
    ? { mark: "bad", value: text, note: t.device.values.behind }
    : { mark: "good", value: text };
}

export function stateRows(device: DeviceDetail): StateRow[] {
  if (!device.latest_state) return [];
  const body = device.latest_state.body as DeviceState;
  const open = new Set(device.open_problems.map((problem) => problem.threat));
  const { on, off, allowed, notAllowed, noSigns } = t.device.values;
  const roots = body.root_signs;
  const rows: StateRow[] = [
    {
      id: "root",
      ...(roots === undefined
        ? { mark: "unknown" as const, value: t.device.notTold }
        : roots.length > 0
          ? { mark: "bad" as const, value: roots.join(", ") }
          : { mark: "good" as const, value: noSigns }),
    },
    { id: "screen_lock", ...flag(body.screen_lock, true, [on, off]) },
    { id: "encrypted", ...flag(body.encrypted, true, [on, off]) },
    { id: "os", ...version(body.os_version ?? device.os_version, open.has("device.old_os")) },
  ];
  if (device.platform === "android") {
    rows.push(
      { id: "patch", ...version(body.patch_level ?? device.patch_level, open.has("device.old_patch_level")) },
      { id: "unknown_sources", ...flag(body.unknown_sources, false, [allowed, notAllowed]) },
      { id: "adb", ...flag(body.adb_enabled, false, [on, off]) },
      { id: "developer", ...flag(body.developer_options, false, [on, off], "soon") },
      { id: "bootloader", ...bootloader(body.bootloader) },
      { id: "verified_boot", ...verifiedBoot(body.verified_boot) },
    );
  } else if (body.lockdown_mode) {
    rows.push({ id: "lockdown", mark: "good", value: on });
  }
  return rows.sort((a, b) => order.indexOf(a.mark) - order.indexOf(b.mark));
}

export function stateCounts(rows: StateRow[]): Record<StateMark, number> {
  const counts = { bad: 0, soon: 0, unknown: 0, good: 0 };
  for (const row of rows) counts[row.mark] += 1;
  return counts;
}
