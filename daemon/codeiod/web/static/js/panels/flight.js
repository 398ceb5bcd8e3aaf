// The teacher calls that have not come back, the oldest first.

import { h } from "../dom.js";
import { brief, count, span } from "../format.js";
import { step } from "../words.js";
import { nothing } from "./parts.js";

const SHOWN = 10;

export function flight({ calls, in_flight, phase }) {
  if (!calls.length) return nothing(phase === "stopped" ? "The run has stopped." : "No call is under way.");
  const oldest = [...calls].sort((one, other) => other.seconds - one.seconds).slice(0, SHOWN);
  const rest = Math.max(in_flight, calls.length) - oldest.length;
  return [
    h("table", { class: "calls" },
      h("thead", {}, h("tr", {}, ["item", "step", "endpoint", "for"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, oldest.map((call) => h("tr", {},
        h("td", {}, h("a", { class: "id", href: `/item/${call.item_id}` }, brief(call.item_id))),
        h("td", {}, step(call.key)),
        h("td", {}, call.endpoint),
        h("td", { class: "number" }, span(call.seconds)))))),
    rest > 0 ? h("p", { class: "aside" }, `and ${count(rest)} younger`) : "",
  ];
}
