// The items: a list with filters, and the story of one.

import { get, queryOf, Refused } from "./api.js";
import { at, h, show } from "./dom.js";
import { choosing, fill, filtering, searching, valuesOf } from "./filters.js";
import { item, withStory } from "./item.js";
import { PagedList } from "./list.js";
import { itemRow } from "./rows.js";
import { REASONS } from "./words.js";

const BUSY = 503;
const BUSY_WAIT_MS = 2000;
const KEPT = ["status", "reason", "q"];

export class Items {
  constructor(go) {
    this.go = go;
  }

  enter(main) {
    this.filters = null;
    this.id = "";
    this.shown = "";
    this.list = new PagedList("items", "items", itemRow);
    this.form = filtering([
      searching("q", "Path or id"),
      choosing("status", "Status", [["", "any"], ["finished", "finished"], ["rejected", "rejected"], ["pending", "pending"]]),
      choosing("reason", "Reason", [["", "any"], ...Object.entries(REASONS)]),
    ], () => this.changed());
    this.whole = h("div", { class: "all-items" }, this.form, this.list.element);
    this.detail = h("div", { class: "detail" });
    main.append(h("h1", { class: "unseen" }, "Items"), this.whole, this.detail);
  }

  leave() {
    this.id = "";
    this.list.stop();
    this.abort?.abort();
  }

  async open(id, query) {
    this.id = id;
    this.whole.hidden = Boolean(id);
    this.detail.hidden = !id;
    if (id) return this.openItem(id);
    const filters = Object.fromEntries(KEPT.filter((key) => query[key]).map((key) => [key, query[key]]));
    const other = JSON.stringify(filters) !== JSON.stringify(this.filters);
    this.filters = filters;
    fill(this.form, filters);
    return other ? this.list.start(filters) : undefined;
  }

  async again() {
    // What is done stays as it is, and its story takes its time: only the rest is asked for anew.
    if (this.id && !(this.shown === this.id && this.done)) await this.openItem(this.id);
    else if (!this.id && !this.list.rows.length) await this.list.start(this.filters);
  }

  async openItem(id) {
    this.abort?.abort();
    this.abort = new AbortController();
    try {
      const story = await get(`items/${encodeURIComponent(id)}`, {}, this.abort.signal);
      this.detail.replaceChildren(item(story, this.address(), "The journal is looked through …"));
      if (this.shown !== id) scrollTo(0, 0);
      this.shown = id;
      this.done = false;
      at("told").textContent = `Item ${id.slice(0, 8)} is shown`;
      await this.tell(story, this.abort.signal);
    } catch (error) {
      if (error instanceof Refused) this.detail.replaceChildren(h("p", { class: "nothing", role: "alert" }, error.message));
      else if (error.name !== "AbortError") throw error;
    }
  }

  /** Add what the journal holds of it: it is read whole, which takes its time. */
  async tell(found, signal) {
    for (;;) {
      try {
        const story = await get(`items/${encodeURIComponent(found.item.item_id)}/story`, {}, signal);
        show(this.detail, item(withStory(found, story), this.address(), "Nothing."));
        this.done = found.item.status !== "pending";
        return;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        show(this.detail, item(found, this.address(), error.message));
        if (error.status !== BUSY) return;
      }
      await new Promise((resolve) => { setTimeout(resolve, BUSY_WAIT_MS); });
      if (signal.aborted) return;
    }
  }

  address() {
    const query = queryOf(this.filters ?? {});
    return `/items${query && `?${query}`}`;
  }

  changed() {
    this.go(`/items?${queryOf(valuesOf(this.form))}`.replace(/\?$/, ""), { kept: true });
  }

  search() {
    if (!this.id) this.form.elements.q.focus();
  }
}
