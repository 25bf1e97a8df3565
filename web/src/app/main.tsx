import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { ConfigProvider } from "antd";
import { StrictMode, useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import { Problem, whenSignedOut } from "../api";
import { ToastArea } from "../ui";
import "../ui/tokens.css";
import "../ui/base.css";
import "../ui/kit.css";
import "./shell.css";
import { startLanguage, useLanguage } from "./i18n";
import { router } from "./router";
import { antdTheme, useShade } from "./theme";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // An answer that says no will say no again; only silence and overload are worth another try.
      retry: (times, error) => times < 2 && error instanceof Problem && (error.status === 0 || error.status >= 502),
      refetchOnWindowFocus: true,
    },
  },
});
whenSignedOut(() => client.setQueryData(["session"], null));

type AntdLocale = NonNullable<React.ComponentProps<typeof ConfigProvider>["locale"]>;
const antdWords = { "zh-CN": () => import("antd/locale/zh_CN"), "en-US": () => import("antd/locale/en_US") };

function Root() {
  const shade = useShade();
  const language = useLanguage();
  const [locale, setLocale] = useState<AntdLocale>();
  useEffect(() => { void antdWords[language]().then((words) => setLocale(words.default)); }, [language]);
  const theme = useMemo(() => antdTheme(shade), [shade]);
  return (
    <ConfigProvider theme={theme} {...(locale ? { locale } : {})} button={{ autoInsertSpace: false }}>
      <QueryClientProvider client={client}>
        <ToastArea>
          <RouterProvider router={router} />
        </ToastArea>
      </QueryClientProvider>
    </ConfigProvider>
  );
}

void startLanguage().then(() => {
  const at = document.getElementById("root");
  if (at) createRoot(at).render(<StrictMode><Root /></StrictMode>);
});
