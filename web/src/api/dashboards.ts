import { del, get, patch, post } from "./client";
import type { Metric } from "./analyze";
import type { Cross, ReportChart, ReportDefinition, SqlAnswer } from "./reports";
import type { List, Said } from "./shapes";

/** One field of a dashboard; tiles stand in rows of four columns, in the order they are listed. */
export interface Tile {
  key: string;
  kind: "report" | "ready" | "metric" | "segment" | "text";
  title?: string;
  wide: number;
  tall: number;
  report?: string;
  ready?: string;
  metric?: string;
  segment?: string;
  text?: string;
  chart?: "" | ReportChart;
}

/** Which days the whole is about; none when each tile has its own. */
export type Days = NonNullable<ReportDefinition["period"]>;

export interface Dashboard {
  id: string;
  name: string;
  description: string;
  tiles: Tile[];
  days: Days;
  segment: string | null;
  shared: "nobody" | "team" | "everybody";
  ready?: string;
  owner?: string;
  mine: boolean;
  changeable: boolean;
  updated_at: string;
  version: number;
}

/** A dashboard the product brings. */
export interface ReadyDashboard {
  key: string;
  name: Said;
  description: Said;
  tiles: Tile[];
  mine: boolean;
}

export interface DashboardDraft {
  name: string;
  description?: string;
  tiles: Tile[];
  days?: Days;
  segment?: string;
  shared?: Dashboard["shared"];
  ready?: string;
}

export interface TileAsked {
  tile: Tile;
  dashboard?: string;
  days?: Days;
  segment?: string;
}

/** What a tile shows, with the rights of who looks. */
export interface TileShown {
  name: Said;
  definition?: ReportDefinition;
  cross?: Cross;
  rows?: SqlAnswer;
  metric?: Metric;
  from?: string;
  to?: string;
  segment?: { id: string; count: number; of?: number; moves: { entered_7d: number; left_7d: number }; course: (number | null)[] };
}

export const listDashboards = (signal?: AbortSignal) => get<List<Dashboard>>("/dashboards", {}, signal);
export const listReadyDashboards = (signal?: AbortSignal) => get<List<ReadyDashboard>>("/dashboards/ready", {}, signal);
export const addDashboard = (draft: DashboardDraft, idempotencyKey: string) => post<Dashboard>("/dashboards", draft, { idempotencyKey });
export const changeDashboard = (id: string, version: number, to: Partial<DashboardDraft>) => patch<Dashboard>(`/dashboards/${id}`, to, { ifMatch: version });
export const removeDashboard = (id: string, version: number) => del(`/dashboards/${id}`, { ifMatch: version });
export const restoreDashboard = (id: string) => post<Dashboard>(`/dashboards/${id}/restore`);
export const showTile = (asked: TileAsked, signal?: AbortSignal) => post<TileShown>("/dashboards/tile", asked, { signal });
