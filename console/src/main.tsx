import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
import "./styles/mantine.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/tables.css";
import "./styles/dialogs.css";
import "./styles/pages.css";
import "./styles/policy_and_enrol.css";
import "./styles/phone_and_alert.css";
import "./styles/settings.css";
import "./styles/apps.css";

import { createTheme, MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/client";
import { router } from "./router";

const theme = createTheme({
  primaryColor: "indigo",
  cursorType: "pointer",
  components: {
    Button: { defaultProps: { size: "xs" } },
    TextInput: { defaultProps: { size: "sm" } },
    NativeSelect: { defaultProps: { size: "sm" } },
  },
});

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // An answer is final; only silence is tried again.
      retry: (failures, error) =>
        error instanceof ApiError && (error.status === 0 || error.status >= 502) && failures < 1,
      retryDelay: 1_000,
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element #root");
createRoot(root).render(
  <StrictMode>
    {/* The variables come from styles/mantine.css: a strict style-src allows no injected <style>. */}
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
