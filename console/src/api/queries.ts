// What pages read, each under one key, so that a change can be written into every list that shows
// it.
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { api, ApiError, setCsrfToken, take, takeTagged } from "./client";
import type { AlertState, Platform, ProtectionState, Risk, Severity, TaggedAlert } from "./types";

export const PAGE_SIZE = 50;
const LIVE_MS = 10_000;

export const keys = {
  session: ["session"] as const,
  overview: ["overview"] as const,
  alerts: ["alerts"] as const,
  alert: (id: string) => ["alert", id] as const,
  devices: ["devices"] as const,
  device: (id: string) => ["device", id] as const,
  apps: ["apps"] as const,
  app: (sha256: string) => ["app", sha256] as const,
  policies: ["policies"] as const,
  policy: (id: string) => ["policy", id] as const,
  connectors: ["connectors"] as const,
  administrators: ["administrators"] as const,
  tokens: ["api-tokens"] as const,
};

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: async () => {
    const session = await take(api.GET("/v1/session"));
    setCsrfToken(session.csrf_token);
    return session;
  },
  staleTime: 60_000,
  retry: (failures, error) => error instanceof ApiError && error.status === 0 && failures < 2,
});

export const useOverview = () =>
  useQuery({
    queryKey: keys.overview,
    queryFn: () => take(api.GET("/v1/overview")),
    refetchInterval: LIVE_MS,
  });

export interface AlertSearch {
  state?: string;
  min_severity?: Severity;
  threat?: string;
  device_id?: string;
  q?: string;
  cursor?: string;
}

export const alertsQuery = (search: AlertSearch, limit = PAGE_SIZE) =>
  queryOptions({
    queryKey: [...keys.alerts, search, limit],
    queryFn: () => take(api.GET("/v1/alerts", { params: { query: { ...search, limit } } })),
    placeholderData: keepPreviousData,
    refetchInterval: LIVE_MS,
  });

export const fetchAlert = (id: string): Promise<TaggedAlert> =>
  takeTagged(api.GET("/v1/alerts/{id}", { params: { path: { id } } }));

export const useAlert = (id: string) =>
  useQuery({ queryKey: keys.alert(id), queryFn: () => fetchAlert(id), refetchInterval: LIVE_MS });

export interface DeviceSearch {
  risk?: Risk;
  protection?: ProtectionState;
  platform?: Platform;
  group?: string;
  q?: string;
  include_retired?: boolean;
  cursor?: string;
}

export const devicesQuery = (search: DeviceSearch, limit = PAGE_SIZE) =>
  queryOptions({
    queryKey: [...keys.devices, search, limit],
    queryFn: () => take(api.GET("/v1/devices", { params: { query: { ...search, limit } } })),
    placeholderData: keepPreviousData,
    refetchInterval: LIVE_MS,
  });

export const useDevice = (id: string) =>
  useQuery({
    queryKey: keys.device(id),
    queryFn: () => take(api.GET("/v1/devices/{id}", { params: { path: { id } } })),
    refetchInterval: LIVE_MS,
  });

const ofDevice = (id: string, part: string) => [...keys.device(id), part] as const;

export const useDeviceProblems = (id: string) =>
  useQuery({
    queryKey: ofDevice(id, "problems"),
    queryFn: () => take(api.GET("/v1/devices/{id}/problems", { params: { path: { id } } })),
    refetchInterval: LIVE_MS,
  });

export const useDeviceFindings = (id: string) =>
  useQuery({
    queryKey: ofDevice(id, "findings"),
    queryFn: () =>
      take(api.GET("/v1/devices/{id}/findings", { params: { path: { id }, query: { limit: 20 } } })),
    refetchInterval: LIVE_MS,
  });

export const useDeviceTimeline = (id: string, limit: number) =>
  useQuery({
    queryKey: [...ofDevice(id, "timeline"), limit],
    queryFn: () =>
      take(api.GET("/v1/devices/{id}/timeline", { params: { path: { id }, query: { limit } } })),
    placeholderData: keepPreviousData,
    refetchInterval: LIVE_MS,
  });

export const useDeviceActions = (id: string) =>
  useQuery({
    queryKey: ofDevice(id, "actions"),
    queryFn: () =>
      take(api.GET("/v1/devices/{id}/actions", { params: { path: { id }, query: { limit: 20 } } })),
    refetchInterval: LIVE_MS,
  });

export interface AppSearch {
  verdict?: "malicious" | "suspicious" | "clean";
  q?: string;
  cursor?: string;
}
export const appsQuery = (search: AppSearch) =>
  queryOptions({
    queryKey: [...keys.apps, search],
    queryFn: () => take(api.GET("/v1/apps", { params: { query: { ...search, limit: PAGE_SIZE } } })),
    placeholderData: keepPreviousData,
  });

export const useApp = (sha256: string) =>
  useQuery({
    queryKey: keys.app(sha256),
    queryFn: () => take(api.GET("/v1/apps/{sha256}", { params: { path: { sha256 } } })),
  });

export const usePolicies = () =>
  useQuery({ queryKey: keys.policies, queryFn: () => take(api.GET("/v1/policies")) });

export const usePolicy = (id: string) =>
  useQuery({
    queryKey: keys.policy(id),
    queryFn: () => takeTagged(api.GET("/v1/policies/{id}", { params: { path: { id } } })),
    enabled: id !== "",
  });

export const useConnectors = () =>
  useQuery({
    queryKey: keys.connectors,
    queryFn: () => take(api.GET("/v1/connectors")),
    refetchInterval: LIVE_MS,
  });

export const useAdministrators = () =>
  useQuery({ queryKey: keys.administrators, queryFn: () => take(api.GET("/v1/administrators")) });

export const useApiTokens = () =>
  useQuery({ queryKey: keys.tokens, queryFn: () => take(api.GET("/v1/api-tokens")) });

// Polled while a code is on the screen, so that the phone appears as soon as it has enrolled.
export const useEnrolmentToken = (id: string | undefined) =>
  useQuery({
    queryKey: ["enrolment", id],
    queryFn: () =>
      take(api.GET("/v1/enrolment-tokens/{id}", { params: { path: { id: id ?? "" } } })),
    enabled: id !== undefined,
    refetchInterval: (query) => (query.state.data?.used_at ? false : 2_000),
  });

export const auditQuery = (cursor: string | undefined) =>
  queryOptions({
    queryKey: ["audit", cursor],
    queryFn: () => take(api.GET("/v1/audit", { params: { query: { cursor, limit: PAGE_SIZE } } })),
    placeholderData: keepPreviousData,
  });

export const OPEN_STATES: AlertState[] = ["open", "acknowledged"];
