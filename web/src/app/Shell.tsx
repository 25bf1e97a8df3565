import { useQuery } from "@tanstack/react-query";
import { Navigate, Outlet, useMatch, useNavigate } from "@tanstack/react-router";
import { Suspense, useEffect, useState, type ComponentType, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { todayQuery } from "../features/today";
import { Failed, Skeleton } from "../ui";
import { Menu, TabBar } from "./Menu";
import { HeldBanner } from "./HeldBanner";
import { homeOf } from "./menu";
import { ProofDialog } from "./ProofDialog";
import { SessionArea, useCan, useSessionQuery } from "./session";
import { TopBar } from "./TopBar";


/** The frame around every page; whoever is not signed in goes to the sign-in page and comes back after. */
export function Shell(): ReactNode {
  const navigate = useNavigate();
  const { data: session, error, isPending, refetch } = useSessionQuery();
  useEffect(() => {
    if (session !== null && !session?.awaiting) return;
    const here = location.pathname + location.search;
    void navigate({ to: "/signin", search: here === "/" ? {} : { next: here }, replace: true });
  }, [session, navigate]);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (isPending || !session || session.awaiting) return null;
  return <SessionArea session={session}><Frame /></SessionArea>;
}

function Frame() {
  const { t } = useTranslation("app");
  const [finding, setFinding] = useState(false);
  const can = useCan();
  const today = useQuery({ ...todayQuery({}), enabled: can("today.read") });
  const find = () => setFinding(true);
  const home = homeOf(can);
  const lost = useMatch({ from: "/shell/", shouldThrow: false }) && home !== "/";
  const [Palette, setPalette] = useState<ComponentType<{ onClose: () => void }> | null>(null);
  useEffect(() => {
    // Fetched once the page is quiet, and held outside Suspense, which would show it a third of a second late: whoever
    // presses Ctrl-K and types on must not lose the first letters.
    const fetched = () => void import("./Palette").then((module) => setPalette(() => module.Palette));
    const timer = setTimeout(fetched, finding ? 0 : 1000);
    return () => clearTimeout(timer);
  }, [finding]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setFinding((open) => !open);
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  return (
    <>
      <a className="skip" href="#content">{t("skip")}</a>
      <div className="app">
        <Menu todayCount={today.data?.items.length} />
        <div className="main">
          <TopBar onFind={find} />
          <HeldBanner />
          <main className="page" id="content" tabIndex={-1}>
            <Suspense fallback={<Skeleton rows={10} />}>{lost ? <Navigate to={home} replace /> : <Outlet />}</Suspense>
          </main>
        </div>
      </div>
      <TabBar onFind={find} />
      <ProofDialog />
      {finding && Palette && <Palette onClose={() => setFinding(false)} />}
    </>
  );
}
