// A share of the fleet a colour; the words and numbers beside it say the same.
import type { Tone } from "./mark";

export interface Part {
  id: string;
  tone: Tone;
  value: number;
}

export function FleetStrip({ parts }: { parts: Part[] }) {
  return (
    <div className="fleet-strip" aria-hidden="true">
      {parts
        .filter((part) => part.value > 0)
        .map((part) => (
          <span key={part.id} data-tone={part.tone} style={{ flexGrow: part.value }} />
        ))}
    </div>
  );
}
