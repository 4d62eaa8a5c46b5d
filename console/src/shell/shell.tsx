// The frame round every page: navigation, search, whether the numbers are live.
import { useMantineColorScheme, useComputedColorScheme } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { api, setCsrfToken, take } from "../api/client";
import { useQuestion } from "../api/alert_clashes";
import { keys, useOverview } from "../api/queries";
import { t } from "../words";
import { Dialog } from "../ui/dialog";
import { Given, initials } from "../ui/given";
import { Icon, Logo, type IconName } from "../ui/icon";
import { focusSearch, useKeys } from "../ui/keys";
import { Toasts } from "../ui/toasts";
import { LiveMark, LostBanner, useLive } from "./live";
import { useMay, useSession } from "./session";

const Palette = lazy(() => import("./palette"));
const KeyHelp = lazy(() => import("./key_help"));
const SecondStep = lazy(() => import("./second_step"));
const ClashDialog = lazy(() => import("./clash"));

export function useSchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  return { scheme, flip: () => setColorScheme(scheme === "dark" ? "light" : "dark") };
}

export function SchemeButton() {
  const { scheme, flip } = useSchemeSwitch();
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={scheme === "dark" ? t.shell.toLight : t.shell.toDark}
      onClick={flip}
    >
      <Icon name={scheme === "dark" ? "sun" : "moon"} />
    </button>
  );
}

interface Place {
  to: "/" | "/alerts" | "/devices" | "/apps" | "/policies" | "/audit" | "/enrol" | "/connectors" | "/settings";
  icon: IconName;
  label: string;
}
const watch: Place[] = [
  { to: "/", icon: "overview", label: t.shell.overview },
  { to: "/alerts", icon: "bell", label: t.shell.alerts },
  { to: "/devices", icon: "phone", label: t.shell.devices },
  { to: "/apps", icon: "app", label: t.shell.apps },
];
const respond: Place[] = [
  { to: "/policies", icon: "shield", label: t.shell.policies },
  { to: "/connectors", icon: "connect", label: t.shell.connectors },
  { to: "/enrol", icon: "qr", label: t.overview.enrol },
];
const govern: Place[] = [
  { to: "/audit", icon: "audit", label: t.shell.audit },
  { to: "/settings", icon: "settings", label: t.shell.settings },
];

const placesFor = (places: Place[], mayRespond: boolean) =>
  places.filter((place) => mayRespond || (place.to !== "/enrol" && place.to !== "/audit"));

function NavLink({ place, count, counted }: { place: Place; count?: number; counted?: string }) {
  const path = useLocation({ select: (location) => location.pathname });
  const here = place.to === "/" ? path === "/" : path.startsWith(place.to);
  return (
    <Link to={place.to} className="nav-link" aria-current={here ? "page" : undefined} title={place.label}>
      <Icon name={place.icon} />
      <span className="nav-label">{place.label}</span>
      {count !== undefined && count > 0 && (
        <span className="nav-count">
          <span aria-hidden="true">{count}</span>
          <span className="out-of-sight">{counted}</span>
        </span>
      )}
    </Link>
  );
}

function Navigation() {
  const overview = useOverview();
  const session = useSession();
  const client = useQueryClient();
  const mayRespond = useMay("analyst");
  const headline = overview.data?.headline;
  const [secondStep, setSecondStep] = useState(false);
  const signOut = async () => {
    await take(api.POST("/v1/logout")).catch(() => undefined);
    setCsrfToken("");
    client.clear();
    await client.invalidateQueries({ queryKey: keys.session });
    window.location.assign("/");
  };
  const { name, role } = session.administrator;
  return (
    <nav className="nav" aria-label={t.shell.navigation}>
      <div className="nav-inner">
      <Link to="/" className="brand">
        <Logo />
        <span className="nav-label">{t.product}</span>
      </Link>
      {watch.map((place) => (
        <NavLink
          key={place.to}
          place={place}
          count={place.to === "/alerts" ? headline?.open_alerts : place.to === "/devices" ? headline?.devices : undefined}
          counted={
            place.to === "/alerts"
              ? t.shell.openAlerts(headline?.open_alerts ?? 0)
              : t.shell.phones(headline?.devices ?? 0)
          }
        />
      ))}
      <p className="nav-group">{t.shell.respond}</p>
      {placesFor(respond, mayRespond).map((place) => (
        <NavLink key={place.to} place={place} />
      ))}
      <p className="nav-group">{t.shell.govern}</p>
      {placesFor(govern, mayRespond).map((place) => (
        <NavLink key={place.to} place={place} />
      ))}
      <div className="nav-foot">
        <span className="monogram" aria-hidden="true">
          {initials(name)}
        </span>
        <div>
          <div className="strong ellipsis">
            <Given text={name} />
          </div>
          <div className="meta">{t.role[role]}</div>
          {!session.administrator.totp_enabled && (
            <button type="button" className="link-button" onClick={() => setSecondStep(true)}>
              {t.shell.secondStep}
            </button>
          )}
        </div>
        <button type="button" className="icon-button" aria-label={t.shell.signOut} title={t.shell.signOut} onClick={() => void signOut()}>
          <Icon name="out" />
        </button>
      </div>
      </div>
      <Suspense>{secondStep && <SecondStep onClose={() => setSecondStep(false)} />}</Suspense>
    </nav>
  );
}

// On a narrow screen: what is watched, and everything else behind the last place.
function BottomBar() {
  const path = useLocation({ select: (location) => location.pathname });
  const mayRespond = useMay("analyst");
  const [more, setMore] = useState(false);
  useEffect(() => setMore(false), [path]);
  const others = placesFor([...respond, ...govern], mayRespond);
  const here = (place: Place) => (place.to === "/" ? path === "/" : path.startsWith(place.to));
  return (
    <>
      <nav className="bottom-bar" aria-label={t.shell.quickNavigation}>
        {watch.map((place) => (
          <Link key={place.to} to={place.to} aria-current={here(place) ? "page" : undefined}>
            <Icon name={place.icon} size={20} />
            {place.label}
          </Link>
        ))}
        <button type="button" aria-haspopup="dialog" data-here={others.some(here)} onClick={() => setMore(true)}>
          <Icon name="menu" size={20} />
          {t.shell.more}
        </button>
      </nav>
      {more && (
        <Dialog title={t.shell.more} onClose={() => setMore(false)}>
          <ul className="more-places">
            {others.map((place) => (
              <li key={place.to}>
                <Link
                  to={place.to}
                  className="nav-link"
                  aria-current={here(place) ? "page" : undefined}
                  onClick={() => setMore(false)}
                >
                  <Icon name={place.icon} />
                  {place.label}
                </Link>
              </li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
}

export function Shell() {
  const live = useLive();
  const navigate = useNavigate();
  const question = useQuestion();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const main = useRef<HTMLElement>(null);
  const path = useLocation({ select: (location) => location.pathname });
  const firstPath = useRef(path);

  // After a change of page the focus goes to the new one, as it would on a full load.
  useEffect(() => {
    if (firstPath.current === path) return;
    firstPath.current = "";
    main.current?.focus({ preventScroll: true });
  }, [path]);

  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setPalette(true);
      }
    };
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
  useKeys({ "/": focusSearch, "?": () => setHelp(true) });

  return (
    <div className="shell">
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t.shell.skip}
      </a>
      <Navigation />
      <div className="column">
        <header className="top">
          <Link to="/" className="top-brand" aria-label={t.shell.overview}>
            <Logo />
          </Link>
          <button
            type="button"
            className="search-open"
            data-search-open
            aria-haspopup="dialog"
            onClick={() => setPalette(true)}
          >
            <Icon name="search" size={16} />
            <span>{t.shell.search}</span>
            <kbd aria-hidden="true">Ctrl K</kbd>
          </button>
          <div className="top-end">
            <LiveMark live={live} />
            <button type="button" className="icon-button top-help" aria-label={t.shell.help} onClick={() => setHelp(true)}>
              <Icon name="help" />
            </button>
            <SchemeButton />
          </div>
        </header>
        <LostBanner live={live} />
        <main id="main" className="content" tabIndex={-1} ref={main}>
          <Outlet />
        </main>
      </div>
      <BottomBar />
      <Toasts />
      <Suspense>
        {palette && <Palette onClose={() => setPalette(false)} navigate={navigate} />}
        {help && <KeyHelp onClose={() => setHelp(false)} />}
        {question && <ClashDialog clashes={question.clashes} answer={question.answer} />}
      </Suspense>
    </div>
  );
}
