// The sandbox: how busy it is, and how its calls ended.

import { h } from "../dom.js";
import { count, share, short, span } from "../format.js";
import { outcome } from "../words.js";
import { bar, nothing } from "./parts.js";

export function sandbox({ sandbox: all, phase }) {
  const outcomes = Object.entries(all.outcomes).filter(([, n]) => n).sort((one, other) => other[1] - one[1]);
  if (!outcomes.length && !all.workers) {
    return nothing(phase === "stopped" ? "Not running." : "Nothing was run yet.");
  }
  const total = outcomes.reduce((sum, [, n]) => sum + n, 0);
  return [
    h("p", { class: "below" }, `${count(all.running)} of ${count(all.workers)} workers busy · ${count(all.waiting)} jobs in line · level ${all.level}`),
    h("ul", { class: "outcomes" }, outcomes.map(([name, n]) => h("li", {},
      h("span", { class: "name" }, outcome(name)),
      bar([[n, name === "returned" ? "good" : "rest"]], outcomes[0][1]),
      h("span", { class: "number" }, short(n)),
      h("span", { class: "number" }, share(n, total))))),
    h("p", { class: "aside" }, `${short(all.calls)} calls, ${span(all.cpu_seconds)} of processor time`),
  ];
}
