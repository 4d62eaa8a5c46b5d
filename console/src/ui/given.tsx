// Text that came from a phone, a file or a person: isolated in direction, hidden characters shown.
import { codePointName, HIDDEN_CHARACTERS } from "../words/plural";

export function Given({ text, mono = false }: { text: string; mono?: boolean }) {
  const parts: React.ReactNode[] = [];
  let from = 0;
  for (const match of text.matchAll(HIDDEN_CHARACTERS)) {
    parts.push(text.slice(from, match.index));
    parts.push(
      <span key={match.index} className="hidden-character">
        {codePointName(match[0])}
      </span>,
    );
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return <bdi className={mono ? "mono" : undefined}>{parts}</bdi>;
}

// A digest or id too long to read: its ends, the whole on request.
export function Digest({ value }: { value: string }) {
  if (value.length <= 20) return <Given text={value} mono />;
  return (
    <bdi className="mono" title={value}>
      {`${value.slice(0, 8)}…${value.slice(-8)}`}
    </bdi>
  );
}
