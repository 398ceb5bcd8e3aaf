// Small parts that panels share: a meter, an empty panel's line.

import { h } from "../dom.js";

const percent = (part, whole) => `${whole ? Math.min(100, (100 * part) / whole) : 0}%`;

/** A bar of several parts of a whole: [[amount, class], ...]; what it says stands beside it as text. */
export function bar(parts, whole, ...marks) {
  return h("div", { class: "bar", "aria-hidden": "true" },
    parts.map(([amount, kind]) => h("i", { class: kind, style: { width: percent(amount, whole) } })),
    marks.map((mark) => h("b", { style: { left: percent(mark, whole) } })));
}

/** What a panel says that has nothing to show yet. */
export function nothing(text) {
  return h("p", { class: "nothing" }, text);
}
