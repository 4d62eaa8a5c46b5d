// Severity and risk: always a shape, a word and a colour.
import type { Verdict } from "../api/app_report";
import type { AlertState, ProtectionState, Risk, Severity } from "../api/types";
import { t } from "../words";

export type Tone = "critical" | "high" | "medium" | "low" | "info" | "secured" | "accent";

export const severityTone: Record<Severity, Tone> = {
  critical: "critical",
  high: "high",
  medium: "medium",
  low: "low",
  informational: "info",
};

// "unknown" is for phones nobody watches: a silent phone is not a secured one.
export type ShownRisk = Risk | "unknown";
const riskTone: Record<ShownRisk, Tone> = {
  high: "critical",
  medium: "medium",
  low: "low",
  secured: "secured",
  unknown: "info",
};

export function shownRisk(device: { risk: Risk; protection: ProtectionState }): ShownRisk {
  const watched = device.protection === "active" || device.protection === "degraded";
  // Known problems stay true of a phone that fell silent; "no problems" does not.
  return watched || device.risk !== "secured" ? device.risk : "unknown";
}

export function Mark({ tone, size = 14 }: { tone: Tone; size?: number }) {
  return (
    <svg
      className="mark"
      data-tone={tone}
      aria-hidden="true"
      focusable="false"
      width={size}
      height={size}
      viewBox="0 0 14 14"
    >
      {shape(tone)}
    </svg>
  );
}

function shape(tone: Tone) {
  switch (tone) {
    case "critical":
      return (
        <>
          <path fill="currentColor" d="M4.2.5h5.6l3.7 3.7v5.6l-3.7 3.7H4.2L.5 9.8V4.2z" />
          <path stroke="#fff" strokeWidth="1.6" strokeLinecap="round" d="M5 5l4 4M9 5L5 9" />
        </>
      );
    case "high":
      return <path fill="currentColor" d="M7 1.2l6.3 11.3H.7z" />;
    case "medium":
      return (
        <path
          fill="currentColor"
          stroke="var(--medium-outline)"
          strokeWidth="1.1"
          strokeLinejoin="round"
          d="M7 .9L13.1 7 7 13.1.9 7z"
        />
      );
    case "low":
    case "accent":
      return <circle fill="currentColor" cx="7" cy="7" r="5" />;
    case "info":
      return <circle fill="none" stroke="currentColor" strokeWidth="2" cx="7" cy="7" r="4.5" />;
    case "secured":
      return (
        <>
          <circle fill="currentColor" cx="7" cy="7" r="6.3" />
          <path fill="none" stroke="var(--surface)" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" d="M4.2 7.2l2 2 3.7-4.1" />
        </>
      );
  }
}

export function SeverityChip({ severity }: { severity: Severity }) {
  const tone = severityTone[severity];
  return (
    <span className="chip" data-tone={tone}>
      <Mark tone={tone} size={13} />
      {t.severity[severity]}
    </span>
  );
}

export function RiskChip({ risk }: { risk: ShownRisk }) {
  const tone = riskTone[risk];
  // Only problems get a filled chip; what is well stays quiet.
  return (
    <span className={risk === "secured" || risk === "unknown" ? "quiet" : "chip"} data-tone={tone}>
      <Mark tone={tone} size={13} />
      {t.risk[risk]}
    </span>
  );
}

export const verdictTone: Record<Verdict, Tone> = {
  malicious: "critical",
  suspicious: "medium",
  clean: "secured",
  unknown: "info",
};

export function VerdictChip({ verdict }: { verdict: Verdict }) {
  const tone = verdictTone[verdict];
  return (
    <span className={verdict === "clean" || verdict === "unknown" ? "quiet" : "chip"} data-tone={tone}>
      <Mark tone={tone} size={13} />
      {t.verdict[verdict]}
    </span>
  );
}

export const toneOfRisk = (risk: ShownRisk): Tone => riskTone[risk];

const alertTone: Record<AlertState, Tone> = {
  open: "info",
  acknowledged: "low",
  resolved: "secured",
  false_positive: "info",
};

export function AlertStateMark({ state }: { state: AlertState }) {
  return (
    <span className="quiet" data-tone={alertTone[state]}>
      <Mark tone={alertTone[state]} size={13} />
      {t.alertState[state]}
    </span>
  );
}
