// The head of the settings: their sections are pages of their own.
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { t } from "../words";
import { State } from "../ui/states";
import { useMay } from "../shell/session";

const sections = [
  { id: "account", to: "/settings" },
  { id: "administrators", to: "/settings/administrators" },
  { id: "tokens", to: "/settings/tokens" },
] as const;
type Section = (typeof sections)[number]["id"];

export function SettingsFrame(props: { section: Section; lead?: string; action?: ReactNode; children: ReactNode }) {
  const mayAll = useMay("admin");
  const allowed = mayAll || props.section === "account";
  return (
    <>
      <div className="page-head">
        <div className="page-head-text">
          <h1>{t.settings.title}</h1>
        </div>
      </div>
      <nav className="tabs" aria-label={t.settings.sections}>
        {sections.map((section) => (
          <Link
            key={section.id}
            to={section.to}
            className="tab"
            activeProps={{}}
            activeOptions={{ exact: true }}
            aria-current={section.id === props.section ? "page" : undefined}
          >
            {t.settings.tabs[section.id]}
          </Link>
        ))}
      </nav>
      {allowed ? (
        <>
          {props.lead && (
            <div className="section-head">
              <p className="soft">{props.lead}</p>
              {props.action}
            </div>
          )}
          {props.children}
        </>
      ) : (
        <div className="card">
          <State icon="key" title={t.settings.tabs[props.section]}>
            <p>{t.settings.adminOnly}</p>
          </State>
        </div>
      )}
    </>
  );
}
