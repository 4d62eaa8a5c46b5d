// Ctrl K: phones, people and alerts by name, pages, and the commands that need no page.
import { useQuery } from "@tanstack/react-query";
import type { useNavigate } from "@tanstack/react-router";
import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import { alertsQuery, devicesQuery } from "../api/queries";
import { language, t } from "../words";
import { Dialog } from "../ui/dialog";
import { Given } from "../ui/given";
import { Icon, type IconName } from "../ui/icon";
import { RiskChip, SeverityChip, shownRisk } from "../ui/mark";
import { subjectText } from "../ui/subject";
import { useSchemeSwitch } from "./shell";

type Navigate = ReturnType<typeof useNavigate>;

interface Choice {
  id: string;
  group: string;
  icon: IconName;
  label: ReactNode;
  note?: ReactNode;
  end?: ReactNode;
  run: () => void;
}

const pages: { label: string; icon: IconName; to: "/" | "/alerts" | "/devices" | "/apps" | "/policies" | "/enrol" | "/audit" | "/connectors" | "/settings" | "/settings/administrators" | "/settings/tokens" }[] = [
  { label: t.shell.overview, icon: "overview", to: "/" },
  { label: t.shell.alerts, icon: "bell", to: "/alerts" },
  { label: t.shell.devices, icon: "phone", to: "/devices" },
  { label: t.shell.apps, icon: "app", to: "/apps" },
  { label: t.shell.policies, icon: "shield", to: "/policies" },
  { label: t.overview.enrol, icon: "qr", to: "/enrol" },
  { label: t.shell.connectors, icon: "connect", to: "/connectors" },
  { label: t.shell.audit, icon: "audit", to: "/audit" },
  { label: t.shell.settings, icon: "settings", to: "/settings" },
  { label: t.settings.tabs.administrators, icon: "person", to: "/settings/administrators" },
  { label: t.settings.tabs.tokens, icon: "key", to: "/settings/tokens" },
];

function useChoices(text: string, navigate: Navigate): Choice[] {
  const { scheme, flip } = useSchemeSwitch();
  const wanted = text.trim();
  // No answers to an earlier text: Enter must run what the text says now.
  const fresh = { enabled: wanted !== "", placeholderData: undefined };
  const devices = useQuery({ ...devicesQuery({ q: wanted }, 5), ...fresh });
  const alerts = useQuery({ ...alertsQuery({ q: wanted }, 5), ...fresh });
  const matches = (label: string) =>
    label.toLocaleLowerCase(language).includes(wanted.toLocaleLowerCase(language));
  const choices: Choice[] = [];
  if (wanted) {
    for (const device of devices.data?.items ?? []) {
      choices.push({
        id: `device-${device.id}`,
        group: t.palette.phones,
        icon: "phone",
        label: <Given text={device.name} />,
        note: <Given text={[device.person, device.model].filter(Boolean).join(" · ")} />,
        end: <RiskChip risk={shownRisk(device)} />,
        run: () => void navigate({ to: "/devices/$id", params: { id: device.id } }),
      });
    }
    for (const alert of alerts.data?.items ?? []) {
      choices.push({
        id: `alert-${alert.id}`,
        group: t.palette.alerts,
        icon: "bell",
        label: <Given text={alert.threat_title} />,
        note: <Given text={[subjectText(alert.subject), alert.device_name].filter(Boolean).join(" · ")} />,
        end: <SeverityChip severity={alert.severity} />,
        run: () => void navigate({ to: "/alerts/$id", params: { id: alert.id } }),
      });
    }
  }
  for (const page of pages.filter((each) => matches(each.label))) {
    choices.push({
      id: `page-${page.to}`,
      group: t.palette.go,
      icon: page.icon,
      label: page.label,
      run: () => void navigate({ to: page.to }),
    });
  }
  const flipLabel = scheme === "dark" ? t.palette.light : t.palette.dark;
  if (matches(flipLabel)) {
    choices.push({
      id: "scheme",
      group: t.palette.commands,
      icon: scheme === "dark" ? "sun" : "moon",
      label: flipLabel,
      run: flip,
    });
  }
  return choices;
}

export default function Palette({ onClose, navigate }: { onClose: () => void; navigate: Navigate }) {
  const [text, setText] = useState("");
  const choices = useChoices(text, navigate);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const current = choices[Math.min(at, choices.length - 1)];

  useEffect(() => setAt(0), [text]);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [current]);

  const run = (choice: Choice) => {
    onClose();
    choice.run();
  };
  return (
    <Dialog title={t.palette.title} hideTitle className="palette" onClose={onClose}>
      <div className="palette-field">
        <Icon name="search" />
        <input
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={current ? `${id}-${current.id}` : undefined}
          aria-label={t.palette.placeholder}
          placeholder={t.palette.placeholder}
          value={text}
          maxLength={100}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") setAt((value) => Math.min(value + 1, choices.length - 1));
            else if (event.key === "ArrowUp") setAt((value) => Math.max(value - 1, 0));
            else if (event.key === "Enter" && current) run(current);
            else return;
            event.preventDefault();
          }}
        />
        <kbd aria-hidden="true">Esc</kbd>
      </div>
      <div className="palette-list" role="listbox" id={`${id}-list`} aria-label={t.palette.title} ref={list}>
        {choices.map((choice, index) => (
          <div key={choice.id} role="presentation">
            {choice.group !== choices[index - 1]?.group && (
              <div className="palette-group" role="presentation">
                {choice.group}
              </div>
            )}
            <div
              id={`${id}-${choice.id}`}
              role="option"
              aria-selected={choice === current}
              className="palette-choice"
              onClick={() => run(choice)}
              onMouseMove={() => setAt(index)}
            >
              <Icon name={choice.icon} size={17} />
              <span className="ellipsis">
                <span className="strong">{choice.label}</span>
                {choice.note && <span className="meta palette-note">{choice.note}</span>}
              </span>
              <span className="palette-end">{choice.end}</span>
            </div>
          </div>
        ))}
        {choices.length === 0 && <p className="palette-nothing">{t.palette.nothing(text)}</p>}
      </div>
      <div className="out-of-sight" role="status">
        {t.palette.results(choices.length)}
      </div>
    </Dialog>
  );
}
