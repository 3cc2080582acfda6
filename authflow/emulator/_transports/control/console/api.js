// Requests to the emulator's own paths.

const BASE = "/_authflow";
const KEPT = "authflow-control-token"; // in this tab only

/** A request that the emulator refused. */
export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export function useToken(token) {
  sessionStorage.setItem(KEPT, token);
}

export function hasToken() {
  return sessionStorage.getItem(KEPT) !== null;
}

/** Sends a request and returns the JSON of the reply. Throws Refused, or TypeError without a reply. */
export async function call(method, path, body) {
  const token = sessionStorage.getItem(KEPT);
  const response = await fetch(BASE + path, {
    method,
    headers: {
      ...(method === "GET" ? {} : { "Content-Type": "application/json" }),
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  const content = await response.json();
  if (!response.ok) throw new Refused(response.status, content.detail ?? response.statusText);
  return content;
}

export const get = (path) => call("GET", path);
