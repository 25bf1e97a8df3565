import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, useContext, useMemo, type ReactNode } from "react";
import { Problem, readSession, setCsrfToken, type Session } from "../api";
import { FormatContext } from "../ui";
import { formatFor } from "../ui/format";
import { chooseLanguage, chosenLanguage, useLanguage } from "./i18n";

export const sessionQuery = {
  queryKey: ["session"],
  staleTime: Infinity,
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Session | null> => {
    try {
      const session = await readSession(signal);
      setCsrfToken(session.csrf_token);
      if (!chosenLanguage() && session.staff.language) await chooseLanguage(session.staff.language, false);
      return session;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    }
  },
};

const SessionContext = createContext<Session | null>(null);

/** The signed-in person. Only inside the signed-in part of the application. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("no session here");
  return session;
}

/** Whether the signed-in person holds a permission such as "customers.write". */
export function useCan() {
  const { permissions } = useSession();
  return (permission: string) => permissions.includes(permission) || permissions.includes("*");
}

/** Gives pages the session and the formats of its company; a set clock keeps standing still. */
export function SessionArea({ session, children }: { session: Session; children: ReactNode }) {
  const language = useLanguage();
  const { workspace, test_clock: set } = session;
  const format = useMemo(
    () => formatFor({ language, timeZone: workspace.time_zone, currency: workspace.currency, now: set ? () => Date.parse(set) : Date.now }),
    [language, workspace.time_zone, workspace.currency, set],
  );
  return (
    <SessionContext.Provider value={session}>
      <FormatContext.Provider value={format}>{children}</FormatContext.Provider>
    </SessionContext.Provider>
  );
}

/** After signing in or out: forget everything that was read for the person before. */
export async function renewSession(client: QueryClient) {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
  await client.invalidateQueries({ queryKey: ["session"] });
}

export function useRenewSession() {
  const client = useQueryClient();
  return () => renewSession(client);
}

export const useSessionQuery = () => useQuery(sessionQuery);
