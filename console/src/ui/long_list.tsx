// A list that an app's file decides the length of: its beginning, and more of it on request.
import { useId, useState, type ReactNode } from "react";
import { t } from "../words";

const STEP = 200; // a hostile file must not fill the page with one click

interface Props<T> {
  items: readonly T[];
  few: number; // shown at first; one or two more are shown with them rather than hidden
  className?: string;
  children: (item: T, index: number) => ReactNode; // one <li> each
}

export function LongList<T>({ items, few, className = "rows", children }: Props<T>) {
  const id = useId();
  const first = items.length <= few + 2 ? items.length : few;
  const [wanted, setWanted] = useState(first);
  const shown = Math.min(Math.max(wanted, first), items.length);
  const more = Math.min(items.length - shown, STEP);
  return (
    <>
      <ul className={className} id={id}>
        {items.slice(0, shown).map(children)}
      </ul>
      {items.length > first && (
        <div className="long-list-more">
          <button
            type="button"
            className="link-button"
            aria-controls={id}
            aria-expanded={shown > first}
            onClick={() => setWanted(more > 0 ? shown + more : first)}
          >
            {more > 0 ? t.report.showMore(more) : t.report.showLess}
          </button>
          {more > 0 && more < items.length - shown && (
            <span className="meta numbers"> / {items.length - shown}</span>
          )}
        </div>
      )}
    </>
  );
}
