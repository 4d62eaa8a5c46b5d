import { createContext, useContext } from "react";
import type { Role, Session } from "../api/types";

const SessionContext = createContext<Session | null>(null);
export const SessionProvider = SessionContext.Provider;

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("a page inside the shell was rendered without a session");
  return session;
}

const order: Role[] = ["viewer", "analyst", "admin"];
// What the page offers; the server decides.
export function useMay(least: Role): boolean {
  return order.indexOf(useSession().administrator.role) >= order.indexOf(least);
}
