import type { ProblemDetails } from "./types";

/**
 * A request that did not bring its answer. `code` is the API's stable problem code, UNREACHABLE when no answer came at all or
 * UNREADABLE when it is none; `title` and `detail` are the host's own words, null where it said nothing.
 */
export class ApiProblem extends Error {
  constructor(readonly code: string, readonly status: number, readonly request: string, readonly title: string | null = null, readonly detail: string | null = null) {
    super(`${code}: ${request}`);
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
    throw new ApiProblem("UNREACHABLE", 0, `GET ${url}`);
  }
  if (!response.ok) throw await problem(response, url);
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiProblem("UNREADABLE", response.status, `GET ${url}`);
  }
}

async function problem(response: Response, url: string): Promise<ApiProblem> {
  const body = (await response.json().catch(() => null)) as Partial<ProblemDetails> | null;
  return new ApiProblem(body?.code ?? `HTTP_${response.status}`, response.status, `GET ${url}`, body?.title, body?.detail);
}

/** `?a=1&b=2` of the members that are set. */
export function query(parameters: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}
