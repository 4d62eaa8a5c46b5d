// The pages and what their addresses mean. Filters, views and cursors live in the address, so that
// a page can be sent to a colleague and Back returns to it.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { Root } from "./shell/root";
import { NotFound } from "./shell/not_found";
import type { AppSearch } from "./api/queries";
import type { Platform, ProtectionState, Risk, Severity } from "./api/types";

type Raw = Record<string, unknown>;
const text = (raw: Raw, key: string) => {
  const value = raw[key];
  return typeof value === "string" && value !== "" ? value : undefined;
};
function oneOf<T extends string>(raw: Raw, key: string, values: readonly T[]): T | undefined {
  return values.find((value) => value === raw[key]);
}

const rootRoute = createRootRoute({ component: Root, notFoundComponent: NotFound });

const overview = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/overview"), "Overview"),
});

export interface AlertAddress {
  view?: "open" | "acknowledged" | "resolved" | "false_positive" | "all";
  severity?: Severity;
  threat?: string;
  device?: string;
  q?: string;
  cursor?: string;
}
export interface DeviceAddress {
  risk?: Risk;
  protection?: ProtectionState;
  platform?: Platform;
  group?: string;
  q?: string;
  retired?: "yes";
  cursor?: string;
}

const alertViews = ["open", "acknowledged", "resolved", "false_positive", "all"] as const;
const alerts = createRoute({
  getParentRoute: () => rootRoute,
  path: "/alerts",
  validateSearch: (raw: Raw): AlertAddress => ({
    view: oneOf(raw, "view", alertViews),
    severity: oneOf(raw, "severity", ["low", "medium", "high", "critical"] as const),
    threat: text(raw, "threat"),
    device: text(raw, "device"),
    q: text(raw, "q"),
    cursor: text(raw, "cursor"),
  }),
  component: lazyRouteComponent(() => import("./pages/alerts"), "Alerts"),
});
const alert = createRoute({
  getParentRoute: () => rootRoute,
  path: "/alerts/$id",
  component: lazyRouteComponent(() => import("./pages/alert"), "AlertPage"),
});

const devices = createRoute({
  getParentRoute: () => rootRoute,
  path: "/devices",
  validateSearch: (raw: Raw): DeviceAddress => ({
    risk: oneOf(raw, "risk", ["secured", "low", "medium", "high"] as const),
    protection: oneOf(raw, "protection", [
      "pending",
      "active",
      "degraded",
      "inactive",
      "tampered",
    ] as const),
    platform: oneOf(raw, "platform", ["android", "ios"] as const),
    group: text(raw, "group"),
    q: text(raw, "q"),
    retired: oneOf(raw, "retired", ["yes"] as const),
    cursor: text(raw, "cursor"),
  }),
  component: lazyRouteComponent(() => import("./pages/devices"), "Devices"),
});
const device = createRoute({
  getParentRoute: () => rootRoute,
  path: "/devices/$id",
  component: lazyRouteComponent(() => import("./pages/device"), "DevicePage"),
});

const apps = createRoute({
  getParentRoute: () => rootRoute,
  path: "/apps",
  validateSearch: (raw: Raw): AppSearch => ({
    verdict: oneOf(raw, "verdict", ["malicious", "suspicious", "clean"] as const),
    q: text(raw, "q"),
    cursor: text(raw, "cursor"),
  }),
  component: lazyRouteComponent(() => import("./pages/apps"), "Apps"),
});
const app = createRoute({
  getParentRoute: () => rootRoute,
  path: "/apps/$sha256",
  component: lazyRouteComponent(() => import("./pages/app"), "AppPage"),
});

const policies = createRoute({
  getParentRoute: () => rootRoute,
  path: "/policies",
  component: lazyRouteComponent(() => import("./pages/policies"), "Policies"),
});
const policy = createRoute({
  getParentRoute: () => rootRoute,
  path: "/policies/$id",
  validateSearch: (raw: Raw): { version?: string } => ({ version: text(raw, "version") }),
  component: lazyRouteComponent(() => import("./pages/policy"), "PolicyPage"),
});

const enrol = createRoute({
  getParentRoute: () => rootRoute,
  path: "/enrol",
  component: lazyRouteComponent(() => import("./pages/enrol"), "Enrol"),
});

const audit = createRoute({
  getParentRoute: () => rootRoute,
  path: "/audit",
  validateSearch: (raw: Raw): { cursor?: string } => ({ cursor: text(raw, "cursor") }),
  component: lazyRouteComponent(() => import("./pages/audit"), "Audit"),
});

const connectors = createRoute({
  getParentRoute: () => rootRoute,
  path: "/connectors",
  component: lazyRouteComponent(() => import("./pages/connectors"), "Connectors"),
});
const settings = createRoute({
  getParentRoute: () => rootRoute,
  path: "/settings",
  component: lazyRouteComponent(() => import("./pages/account"), "Account"),
});
const administrators = createRoute({
  getParentRoute: () => rootRoute,
  path: "/settings/administrators",
  component: lazyRouteComponent(() => import("./pages/administrators"), "Administrators"),
});
const tokens = createRoute({
  getParentRoute: () => rootRoute,
  path: "/settings/tokens",
  component: lazyRouteComponent(() => import("./pages/api_tokens"), "ApiTokens"),
});

// Plain query strings: ?risk=high, not JSON.
const parseSearch = (search: string) => Object.fromEntries(new URLSearchParams(search));
const stringifySearch = (search: Raw) => {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (typeof value === "string" && value !== "") parameters.set(key, value);
  }
  const rendered = parameters.toString();
  return rendered ? `?${rendered}` : "";
};

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    overview,
    alerts,
    alert,
    devices,
    device,
    apps,
    app,
    policies,
    policy,
    enrol,
    audit,
    connectors,
    settings,
    administrators,
    tokens,
  ]),
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  defaultPendingMs: 150,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
