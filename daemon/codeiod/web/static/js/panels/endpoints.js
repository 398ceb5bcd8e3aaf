// Each endpoint: what is in flight against its limit, how fast it answers, what failed.

import { h } from "../dom.js";
import { count, share, short, span } from "../format.js";
import { endpointState, words } from "../words.js";
import { bar, nothing } from "./parts.js";

const MOODS = { up: "good", resting: "warn", out: "bad" };

export function endpoints({ endpoints: all, teacher }) {
  if (!all.length) return nothing(teacher === "builtin" ? "The built-in teacher needs no endpoint." : "None is asked now.");
  return all.map(endpoint);
}

function endpoint(each) {
  const { name, model, url, state, why, in_flight, limit, max_in_flight } = each;
  return h("article", { class: "endpoint" },
    h("header", {},
      h("h3", { title: url }, name), h("span", { class: "model" }, model),
      h("span", { class: `state ${MOODS[state]}` }, endpointState(state))),
    why ? h("p", { class: "why" }, why) : "",
    bar([[in_flight, "good"]], Math.max(max_in_flight, limit, 1), limit),
    h("p", { class: "below" }, `${count(in_flight)} in flight, ${count(limit)} allowed now, at most ${count(max_in_flight)}`,
      each.waiting ? ` · ${count(each.waiting)} in line` : "", each.retrying ? ` · ${count(each.retrying)} tried again` : ""),
    h("dl", { class: "facts" }, facts(each).map(([term, value, title]) => h("div", {},
      h("dt", {}, term), h("dd", { title }, value)))));
}

// No answer came yet: nothing was measured.
function within(seconds) {
  return seconds ? span(seconds) : "–";
}

function facts({ latency, answered, failed, requests_per_minute, tokens_per_minute }) {
  const failures = Object.values(failed).reduce((total, n) => total + n, 0);
  const kinds = Object.entries(failed).map(([kind, n]) => `${words({}, kind)}: ${count(n)}`).join(", ");
  return [
    ["half within", within(latency.p50)],
    ["95% within", within(latency.p95)],
    ["99% within", within(latency.p99)],
    ["answered", short(answered)],
    ["failed", failures ? `${short(failures)} · ${share(failures, failures + answered)}` : "0", kinds],
    requests_per_minute ? ["requests/min", `at most ${short(requests_per_minute)}`] : null,
    tokens_per_minute ? ["tokens/min", `at most ${short(tokens_per_minute)}`] : null,
  ].filter(Boolean);
}
