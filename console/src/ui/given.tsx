// Text that came from a phone, a file or a person: isolated in direction, hidden characters shown.
import { codePointName, HIDDEN_CHARACTERS } from "../words/plural";

// The text alone, for code blocks, where lines must stay as they are.
export function Spelled({ text }: { text: string }) {
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
  return parts;
}

export function Given({ text, mono = false }: { text: string; mono?: boolean }) {
  return (
    <bdi className={mono ? "mono" : undefined}>
      <Spelled text={text} />
    </bdi>
  );
}

// A digest or id too long to read: its ends, the whole on request.
export function Digest({ value }: { value: string }) {
  if (!/^[0-9a-f-]{24,}$/i.test(value)) return <Given text={value} mono />;
  return (
    <bdi className="mono" title={value}>
      {`${value.slice(0, 8)}…${value.slice(-8)}`}
    </bdi>
  );
}

// Two letters for a monogram: of the first and last word, or of the only one.
export function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? ["?"];
  const letters = words.length > 1 ? [words[0]!, words.at(-1)!].map((word) => [...word][0]) : [...words[0]!].slice(0, 2);
  return letters.join("").toUpperCase();
}
