// The one door to the server. Every answer that is not a success becomes an ApiError, so that pages
// have one way to say what went wrong.
import createClient from "openapi-fetch";
import type { paths } from "./schema";
import type { ProblemDetails } from "./types";

export class ApiError extends Error {
  constructor(
    readonly status: number, // 0: the server could not be reached
    readonly code: string,
    detail: string,
    readonly place: string = "",
  ) {
    super(detail);
  }
}

let csrfToken = "";
// The session's token for unsafe methods; kept in memory alone.
export function setCsrfToken(token: string) {
  csrfToken = token;
}

// What a request that does not go through `api` sends besides.
export const csrfHeader = (): [string, string][] => (csrfToken ? [["X-CSRF-Token", csrfToken]] : []);

type Listener = () => void;
const signedOutListeners = new Set<Listener>();
export function onSignedOut(listener: Listener): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

// A pending answer is given up after this long, so that a hanging server is reported as lost.
const TIMEOUT_MS = 20_000;

export const api = createClient<paths>({
  baseUrl: "",
  credentials: "same-origin",
  fetch: (request: Request) => fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) }),
});

api.use({
  onRequest({ request }) {
    if (!["GET", "HEAD"].includes(request.method) && csrfToken) {
      request.headers.set("X-CSRF-Token", csrfToken);
    }
    return request;
  },
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

// An answer's data with its ETag, the version to send back in If-Match.
export async function takeTagged<T>(call: Promise<Answer<T>>): Promise<T & { tag: string }> {
  let tag = "";
  const data = await take(
    call.then((answer) => {
      tag = answer.response.headers.get("ETag") ?? "";
      return answer;
    }),
  );
  return { ...data, tag };
}

// Gives the data of an answer or throws an ApiError.
export async function take<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (cause) {
    throw new ApiError(0, "unreachable", cause instanceof Error ? cause.message : "");
  }
  if (answer.response.ok) return answer.data as T;
  throw refusal(answer.response.status, answer.error, answer.response.statusText);
}

// The error an answer with problem+json means; a session that has ended is told to who listens.
export function refusal(status: number, body: unknown, statusText: string): ApiError {
  const problem = (body ?? {}) as Partial<ProblemDetails>;
  const error = new ApiError(status, problem.code ?? "", problem.detail ?? problem.title ?? statusText, problem.place);
  if (error.status === 401 && !["totp_required", "bad_credentials"].includes(error.code)) {
    for (const listener of signedOutListeners) listener();
  }
  return error;
}
