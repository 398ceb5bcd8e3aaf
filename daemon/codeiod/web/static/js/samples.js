// The browser of samples: filters, the list, and one sample beside it.

import { get, queryOf, Refused } from "./api.js";
import { at, h, show } from "./dom.js";
import { copyText } from "./copy.js";
import { choosing, fill, filtering, offer, searching, valuesOf } from "./filters.js";
import { brief, count } from "./format.js";
import { PagedList } from "./list.js";
import { sampleRow } from "./rows.js";
import { sample } from "./sample.js";
import { REASONS, TASKS, VERDICTS } from "./words.js";

const KEPT = ["task", "status", "turn", "reason", "model", "q", "item"];
const WIDE = matchMedia("(min-width: 1000px)");
const verdictsOf = (turn) => Object.entries(VERDICTS).filter(([key]) => key !== "success")
  .map(([key, text]) => [`${key}/${turn}`, text]);
const CHECKS = {
  "": [["", "any"], ["right", "right"], ["right/1", "right at turn 1"],
    ["right/2", "right at turn 2"], ["wrong", "never right"], ["/2", "had a second turn"]],
  "wrong at turn 1": verdictsOf(1),
  "wrong at turn 2": verdictsOf(2),
};

export class Samples {
  constructor(go) {
    this.go = go;
  }

  enter(main) {
    this.filters = null;
    this.id = null;
    this.whole = null;
    this.list = new PagedList("samples", "samples", (row) => sampleRow(row, this.filters));
    this.form = filtering([
      searching("q", "Path, problem or id"),
      choosing("task", "Task", [["", "both"], ...Object.entries(TASKS)]),
      choosing("check", "Verdict", CHECKS),
      choosing("model", "Model", [["", "any"]]),
      choosing("reason", "Lost for", [["", "not lost"], ...Object.entries(REASONS)]),
    ], () => this.changed());
    this.newer = h("button", { type: "button", class: "newer", hidden: true, on: { click: () => this.load() } });
    this.only = h("p", { class: "only", hidden: true });
    this.detail = h("div", { class: "detail", id: "detail" });
    main.append(
      h("h1", { class: "unseen" }, "Samples"), this.form,
      h("div", { class: "split" },
        h("section", { class: "side", "aria-label": "List of samples" }, this.only, this.newer, this.list.element), this.detail));
  }

  leave() {
    this.list.stop();
    this.abort?.abort();
  }

  /** Show what the address says: filters, and a sample ("" for none). */
  async open(id, query) {
    const filters = Object.fromEntries(KEPT.filter((key) => query[key]).map((key) => [key, query[key]]));
    const other = JSON.stringify(filters) !== JSON.stringify(this.filters);
    this.filters = filters;
    const { status = "", turn = "", ...rest } = filters;
    fill(this.form, { ...rest, check: turn ? `${status}/${turn}` : status });
    document.body.classList.toggle("one", Boolean(id));
    this.tellOnly(filters.item);
    const sampleShown = this.openSample(id, other);
    if (other) await this.load();
    await sampleShown;
    if (!id && WIDE.matches && this.list.rows[0]?.id && this.id === "") await this.openSample(this.list.rows[0].id, true);
  }

  tellOnly(item) {
    this.only.hidden = !item;
    if (!item) return;
    show(this.only, "Of item ", h("a", { class: "id", href: `/item/${encodeURIComponent(item)}` }, brief(item)), " alone: ",
      h("a", { href: "/samples" }, "show all"));
  }

  async load() {
    this.newer.hidden = true;
    this.seen = this.total;
    this.nameModels();
    await this.list.start(this.filters);
    this.markCurrent();
  }

  /** Offer the models that there are samples of. */
  async nameModels() {
    try {
      offer(this.form.elements.model, (await get("filters")).models);
    } catch (error) {
      if (!(error instanceof Refused)) throw error; // The list tells of it.
    }
  }

  /** Go on after the daemon was away: what is being read stays as it is. */
  async again() {
    if (!this.list.rows.length) await this.load();
    if (this.id && !this.whole) await this.openSample(this.id, true);
  }

  async openSample(id, other) {
    if (id === this.id && !other) return;
    this.id = id;
    this.whole = null;
    this.abort?.abort();
    this.markCurrent();
    if (!id) {
      this.detail.replaceChildren(h("p", { class: "nothing" }, "Choose a sample."));
      return;
    }
    this.abort = new AbortController();
    try {
      this.whole = await get(`samples/${encodeURIComponent(id)}`, this.filters, this.abort.signal);
    } catch (error) {
      if (error instanceof Refused) this.detail.replaceChildren(h("p", { class: "nothing", role: "alert" }, error.message));
      else if (error.name !== "AbortError") throw error;
      return;
    }
    this.detail.replaceChildren(sample(this.whole, {
      back: this.address(""), previous: this.address(this.whole.previous, ""), next: this.address(this.whole.next, ""),
      copy: () => this.copy(), link: () => this.copyLink(),
    }));
    this.detail.scrollTo?.(0, 0);
    if (!WIDE.matches) scrollTo(0, 0);
    at("told").textContent = `Sample ${id.slice(0, 8)} is shown`;
  }

  /** Return the address of a sample; of the list, or what stands for it, where there is no id. */
  address(id, none = undefined) {
    if (!id && none !== undefined) return none;
    const query = queryOf(this.filters);
    return `${id ? `/sample/${encodeURIComponent(id)}` : "/samples"}${query && `?${query}`}`;
  }

  changed() {
    const { check = "", ...rest } = valuesOf(this.form);
    const [status, turn = ""] = check.split("/");
    const { item = "" } = this.filters;
    this.go(`/samples?${queryOf({ ...rest, item, status, turn })}`.replace(/\?$/, ""), { kept: true });
  }

  markCurrent() {
    for (const link of this.list.body.querySelectorAll("a[data-id]")) {
      if (link.dataset.id === this.id && this.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const link = this.list.body.querySelector("a[aria-current]");
    if (link && WIDE.matches) bringIntoSight(link, this.list.element.parentElement);
  }

  /** Say that there is more to see. */
  status(affairs) {
    this.total = Object.values(affairs.report.samples).reduce((sum, tally) => sum + tally.total, 0);
    this.seen ??= this.total;
    const more = this.total - this.seen;
    this.newer.hidden = more <= 0;
    if (more > 0) this.newer.textContent = `${count(more)} newer ${more === 1 ? "sample" : "samples"}: show`;
  }

  next() {
    if (this.whole?.next) this.go(this.address(this.whole.next));
  }

  previous() {
    if (this.whole?.previous) this.go(this.address(this.whole.previous));
  }

  search() {
    this.form.elements.q.focus();
  }

  async copy() {
    if (!this.whole) return;
    const { sample: line, program } = this.whole;
    await copyText(JSON.stringify({ sample: line, program }, null, 2));
    at("told").textContent = "Copied as JSON";
    this.flash(".copy", "Copied");
  }

  async copyLink() {
    await copyText(new URL(this.address(this.id), location.href).href);
    at("told").textContent = "The link is copied";
    this.flash(".copy-link", "Copied");
  }

  flash(selector, text) {
    const button = this.detail.querySelector(selector);
    if (!button || button.dataset.told) return;
    button.dataset.told = button.textContent;
    button.textContent = text;
    setTimeout(() => { button.textContent = button.dataset.told; delete button.dataset.told; }, 1200);
  }
}

// Scrolls the list alone: scrollIntoView would move the page too.
function bringIntoSight(link, side) {
  const [inner, outer] = [link.getBoundingClientRect(), side.getBoundingClientRect()];
  if (inner.top < outer.top) side.scrollTop -= outer.top - inner.top;
  else if (inner.bottom > outer.bottom) side.scrollTop += inner.bottom - outer.bottom;
}
