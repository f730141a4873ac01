import type { ProblemDetails } from "./types";

/** A request that did not bring its answer. `code` is the API's stable problem code, or UNREACHABLE when no answer came at all. */
export class ApiProblem extends Error {
  constructor(readonly title: string, readonly detail: string, readonly code: string, readonly status: number) {
    super(`${title}: ${detail}`);
    this.name = "ApiProblem";
  }
}

/** GETs `/api/v1` + path. Throws {@link ApiProblem}. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const url = `/api/v1${path}`;
  let response: Response;
  try {
    response = await fetch(url, { headers: { accept: "application/json" }, ...(signal ? { signal } : {}) });
  } catch (failure) {
    if (signal?.aborted) throw failure;
    throw new ApiProblem("Host not reachable", `GET ${url} got no answer. Check that the host runs and that this browser can reach it.`, "UNREACHABLE", 0);
  }
  if (!response.ok) throw await problem(response, url);
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiProblem("Answer not readable", `GET ${url} answered ${response.status} with something that is not JSON.`, "INVALID", response.status);
  }
}

async function problem(response: Response, url: string): Promise<ApiProblem> {
  const body = (await response.json().catch(() => null)) as Partial<ProblemDetails> | null;
  return new ApiProblem(
    body?.title ?? response.statusText ?? "Request failed",
    body?.detail ?? `GET ${url} answered ${response.status}.`,
    body?.code ?? `HTTP_${response.status}`,
    response.status,
  );
}

/** `?a=1&b=2` of the members that are set. */
export function query(parameters: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}
