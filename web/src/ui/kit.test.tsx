import { act, fireEvent, render, screen } from "@testing-library/react";
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { Bold, DataList, rangeOf, ToastArea, useToast } from ".";
import words from "./words.zh-CN";

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: "zh-CN", defaultNS: "ui", resources: { "zh-CN": { ui: words } }, interpolation: { escapeValue: false } });
  Element.prototype.scrollIntoView = () => {};
});

describe("a sentence", () => {
  it("makes bold what stands between ** and nothing else", () => {
    const { container } = render(<p><Bold text="近 12 个月消费 **¥23,400**，已 **58 天**未购" /></p>);
    expect([...container.querySelectorAll("b")].map((bold) => bold.textContent)).toEqual(["¥23,400", "58 天"]);
    expect(container.textContent).toBe("近 12 个月消费 ¥23,400，已 58 天未购");
  });
  it("leaves the stars of a masked value alone", () => {
    const { container } = render(<p><Bold text="**手机** 154****0105" /></p>);
    expect(container.textContent).toBe("手机 154****0105");
  });
  it("never becomes markup", () => {
    const { container } = render(<Bold text="**<img src=x>**" />);
    expect(container.querySelector("img")).toBeNull();
  });
});

describe("a sparkline's range", () => {
  it("is at least a fifth of the middle, so that a steady figure looks steady", () => expect(rangeOf([100, 101])).toEqual([100.5 - 10.05, 100.5 + 10.05]));
  it("is that of the values where they move more", () => expect(rangeOf([10, 30])).toEqual([10, 30]));
});

describe("a list", () => {
  const answer = { data: { items: [{ id: "1" }, { id: "2" }], next_cursor: "after-2", total: 7 }, error: null, isPending: false, refetch: () => {} };
  const show = (more: object = {}) => {
    const on = { open: vi.fn(), sort: vi.fn(), trail: vi.fn() };
    render(<DataList label="客户" answer={answer} columns={[{ key: "id", head: "编号", cell: (row) => row.id, sort: "id" }]} rowKey={(row) => row.id} onOpen={on.open} onSort={on.sort} onTrail={on.trail} empty="没有" {...more} />);
    return on;
  };
  it("opens with J, J, Enter the second row", () => {
    const on = show();
    for (const key of ["j", "j", "Enter"]) fireEvent.keyDown(document.body, { key });
    expect(on.open).toHaveBeenCalledExactlyOnceWith({ id: "2" });
  });
  it("leaves the keys to somebody who types", () => {
    const on = show();
    const box = document.body.appendChild(document.createElement("input"));
    for (const key of ["j", "Enter"]) fireEvent.keyDown(box, { key });
    box.remove();
    expect(on.open).not.toHaveBeenCalled();
  });
  it("sorts downwards first, upwards then", () => {
    const on = show({ sort: "-id" });
    fireEvent.click(screen.getByRole("button", { name: /编号/ }));
    expect(on.sort).toHaveBeenCalledWith("id");
  });
  it("puts the next cursor behind those passed", () => {
    const on = show({ trail: ["after-0"] });
    fireEvent.click(screen.getByRole("button", { name: "下一页" }));
    expect(on.trail).toHaveBeenCalledWith(["after-0", "after-2"]);
  });
  it("says why it is empty", () => {
    show({ answer: { ...answer, data: { items: [] } } });
    expect(screen.getByText("没有")).toBeTruthy();
  });
});

describe("the note at the foot", () => {
  const undo = vi.fn(() => Promise.resolve());
  function Deed() {
    const { say } = useToast();
    return <button onClick={() => say({ text: "林婉清 已忽略", undo })}>忽略</button>;
  }
  it("takes back with Z, once", async () => {
    render(<ToastArea><Deed /></ToastArea>);
    fireEvent.click(screen.getByText("忽略"));
    await act(async () => { fireEvent.keyDown(document.body, { key: "z" }); await Promise.resolve(); });
    expect(undo).toHaveBeenCalledTimes(1);
    expect(screen.queryByText("林婉清 已忽略")).toBeNull();
    expect(screen.getByText("已撤销")).toBeTruthy();
  });
  it("goes by itself when its seconds are over", () => {
    vi.useFakeTimers();
    render(<ToastArea><Deed /></ToastArea>);
    fireEvent.click(screen.getByText("忽略"));
    act(() => { vi.advanceTimersByTime(11_000); });
    expect(screen.queryByText("林婉清 已忽略")).toBeNull();
    vi.useRealTimers();
  });
});
