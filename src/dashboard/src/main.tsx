import "@mantine/core/styles/baseline.css";
import "@mantine/core/styles/default-css-variables.css";
import "@mantine/core/styles/global.css";
import "@mantine/core/styles/UnstyledButton.css";
import "@mantine/core/styles/Loader.css";
import "@mantine/core/styles/Button.css";
import "@mantine/core/styles/Skeleton.css";
import "@mantine/core/styles/Input.css";
import "@mantine/core/styles/FloatingIndicator.css";
import "@mantine/core/styles/Tabs.css";
import "@mantine/core/styles/SegmentedControl.css";
import "./lib/tokens/tokens.css";
import "./app/app.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startLanguage } from "./app/language";
import { plantRouter } from "./app/router";
import { theme, variables } from "./app/theme";
import { retry } from "./lib/api/queries";

const queries = new QueryClient({ defaultOptions: { queries: { retry, retryDelay: 500, refetchOnWindowFocus: false } } });
const router = plantRouter();

await startLanguage();
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root to show the page in.");
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={variables} forceColorScheme="light">
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
