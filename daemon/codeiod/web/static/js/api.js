// Asks the daemon: JSON over its API, with the token where it wants one.

const TOKEN = "codeiod.token";

/** The daemon refused, or could not be reached (status 0). */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Return the headers that a request carries. */
export function headers() {
  const token = sessionStorage.getItem(TOKEN);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** Keep the token for this tab. */
export function keepToken(token) {
  sessionStorage.setItem(TOKEN, token);
}

/** Get JSON; empty parameters are left out. Throws Refused; an aborted request throws AbortError. */
export async function get(path, parameters = {}, signal = undefined) {
  const query = queryOf(parameters);
  try {
    const response = await fetch(`/api/${path}${query && `?${query}`}`, { headers: headers(), signal });
    const body = await response.json();
    if (response.ok) return body;
    throw new Refused(response.status, body.error?.message ?? response.statusText);
  } catch (error) {
    if (error.name === "AbortError" || error instanceof Refused) throw error;
    throw new Refused(0, "The daemon can't be reached.");
  }
}

/** Write parameters as a query, without those that are empty. */
export function queryOf(parameters) {
  return new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== "")).toString();
}
