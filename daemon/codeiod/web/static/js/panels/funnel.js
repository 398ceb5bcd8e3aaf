// The way of the files, from step to step: how many came through, and why the others were lost.

import { h } from "../dom.js";
import { count, share } from "../format.js";
import { REASONS, STEPS, words } from "../words.js";
import { bar } from "./parts.js";

const NAMES = { read: "read", unified: "unified", sampled: "sampled", asked: "asked about" };

export function funnel({ report }) {
  return [
    h("ol", { class: "way" }, [...stepsOf(report)].map((step) => row(step, report.entries))),
    lostSamples(report.rejected_samples),
  ];
}

function* stepsOf(report) {
  const { finished, rejected, pending } = report.items;
  yield { name: "files", count: report.entries, lost: [] };
  let left = finished + rejected;
  const behind = [
    [report.duplicates, "seen before, elsewhere", ""],
    [pending, "not done yet", "/items?status=pending"],
  ];
  yield { name: "taken", count: left, before: report.entries, lost: behind.filter(([n]) => n) };
  for (const [name, reasons] of STEPS) {
    const lost = Object.keys(reasons).filter((reason) => report.rejected[reason])
      .map((reason) => [report.rejected[reason], words(REASONS, reason), linkOf(reason)])
      .sort((one, other) => other[0] - one[0]);
    const before = left;
    left -= lost.reduce((total, [n]) => total + n, 0);
    yield { name: NAMES[name], count: left, before, lost };
  }
}

const linkOf = (reason) => `/items?status=rejected&reason=${encodeURIComponent(reason)}`;

function row({ name, count: n, before, lost }, all) {
  return h("li", {},
    h("span", { class: "name" }, name),
    bar([[n, "good"], [(before ?? n) - n, "lost"]], all),
    h("span", { class: "number" }, count(n)),
    h("span", { class: "number yield" }, before === undefined ? "" : share(n, before)),
    h("ul", { class: "lost" }, lost.map(([amount, why, href]) => h("li", {},
      h("span", { class: "number" }, count(amount)), " ", href ? h("a", { href }, why) : why))));
}

function lostSamples(lost) {
  const told = Object.entries(lost).sort((one, other) => other[1] - one[1]);
  if (!told.length) return "";
  return h("p", { class: "aside" }, "Samples that were lost: ", told.map(([reason, n], place) => [
    place ? ", " : "", count(n), " ",
    h("a", { href: `/samples?reason=${encodeURIComponent(reason)}` }, words(REASONS, reason)),
  ]));
}
