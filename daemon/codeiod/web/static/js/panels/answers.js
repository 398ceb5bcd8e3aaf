// How many answers were right at turn 1, at turn 2, and never: by direction.

import { h } from "../dom.js";
import { count, share } from "../format.js";
import { TASKS } from "../words.js";
import { bar, nothing } from "./parts.js";

const PARTS = [
  ["right at turn 1", "good", "turn=1&status=right", (tally) => tally.right_1],
  ["right at turn 2", "second", "turn=2&status=right", (tally) => tally.right_2],
  ["never right", "rest", "status=wrong", (tally) => tally.total - tally.right_1 - tally.right_2],
];

export function answers({ report }) {
  const tasks = Object.entries(TASKS).filter(([task]) => report.samples[task]?.total);
  if (!tasks.length) return nothing("No sample yet.");
  return tasks.map(([task, name]) => direction(task, name, report.samples[task]));
}

function direction(task, name, tally) {
  const parts = PARTS.map(([label, kind, query, amount]) => ({ label, kind, query, amount: amount(tally) }));
  return h("div", { class: "direction" },
    h("h3", {}, name, h("span", { class: "number" }, count(tally.total))),
    bar(parts.map(({ amount, kind }) => [amount, kind]), tally.total),
    h("ul", { class: "legend" }, parts.map(({ label, kind, query, amount }) => h("li", {},
      h("i", { class: `key ${kind}` }),
      h("a", { href: `/samples?task=${task}&${query}` }, label),
      h("span", { class: "number" }, count(amount)),
      h("span", { class: "number" }, share(amount, tally.total))))));
}
