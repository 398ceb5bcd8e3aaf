// A list that is loaded page by page, as far as someone scrolls.

import { get, Refused } from "./api.js";
import { h } from "./dom.js";
import { bytes } from "./format.js";

const PAGE = 50;
const LATE_BYTES = 1_000_000;
const BUSY_WAIT_MS = 2000;

export class PagedList {
  /** @param path of the API, @param key of its rows, @param row makes an element of one */
  constructor(path, key, row) {
    this.path = path;
    this.key = key;
    this.row = row;
    this.rows = [];
    this.more = h("button", { type: "button", class: "more", on: { click: () => this.load() } }, "More");
    this.told = h("p", { class: "told", role: "status" });
    this.body = h("ol", { class: `rows ${key}` });
    this.element = h("div", { class: "list" }, this.told, this.body, this.more);
    this.watcher = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && this.load());
  }

  /** Begin anew with these filters. */
  async start(filters) {
    this.abort?.abort();
    this.abort = new AbortController();
    this.filters = filters;
    this.after = "";
    this.ended = false;
    this.loading = false;
    this.fresh = true;
    this.watcher.observe(this.more);
    await this.load();
  }

  stop() {
    this.abort?.abort();
    this.watcher.disconnect();
  }

  /** Load the next page. */
  async load() {
    if (this.loading || this.ended) return;
    this.loading = true;
    const { signal } = this.abort;
    try {
      const page = await get(this.path, { ...this.filters, after: this.after, limit: PAGE }, signal);
      if (!signal.aborted) this.take(page);
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }

  take(page) {
    const rows = page[this.key];
    if (this.fresh) {
      this.rows = [];
      this.body.replaceChildren();
      this.fresh = false;
    }
    this.rows.push(...rows);
    this.body.append(...rows.map((row) => h("li", {}, this.row(row))));
    this.after = page.next;
    this.ended = !page.next;
    this.more.hidden = this.ended;
    this.tell(page.total, page.behind ?? 0);
    // Where the button is in sight still, nothing will come into sight: look again.
    this.watcher.unobserve(this.more);
    if (!this.ended) this.watcher.observe(this.more);
  }

  tell(total, behind) {
    const n = total >= 0 ? total : this.rows.length;
    const more = total < 0 && !this.ended ? " or more" : "";
    const noun = n === 1 ? this.key.slice(0, -1) : this.key;
    const none = this.ended ? `No ${this.key} with these filters.` : "Looking …";
    const late = behind > LATE_BYTES ? ` · ${bytes(behind)} not indexed yet` : "";
    this.told.textContent = (n ? `${n.toLocaleString("en")}${more} ${noun}` : none) + late;
  }

  fail(error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 503) { // The index is being made or restarted.
      const { signal } = this.abort;
      setTimeout(() => signal.aborted || this.load(), BUSY_WAIT_MS);
    } else {
      this.ended = true; // Until it is started anew: no storm of requests against what refuses.
    }
    this.told.textContent = error.message;
    this.more.hidden = true;
  }
}
