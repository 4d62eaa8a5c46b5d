import { Link } from "@tanstack/react-router";
import type { AlertAddress, DeviceAddress } from "../router";

interface Tab {
  id: string;
  label: string;
  count?: number;
  search: AlertAddress & DeviceAddress;
}

// Saved views: each is an address, so it is a link and not a tab widget.
export function ViewTabs(props: { to: "/alerts" | "/devices"; label: string; tabs: Tab[]; current: string }) {
  return (
    <nav className="tabs" aria-label={props.label}>
      {props.tabs.map((tab) => (
        <Link
          key={tab.id}
          to={props.to}
          search={tab.search}
          className="tab"
          activeProps={{}}
          aria-current={tab.id === props.current ? "page" : undefined}
        >
          {tab.label}
          {tab.count !== undefined && <span className="count">{tab.count}</span>}
        </Link>
      ))}
    </nav>
  );
}

export function FilterChip({ name, value, onRemove, removeLabel }: { name: string; value: React.ReactNode; onRemove: () => void; removeLabel: string }) {
  return (
    <span className="filter-chip">
      <span>
        {name} <b>{value}</b>
      </span>
      <button type="button" aria-label={removeLabel} onClick={onRemove}>
        <svg aria-hidden="true" width="12" height="12" viewBox="0 0 12 12" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round">
          <path d="M2 2l8 8M10 2l-8 8" />
        </svg>
      </button>
    </span>
  );
}
