import { Button } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { t } from "../words";

// Cursor pages: Next takes the server's cursor; Previous is the way we came, or the first page.
export function Pager(props: { cursor: string | undefined; next: string; go: (cursor: string | undefined) => void }) {
  const router = useRouter();
  if (!props.cursor && !props.next) return null;
  const came = (router.state.location.state as { paged?: boolean }).paged === true;
  return (
    <nav className="pager" aria-label={t.devices.paging}>
      <Button
        variant="default"
        disabled={!props.cursor}
        onClick={() => (came ? router.history.back() : props.go(undefined))}
      >
        {t.devices.previous}
      </Button>
      <Button variant="default" disabled={!props.next} onClick={() => props.go(props.next)}>
        {t.devices.next}
      </Button>
    </nav>
  );
}
