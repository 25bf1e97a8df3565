import i18next from "i18next";
import { useSyncExternalStore } from "react";
import { initReactI18next } from "react-i18next";
import { setAnswerLanguage } from "../api/client";
import type { Language } from "../api/shapes";
import type words from "./words.zh-CN";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "ui";
    resources: typeof words;
    returnNull: false;
  }
}

const STORED = "guanxi.language";
const bundles: Record<Language, () => Promise<{ default: object }>> = {
  "zh-CN": () => import("./words.zh-CN"),
  "en-US": () => import("./words.en-US"),
};

const first = (): Language => (document.documentElement.lang === "en-US" ? "en-US" : "zh-CN");

async function load(language: Language) {
  const words = (await bundles[language]()).default as Record<string, object>;
  for (const [feature, text] of Object.entries(words)) i18next.addResourceBundle(language, feature, text, true, true);
}

/** Loads the reader's language; the other one only when it is chosen. */
export async function startLanguage() {
  const language = first();
  await i18next.use(initReactI18next).init({ lng: language, fallbackLng: false, defaultNS: "ui", resources: {}, interpolation: { escapeValue: false }, returnNull: false });
  await chooseLanguage(language, false);
  addEventListener("storage", ({ key, newValue }) => { // picked in another tab
    if (key === STORED && newValue) void chooseLanguage(newValue as Language, false);
  });
}

export async function chooseLanguage(language: Language, keep = true) {
  await load(language);
  if (keep) localStorage.setItem(STORED, language);
  document.documentElement.lang = language;
  setAnswerLanguage(language);
  await i18next.changeLanguage(language);
}

/** The language the reader picked on this machine, else none. */
export const chosenLanguage = () => localStorage.getItem(STORED) as Language | null;

export function useLanguage(): Language {
  return useSyncExternalStore(
    (tell) => {
      i18next.on("languageChanged", tell);
      return () => i18next.off("languageChanged", tell);
    },
    () => i18next.language as Language,
  );
}
