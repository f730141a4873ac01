import { MantineProvider } from "@mantine/core";
import { configure } from "@testing-library/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { startLanguage } from "../app/language";
import { plantQuery } from "../lib/api/queries";
import { plant } from "./shapes";

configure({ asyncUtilTimeout: 4_000 });   // pages load lazily; a busy machine takes its time

export async function startTestLanguage(): Promise<void> {
  localStorage.setItem("digitaltwin.language", "en");
  await startLanguage();
}

export function testClient(): QueryClient {
  const made = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  made.setQueryData(plantQuery.queryKey, plant());
  return made;
}

export function Providers({ client: given, children }: { readonly client?: QueryClient; readonly children: ReactNode }) {
  const [client] = useState(() => given ?? testClient());
  return <MantineProvider><QueryClientProvider client={client}>{children}</QueryClientProvider></MantineProvider>;
}
