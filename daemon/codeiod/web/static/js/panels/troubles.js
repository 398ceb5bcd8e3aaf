// What an operator should know of, in plain words, the newest first.

import { h } from "../dom.js";
import { ago, count } from "../format.js";
import { nothing } from "./parts.js";

const SHOWN = 8;
const MOODS = { warning: "warn", error: "bad", critical: "bad" };

export function troubles({ troubles: all, at }) {
  if (!all.length) return nothing("None.");
  return h("ul", { class: "troubles" }, all.slice(0, SHOWN).map((trouble) => h("li", {},
    h("p", { class: "below" },
      h("span", { class: `state ${MOODS[trouble.level] ?? "off"}` }, trouble.level),
      h("time", {}, ago(trouble.at, at)),
      trouble.times > 1 ? h("span", { class: "number" }, `${count(trouble.times)} times`) : ""),
    h("p", {}, trouble.text || trouble.event))));
}
