// Times: relative in lists with the absolute one in the title, absolute in timelines.
import { useEffect, useState } from "react";
import { language, t } from "../words";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

// Renders again every second second while something on the page shows an age.
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const listener = () => setNow(Date.now());
    listeners.add(listener);
    timer ??= setInterval(() => listeners.forEach((each) => each()), 2_000);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) {
        clearInterval(timer);
        timer = undefined;
      }
    };
  }, []);
  return now;
}

// Dates in the reader's own style where it is one of the language shown.
export const place =
  navigator.languages.find((each) => each.split("-")[0] === language) ?? language;

const absolute = new Intl.DateTimeFormat(place, {
  dateStyle: "medium",
  timeStyle: "medium",
  hourCycle: "h23",
});
const clock = new Intl.DateTimeFormat(place, { timeStyle: "medium", hourCycle: "h23" });
const clockWithDay = new Intl.DateTimeFormat(place, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

export function ago(at: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  if (seconds < 5) return t.time.now;
  if (seconds < 60) return t.time.seconds(seconds);
  if (seconds < 3600) return t.time.minutes(Math.floor(seconds / 60));
  if (seconds < 86400) return t.time.hours(Math.floor(seconds / 3600));
  return t.time.days(Math.floor(seconds / 86400));
}

function until(at: string, now: number): string {
  const minutes = Math.round((Date.parse(at) - now) / 60000);
  if (minutes <= 0) return t.time.past;
  if (minutes < 90) return t.time.inMinutes(minutes);
  if (minutes < 48 * 60) return t.time.inHours(Math.round(minutes / 60));
  return t.time.inDays(Math.round(minutes / 1440));
}

export function Ago({ at }: { at: string | null | undefined }) {
  const now = useNow();
  if (!at) return <span>{t.time.never}</span>;
  return (
    <time dateTime={at} title={absolute.format(new Date(at))}>
      {ago(at, now)}
    </time>
  );
}

export function Until({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={absolute.format(new Date(at))}>
      {until(at, now)}
    </time>
  );
}

export function Moment({ at, short = false }: { at: string; short?: boolean }) {
  const date = new Date(at);
  const lately = Math.abs(Date.now() - date.getTime()) < 20 * 3600 * 1000;
  const text = short ? (lately ? clock : clockWithDay).format(date) : absolute.format(date);
  return (
    <time dateTime={at} title={absolute.format(date)}>
      {text}
    </time>
  );
}

const dayOnly = new Intl.DateTimeFormat(place, { dateStyle: "medium" });
export const dayText = (at: string) => dayOnly.format(new Date(at));

// A length of time between two events: "34 s", "12 min", "5 h".
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 90) return t.time.span.seconds(seconds);
  if (seconds < 7200) return t.time.span.minutes(Math.round(seconds / 60));
  return t.time.span.hours(Math.round(seconds / 3600));
}

export const clockText = (at: number) => clock.format(new Date(at));
