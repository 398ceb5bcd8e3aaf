// Rows of the lists: a sample, an item.

import { queryOf } from "./api.js";
import { h } from "./dom.js";
import { brief, count, money, moment } from "./format.js";
import { REASONS, TASKS, VERDICTS, words } from "./words.js";

const SIGNS = { success: ["right", "✓"], "": ["none", "·"] };

/** A verdict as a sign, with its words for readers and pointers. */
export function verdict(status, turn) {
  const [kind, sign] = SIGNS[status] ?? ["wrong", "✗"];
  const told = status ? `turn ${turn}: ${words(VERDICTS, status)}` : `no turn ${turn}`;
  return h("span", { class: `verdict ${kind}`, title: told }, h("span", { "aria-hidden": "true" }, sign),
    h("span", { class: "unseen" }, ` ${told} `));
}

/** The last part of a path in front, for that is what differs. */
export function pathOf(path) {
  const cut = path.lastIndexOf("/") + 1;
  return h("span", { class: "path", title: path }, h("b", {}, path.slice(cut) || path), " ",
    h("span", { class: "folder" }, path.slice(0, cut)));
}

/** A sample that was made, or one that was lost; not `named`: where the file is known already. */
export function sampleRow(row, filters, { named = true } = {}) {
  const about = [TASKS[row.task] ?? row.task, `pair ${row.pair + 1}`, row.sample > 0 ? `sample ${row.sample + 1}` : ""];
  const text = about.filter(Boolean).join(" · ");
  if (!row.id) {
    return h("a", { class: "row lost", href: `/item/${encodeURIComponent(row.item_id)}` },
      pathOf(row.path), h("span", { class: "about" }, row.task ? text : ""),
      h("span", { class: "about why" }, words(REASONS, row.reason), row.detail ? `: ${row.detail}` : ""));
  }
  const query = queryOf(filters);
  return h("a", { class: named ? "row" : "row short", href: `/sample/${encodeURIComponent(row.id)}${query && `?${query}`}`, "data-id": row.id },
    h("span", { class: "verdicts" }, verdict(row.status_1, 1), verdict(row.status_2, 2)),
    named ? pathOf(row.path) : "",
    h("span", { class: named ? "about" : "about first" }, text),
    h("span", { class: "about number" }, row.cost ? money(row.cost) : brief(row.id)));
}

const STATES = { finished: "good", rejected: "off", pending: "warn" };

/** An item, with what became of it. */
export function itemRow(row) {
  const right = row.right_1 + row.right_2;
  const came = row.status === "rejected"
    ? `${words(REASONS, row.reason)}${row.detail ? `: ${row.detail}` : ""}`
    : row.samples ? `${count(right)} of ${count(row.samples)} right` : "";
  return h("a", { class: "row item", href: `/item/${encodeURIComponent(row.item_id)}` },
    pathOf(row.path),
    h("span", { class: `state ${STATES[row.status] ?? "off"}` }, row.status),
    h("span", { class: "about came" }, came),
    h("span", { class: "about number" }, row.cost ? money(row.cost) : ""),
    h("time", { class: "about number" }, row.at ? moment(row.at) : ""));
}
