// The strip at the top: what an operator asks first.

import { h } from "../dom.js";
import { count, measure, moment, money, roughly, share, short, span } from "../format.js";
import { bar } from "./parts.js";

export function figures(affairs, pace) {
  const now = affairs.phase === "stopped" ? [asked(affairs), tokens(affairs)] : [speed(pace), calls(affairs)];
  return [items(affairs), samples(affairs), ...now, spent(affairs), left(affairs)];
}

function figure(name, value, unit, below, meter) {
  return h("div", { class: "figure" },
    h("h2", {}, name),
    h("p", { class: "value" }, value, unit ? h("span", { class: "unit" }, ` ${unit}`) : ""),
    meter ?? "",
    h("p", { class: "below" }, below));
}

function items({ report, total_entries }) {
  const { finished, rejected, pending } = report.items;
  const total = Math.max(total_entries, report.entries);
  const done = finished + rejected;
  const behind = done + report.duplicates;
  const told = total_entries ? `of ${count(total)} · ${share(behind, total)}` : `${count(pending)} pending`;
  const meter = bar([[finished, "good"], [rejected + report.duplicates, "rest"]], total);
  return figure("Items done", count(done), "", [told, ` · ${count(finished)} finished`], meter);
}

function samples({ report }) {
  const tallies = Object.values(report.samples);
  const sum = (key) => tallies.reduce((total, tally) => total + tally[key], 0);
  const [total, first, second] = [sum("total"), sum("right_1"), sum("right_2")];
  const below = total ? `${share(first, total)} right at once, ${share(first + second, total)} in the end` : "none yet";
  return figure("Samples", count(total), "", below, bar([[first, "good"], [second, "second"]], total));
}

function asked({ report }) {
  const { answered, failed, truncated, in_flight_lost } = report.calls;
  const lost = in_flight_lost ? ` · ${count(in_flight_lost)} lost in flight` : "";
  return figure("Teacher calls", count(answered), "answered", `${count(failed)} failed · ${count(truncated)} cut off${lost}`);
}

function tokens({ report }) {
  const { input, cached, output } = report.tokens;
  const below = input ? `${short(input)} in (${share(cached, input)} cached), ${short(output)} out` : "none were counted";
  return figure("Tokens", short(input + output), "", below);
}

function speed(pace) {
  return figure("Throughput", measure(pace.items), "items/min", `${measure(pace.samples)} samples/min`);
}

function calls({ endpoints, in_flight, teacher }) {
  const limit = endpoints.filter((each) => each.state === "up").reduce((total, each) => total + each.limit, 0);
  const waiting = endpoints.reduce((total, each) => total + each.waiting, 0);
  const below = endpoints.length ? `of ${count(limit)} allowed now · ${count(waiting)} in line` : `teacher: ${teacher}`;
  return figure("Calls in flight", count(in_flight), "", below, limit ? bar([[in_flight, "good"]], limit) : "");
}

function spent({ report, budget }) {
  const [currency, paid] = Object.entries(report.money)[0] ?? [budget.currency, budget.spent_money];
  if (!paid) {
    const all = report.tokens.input + report.tokens.output;
    return figure("Spent", all ? short(all) : "0", all ? "tokens" : "", all ? "no price is set" : "nothing was paid for");
  }
  const { low, high } = report.forecast.money[currency] ?? { low: 0, high: 0 };
  const more = high ? `${roughly(low)} to ${roughly(high)} ${currency} to come` : "";
  const cap = budget.money ? `of ${roughly(budget.money)} ${currency}` : "";
  const meter = budget.money ? bar([[paid, "good"]], budget.money) : "";
  return figure("Spent", money(paid), currency, [cap, more].filter(Boolean).join(" · "), meter);
}

function left({ phase, report, at }) {
  const { likely, low, high } = report.forecast.seconds;
  if (phase === "stopped") {
    const { pending } = report.items;
    return figure("Left", pending ? count(pending) : "0", "items", pending ? "pending when it stopped" : "all is done");
  }
  if (!likely) return figure("Time left", phase === "idle" ? "0 s" : "–", "", phase === "idle" ? "all is done" : "not known yet");
  return figure("Time left", span(likely), "", `${span(low)} to ${span(high)} · ready ${moment(at + likely, at)}`);
}
