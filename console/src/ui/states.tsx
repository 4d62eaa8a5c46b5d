// What a list or page shows when there is no data to show: loading, nothing, no match, an error.
import { Button } from "@mantine/core";
import { useEffect, useState, type ReactNode } from "react";
import { ApiError } from "../api/client";
import { t } from "../words";
import { Icon, type IconName } from "./icon";

// True once a wait has lasted long enough that saying so does not flicker.
export function useLate(waiting: boolean, after = 150): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!waiting) {
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), after);
    return () => clearTimeout(timer);
  }, [waiting, after]);
  return waiting && late;
}

// Bones of the height of the rows that come.
export function Loading({ rows = 6 }: { rows?: number }) {
  const late = useLate(true);
  return (
    <div className="bones" role="status" aria-label={t.state.loading}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row}>
          {late && (
            <>
              <span className="bone" style={{ inlineSize: 64 }} />
              <span className="bone" style={{ inlineSize: `${30 + ((row * 17) % 35)}%` }} />
            </>
          )}
        </div>
      ))}
    </div>
  );
}

interface StateProps {
  icon: IconName;
  tone?: "secured" | "critical";
  title: string;
  children?: ReactNode;
}

export function State({ icon, tone, title, children }: StateProps) {
  return (
    <div className="state">
      <span className="state-icon" data-tone={tone}>
        <Icon name={icon} size={22} />
      </span>
      <p className="state-title">{title}</p>
      {children}
    </div>
  );
}

export function Failed({ what, error, retry }: { what: string; error: Error; retry?: () => void }) {
  const status = error instanceof ApiError ? error.status : 0;
  if (status === 404) {
    return (
      <State icon="askCircle" title={t.state.notFoundTitle}>
        <p>{t.state.notFound}</p>
      </State>
    );
  }
  const text =
    status === 0
      ? t.state.unreachable
      : status === 403
        ? t.state.forbidden(error.message)
        : t.state.answered(status, error.message);
  return (
    <div role="alert">
      <State icon="cloudOff" tone="critical" title={t.state.errorTitle(what)}>
        <p>{text}</p>
        {retry && (
          <Button variant="default" size="xs" leftSection={<Icon name="retry" size={15} />} onClick={retry}>
            {t.state.retry}
          </Button>
        )}
      </State>
    </div>
  );
}

interface Query<T> {
  data: T | undefined;
  error: Error | null;
  isPending: boolean;
  refetch: () => unknown;
}

// The data when there is some (also old data while the server is away), else why there is none.
export function Shown<T>(props: {
  query: Query<T>;
  what: string;
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  const { query, what, rows, children } = props;
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) {
    return <Failed what={what} error={query.error} retry={() => void query.refetch()} />;
  }
  return <Loading rows={rows} />;
}
