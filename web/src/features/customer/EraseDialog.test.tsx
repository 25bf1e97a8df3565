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
import { DiscloseDialog } from "./DiscloseDialog";
import { EraseDialog } from "./EraseDialog";
import customer from "./words.zh-CN";

const went = vi.hoisted(() => vi.fn());
vi.mock("@tanstack/react-router", async (original) => ({ ...(await original<object>()), useNavigate: () => went }));

beforeAll(() => i18next.use(initReactI18next).init({ lng: "zh-CN", resources: { "zh-CN": { ui, customer } }, interpolation: { escapeValue: false } }));

const lin = { id: "17", version: 4, name: "林婉清", segments: [], orders: { count: 3, total: { amount: 123400, currency: "CNY" } } } as unknown as CustomerPage;
const format = formatFor({ language: "zh-CN", timeZone: "Asia/Shanghai", currency: "CNY", now: () => 0 });

function show(dialog: React.ReactNode, asked: string[]) {
  vi.stubGlobal("fetch", vi.fn((path: string, given: RequestInit) => {
    asked.push(`${given.method} ${path} ${typeof given.body === "string" ? given.body : ""}`.trim());
    return Promise.resolve(new Response("{}", { status: 200 }));
  }));
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {}, removeEventListener: () => {}, addListener: () => {}, removeListener: () => {} }));
  render(<QueryClientProvider client={new QueryClient()}><FormatContext.Provider value={format}><ToastArea>{dialog}</ToastArea></FormatContext.Provider></QueryClientProvider>);
}

const press = (button: HTMLElement) => act(async () => { fireEvent.click(button); await new Promise((resolve) => setTimeout(resolve)); });

it("erases only once the name is typed, on the ground that was chosen", async () => {
  const asked: string[] = [];
  show(<EraseDialog of={lin} open onClose={() => {}} />, asked);
  expect(screen.getByText(/3 笔订单（¥1,234）/)).toBeTruthy();
  const erase = screen.getByRole("button", { name: "彻底清除" });
  await press(erase);
  fireEvent.change(screen.getByRole("textbox"), { target: { value: "林" } });
  await press(erase);
  expect(asked).toEqual([]);
  fireEvent.change(screen.getByRole("combobox"), { target: { value: "unlawful" } });
  fireEvent.change(screen.getByRole("textbox"), { target: { value: "林婉清" } });
  await press(erase);
  expect(asked).toEqual(['POST /api/v1/customers/17/erase {"reason":"unlawful"}']);
  expect(went).toHaveBeenLastCalledWith({ to: "/customers" });
});

it("hands over her data for a reason only", async () => {
  const asked: string[] = [];
  const saved = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
  URL.createObjectURL = () => "blob:";
  URL.revokeObjectURL = () => {};
  show(<DiscloseDialog of={lin} open onClose={() => {}} />, asked);
  await press(screen.getByRole("button", { name: "保存文件" }));
  expect(asked).toEqual([]);
  await press(screen.getByRole("button", { name: "客户本人要求" }));
  await press(screen.getByRole("button", { name: "保存文件" }));
  expect(asked).toEqual([`GET /api/v1/customers/17/personal-data/archive?reason=${encodeURIComponent("客户本人要求")}`]);
  expect(saved).toHaveBeenCalledOnce();
});
