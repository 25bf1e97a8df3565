import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { beforeAll, expect, it, vi } from "vitest";
import type { CustomerPage } from "../../api";
import { ToastArea } from "../../ui";
import { FormatContext } from "../../ui/FormatContext";
import { formatFor } from "../../ui/format";
import ui from "../../ui/words.zh-CN";
import { RemoveDialog } from "./RemoveDialog";
import customer from "./words.zh-CN";

const went = vi.hoisted(() => vi.fn());
vi.mock("@tanstack/react-router", async (original) => ({ ...(await original<object>()), useNavigate: () => went }));

beforeAll(() => i18next.use(initReactI18next).init({ lng: "zh-CN", resources: { "zh-CN": { ui, customer } }, interpolation: { escapeValue: false } }));

const lin = { id: "17", version: 4, name: "林婉清", segments: [{}, {}], orders: { count: 3, total: { amount: 123400, currency: "CNY" } } } as unknown as CustomerPage;

it("says what goes and what stays, deletes, and brings back the same customer", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", vi.fn((path: string, given: RequestInit) => {
    asked.push(`${given.method} ${path} ${new Headers(given.headers).get("If-Match") ?? ""}`.trim());
    return Promise.resolve(new Response(given.method === "DELETE" ? null : "{}", { status: given.method === "DELETE" ? 204 : 200 }));
  }));
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {}, removeEventListener: () => {}, addListener: () => {}, removeListener: () => {} }));
  const format = formatFor({ language: "zh-CN", timeZone: "Asia/Shanghai", currency: "CNY", now: () => 0 });
  render(
    <QueryClientProvider client={new QueryClient()}><FormatContext.Provider value={format}><ToastArea><RemoveDialog of={lin} open onClose={() => {}} /></ToastArea></FormatContext.Provider></QueryClientProvider>,
  );
  expect(screen.getByText(/2 个客群/)).toBeTruthy();
  expect(screen.getByText(/3 笔订单（¥1,234）保留/)).toBeTruthy();
  expect(asked).toEqual([]);
  await act(async () => { fireEvent.click(screen.getByText("删除客户")); await new Promise((resolve) => setTimeout(resolve)); });
  expect(asked).toEqual(['DELETE /api/v1/customers/17 "4"']);
  expect(went).toHaveBeenLastCalledWith({ to: "/customers" });
  await act(async () => { fireEvent.click(await screen.findByText("撤销")); await new Promise((resolve) => setTimeout(resolve)); });
  expect(asked).toContain("POST /api/v1/customers/17/restore");
  expect(went).toHaveBeenLastCalledWith({ to: "/customers/$id", params: { id: "17" } });
});
