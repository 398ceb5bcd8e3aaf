// Listens to the daemon's events, and goes on listening after it was away.
// Read by fetch and not by EventSource, which can carry no token and never gives up on silence.

import { headers } from "./api.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
const SILENCE_MS = 15_000;

export class Stream {
  /** @param handlers {status, series}: by event; @param onState "live" | "lost" | "refused" */
  constructor(handlers, onState) {
    this.handlers = handlers;
    this.onState = onState;
    this.abort = null;
  }

  /** Listen for ever; call it again to connect at once. */
  async listen() {
    this.abort?.abort();
    const own = new AbortController();
    this.abort = own;
    let wait = FIRST_WAIT_MS;
    while (!own.signal.aborted) {
      const heard = await this.hear(own.signal);
      if (own.signal.aborted) return;
      if (heard === "refused") return this.onState("refused");
      this.onState("lost");
      wait = heard ? FIRST_WAIT_MS : Math.min(2 * wait, LONGEST_WAIT_MS);
      await pause(wait, own.signal);
    }
    return undefined;
  }

  /** Listen no more, until it is called again. */
  stop() {
    this.abort?.abort();
  }

  /** Listen to one connection to its end; return whether anything came. */
  async hear(outer) {
    const own = new AbortController();
    const stop = () => own.abort();
    outer.addEventListener("abort", stop);
    let heard = false;
    let timer = setTimeout(stop, SILENCE_MS);
    try {
      const response = await fetch("/api/events", { headers: headers(), signal: own.signal, cache: "no-store" });
      if (response.status === 401 || response.status === 403) return "refused";
      if (!response.ok) return false;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return heard;
        clearTimeout(timer);
        timer = setTimeout(stop, SILENCE_MS);
        heard = true;
        rest = this.take((rest + value).replaceAll("\r\n", "\n"));
      }
    } catch {
      return heard; // The connection broke, or was silent too long: the caller connects anew.
    } finally {
      clearTimeout(timer);
      outer.removeEventListener("abort", stop);
    }
  }

  /** Hand on all whole events; return what is left. */
  take(text) {
    const blocks = text.split("\n\n");
    const rest = blocks.pop();
    for (const block of blocks) this.hand(block);
    return rest;
  }

  hand(block) {
    let event = "message";
    const data = [];
    for (const line of block.split("\n")) {
      if (line.startsWith("event:")) event = line.slice(6).trim();
      else if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
    }
    if (!data.length || !(event in this.handlers)) return;
    this.onState("live");
    this.handlers[event](JSON.parse(data.join("\n")));
  }
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); });
  });
}
