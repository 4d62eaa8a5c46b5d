import { useId, type ReactNode } from "react";

interface CardProps {
  title: string;
  note?: ReactNode;
  foot?: ReactNode;
  body?: boolean; // pads the content
  children: ReactNode;
}

export function Card({ title, note, foot, body = false, children }: CardProps) {
  const id = useId();
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>{title}</h2>
        {note !== undefined && <div className="meta">{note}</div>}
      </div>
      {body ? <div className="card-body">{children}</div> : children}
      {foot !== undefined && <div className="card-foot">{foot}</div>}
    </section>
  );
}

export function Meter({ value, max = 100, tone }: { value: number; max?: number; tone?: string }) {
  const part = max > 0 ? Math.min(100, (value / max) * 100) : 0;
  return (
    <span className="meter" data-tone={tone} aria-hidden="true">
      <span style={{ inlineSize: `${part}%` }} />
    </span>
  );
}

export function Confidence({ value }: { value: number }) {
  return (
    <span className="confidence">
      <Meter value={value} />
      <span className="numbers">{value}</span>
    </span>
  );
}
