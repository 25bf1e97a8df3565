import { theme as antd, type ThemeConfig } from "antd";
import { useEffect, useSyncExternalStore } from "react";

export type ThemeChoice = "system" | "light" | "dark";
export type Shade = "light" | "dark";

const STORED = "guanxi.theme";
const night = () => matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

export const themeChoice = () => (localStorage.getItem(STORED) ?? "system") as ThemeChoice;
const shade = (): Shade => (themeChoice() === "dark" || (themeChoice() === "system" && night().matches) ? "dark" : "light");

function apply() {
  document.documentElement.dataset.theme = shade();
  listeners.forEach((tell) => tell());
}

export function chooseTheme(to: ThemeChoice) {
  localStorage.setItem(STORED, to);
  apply();
}

/** Light or dark, following the choice and, where the choice is "system", the machine. */
export function useShade() {
  useEffect(() => {
    const media = night();
    const elsewhere = ({ key }: StorageEvent) => { if (key === STORED) apply(); }; // picked in another tab
    media.addEventListener("change", apply);
    addEventListener("storage", elsewhere);
    return () => { media.removeEventListener("change", apply); removeEventListener("storage", elsewhere); };
  }, []);
  return useSyncExternalStore((tell) => {
    listeners.add(tell);
    return () => listeners.delete(tell);
  }, shade);
}

/** The component library's theme, read from tokens.css so that there is one source of colour and size. */
export function antdTheme(shade: Shade): ThemeConfig {
  const style = getComputedStyle(document.documentElement);
  const v = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const px = (name: string) => parseInt(v(name), 10);
  return {
    algorithm: shade === "dark" ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      fontFamily: v("font"), fontSize: px("fs-14"), fontSizeSM: px("fs-12"), fontSizeLG: px("fs-16"), fontWeightStrong: 600,
      colorPrimary: v("accent-fill"), colorPrimaryHover: v("accent-hover"), colorPrimaryActive: v("accent-press"),
      colorLink: v("accent"), colorPrimaryBg: v("accent-bg"), controlItemBgActive: v("accent-bg"), colorPrimaryBorder: v("accent-line"),
      colorText: v("ink"), colorTextSecondary: v("ink-2"), colorTextTertiary: v("ink-3"), colorTextDescription: v("ink-3"), colorTextPlaceholder: v("ink-3"),
      colorTextQuaternary: v("ink-4"), colorTextDisabled: v("ink-4"),
      colorBorderSecondary: v("line"), colorSplit: v("line"), colorBorder: v("line-2"),
      colorBgContainer: v("bg"), colorBgLayout: v("bg-nav"), colorBgElevated: v("bg-pop"),
      controlItemBgHover: v("bg-hover"), colorFillTertiary: v("bg-hover"), colorFillSecondary: v("bg-press"),
      colorError: v("danger"), colorErrorBg: v("danger-bg"), colorWarning: v("warn"), colorWarningBg: v("warn-bg"), colorSuccess: v("ok"), colorSuccessBg: v("ok-bg"),
      controlHeight: px("h-md"), controlHeightSM: px("h-sm"), controlHeightLG: px("h-tap"), borderRadius: px("r-2"), borderRadiusSM: px("r-1"), borderRadiusLG: px("r-3"),
      boxShadowSecondary: v("shadow-pop"), motionDurationFast: "0.12s", motionDurationMid: "0.18s", motionDurationSlow: "0.18s",
    },
    components: {
      Input: { activeShadow: "none", colorBorder: v("line-3") },
      Select: { colorBorder: v("line-3"), activeOutlineColor: "transparent" },
      DatePicker: { colorBorder: v("line-3"), activeShadow: "none" },
      Checkbox: { colorBorder: v("line-3") },
      Tooltip: { colorBgSpotlight: v("ink"), colorTextLightSolid: v("bg") },
    },
  };
}
