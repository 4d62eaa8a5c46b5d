// Whether the numbers on the screen are of now.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ApiError } from "../api/client";
import { t } from "../words";
import { Icon } from "../ui/icon";
import { clockText, useNow } from "../ui/time";

interface Live {
  heardAt: number;
  lost: boolean;
}

// Follows every query: a success means live, an answer that never came means lost.
export function useLive(): Live {
  const client = useQueryClient();
  const [live, setLive] = useState<Live>({ heardAt: Date.now(), lost: !navigator.onLine });
  useEffect(() => {
    const follow = client.getQueryCache().subscribe((event) => {
      if (event.type !== "updated") return;
      if (event.action.type === "success" && !event.action.manual) {
        setLive({ heardAt: Date.now(), lost: false });
      }
      if (event.action.type === "error" || event.action.type === "failed") {
        const error = event.action.error;
        if (error instanceof ApiError && (error.status === 0 || error.status >= 502)) {
          setLive((before) => (before.lost ? before : { ...before, lost: true }));
        }
      }
    });
    const offline = () => setLive((before) => ({ ...before, lost: true }));
    const online = () => void client.invalidateQueries();
    window.addEventListener("offline", offline);
    window.addEventListener("online", online);
    return () => {
      follow();
      window.removeEventListener("offline", offline);
      window.removeEventListener("online", online);
    };
  }, [client]);
  return live;
}

export function LiveMark({ live }: { live: Live }) {
  const now = useNow();
  const seconds = Math.max(0, Math.round((now - live.heardAt) / 1000));
  return (
    <span className="live" data-lost={live.lost}>
      <span className="live-dot" />
      <span className="live-text">
        {live.lost ? t.shell.notLive(clockText(live.heardAt)) : t.shell.live(seconds)}
      </span>
    </span>
  );
}

export function LostBanner({ live }: { live: Live }) {
  if (!live.lost) return null;
  return (
    <div className="lost" role="alert">
      <Icon name="cloudOff" size={16} /> <strong>{t.shell.lostTitle(clockText(live.heardAt))}</strong>{" "}
      {t.shell.lost}
    </div>
  );
}
