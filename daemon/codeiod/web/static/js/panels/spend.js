// What was spent, against the caps, and what the rest will take.

import { h } from "../dom.js";
import { money, roughly, share, short } from "../format.js";
import { bar, nothing } from "./parts.js";

export function spend({ budget, report }) {
  const [currency, paid] = Object.entries(report.money)[0] ?? [budget.currency, budget.spent_money];
  const { input, cached, output } = report.tokens;
  if (!paid && !input && !output) return nothing("Nothing was paid for.");
  const forecast = report.forecast.money[currency];
  const inMoney = (amount) => money(amount, currency);
  const rough = (amount) => roughly(amount, currency);
  const perhaps = report.money_perhaps[currency];
  return [
    paid ? cap("in all", paid, budget.money, inMoney, rough, budget.reserved_money, forecast) : "",
    budget.money_per_day ? cap("today, UTC", budget.spent_money_today, budget.money_per_day, inMoney, rough) : "",
    budget.tokens ? cap("tokens", budget.spent_tokens, budget.tokens, short, short) : "",
    budget.tokens_per_day ? cap("tokens today", budget.spent_tokens_today, budget.tokens_per_day, short, short) : "",
    budget.exhausted ? h("p", { class: "why" }, budget.exhausted) : "",
    forecast?.likely ? h("p", { class: "aside" }, verdict(paid, forecast, budget.money, rough)) : "",
    h("dl", { class: "facts" },
      fact("tokens in", short(input)),
      fact("of these cached", share(cached, input) || "0"),
      fact("tokens out", short(output)),
      budget.reserved_money ? fact("for calls in flight", inMoney(budget.reserved_money)) : "",
      perhaps ? fact("perhaps paid besides", inMoney(perhaps)) : "",
      paid && report.items.finished ? fact("a finished item", inMoney(paid / report.items.finished)) : ""),
  ];
}

function fact(term, value) {
  return h("div", {}, h("dt", {}, term), h("dd", {}, value));
}

function cap(name, spent, limit, told, capTold, reserved = 0, forecast = undefined) {
  const whole = limit || spent + reserved + (forecast?.high ?? 0);
  const parts = [[spent, "good"], [reserved, "second"], [forecast?.likely ?? 0, "forecast"]];
  return h("div", { class: "cap" },
    h("h3", {}, name, h("span", { class: "number" },
      limit ? `${told(spent)} of ${capTold(limit)} · ${share(spent, limit)}` : `${told(spent)}, no cap`)),
    bar(parts, whole));
}

function verdict(paid, { low, likely, high }, limit, told) {
  const range = `The rest will likely take ${told(likely)} (${told(low)} to ${told(high)}), ${told(paid + likely)} in all`;
  if (!limit) return `${range}.`;
  if (paid + high <= limit) return `${range}: within the budget.`;
  return paid + low > limit ? `${range}: more than the budget.` : `${range}: perhaps more than the budget.`;
}
