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
export const get = <T>(path: string, signal?: AbortSignal): Promise<T> => ask("GET", `/api/v1${path}`, { signal });

/** POSTs to `/api/v1` + path, with a body where the path does not say all. Throws {@link ApiProblem}. */
export const post = <T>(path: string, body?: unknown): Promise<T> => ask("POST", `/api/v1${path}`, { body });

/** The host's own account of its health is an answer, also where it is not well. */
export const health = <T>(signal?: AbortSignal): Promise<T> => ask("GET", "/health/ready", { signal, also: 503 });

/** @param also a status beside the good ones that is an answer too */
async function ask<T>(method: "GET" | "POST", url: string, { signal, also, body }: { readonly signal?: AbortSignal | undefined; readonly also?: number; readonly body?: unknown }): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, {
      method, headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }), ...(signal ? { signal } : {}),
    });
  } catch (failure) {
    if (signal?.aborted) throw failure;
    throw new ApiProblem("UNREACHABLE", 0, `${method} ${url}`);
  }
  if (!response.ok && response.status !== also) throw await problem(response, `${method} ${url}`);
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiProblem("UNREADABLE", response.status, `${method} ${url}`);
  }
}

async function problem(response: Response, request: string): Promise<ApiProblem> {
  const body = (await response.json().catch(() => null)) as Partial<ProblemDetails> | null;
  return new ApiProblem(body?.code ?? `HTTP_${response.status}`, response.status, request, body?.title, body?.detail);
}

/** `?a=1&b=2` of the members that are set. */
export function query(parameters: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}
