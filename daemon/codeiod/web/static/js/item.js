// One item's story: what became of the file, step by step, its program, pairs and samples.

import { h } from "./dom.js";
import { brief, counted, money, moment, second, span } from "./format.js";
import { inline } from "./json.js";
import { prose } from "./prose.js";
import { listing } from "./python.js";
import { sampleRow } from "./rows.js";
import { REASONS, step, TASKS, words } from "./words.js";

const SHORT_DETAIL = 160;
const STATES = { finished: "good", rejected: "off", pending: "warn" };

/** Put together what the lists know of an item and what the journal tells of it. */
export function withStory(found, story) {
  const { refcode = "", problem = "", requirements = "", input_generator = "" } = story.program;
  const made = { refcode, problem_description: problem, io_requirements: requirements, input_generator };
  return {
    ...found,
    item: { ...found.item, content: story.content, meta: story.meta },
    program: refcode ? made : found.program,
    pairs: story.pairs.length ? story.pairs : found.pairs,
    events: story.events,
    lost: story.lost.filter((loss) => loss.task),
    missing: story.missing_segments,
  };
}

/** @param found what the API gives; @param still what stands where no event is known (yet) */
export function item(found, back, still) {
  const { item: it, program = {}, pairs = [], samples = [], events = [], lost = [], missing = 0 } = found;
  return h("article", { class: "story" },
    head(it, back),
    h("div", { class: "columns" },
      h("div", {},
        h("section", {}, h("h3", {}, "What happened"),
          events.length ? h("ol", { class: "events" }, events.map(event)) : h("p", { class: "nothing", role: "status" }, still),
          missing ? h("p", { class: "aside" }, `${counted(missing, "part")} of the journal are gone: not all may be told.`) : ""),
        samples.length ? h("section", {}, h("h3", {}, "Samples"),
          h("ol", { class: "rows samples" }, samples.map((row) => h("li", {}, sampleRow(row, { item: it.item_id }, { named: false }))))) : "",
        lost.length ? h("section", {}, h("h3", {}, "Samples that were lost"), h("ul", {}, lost.map(loss))) : "",
        pairs.length ? h("section", {}, h("h3", {}, "Pairs"), pairTable(pairs)) : ""),
      h("div", {},
        program.refcode ? made(program) : "",
        it.content ? h("section", {}, h("h3", {}, "The file"), listing(it.content, "The file")) : "")));
}

function head(it, back) {
  const name = it.path.slice(it.path.lastIndexOf("/") + 1) || it.path;
  return h("header", { class: "head" },
    h("nav", { class: "steps", "aria-label": "Items" }, h("a", { class: "back always", href: back }, "All items")),
    h("h2", {}, name, " ", h("span", { class: `state ${STATES[it.status] ?? "off"}` }, it.status)),
    it.reason ? h("p", { class: "why" }, it.stage ? `${it.stage}: ` : "", words(REASONS, it.reason), it.detail ? ` (${it.detail})` : "") : "",
    h("dl", { class: "facts" }, [
      ["item", brief(it.item_id), it.item_id],
      ["path", it.path],
      it.source ? ["source", it.source] : null,
      it.cost ? ["cost", money(it.cost)] : null,
      it.at ? [it.status === "pending" ? "taken in" : "done", moment(it.at)] : null,
      ...Object.entries(metaOf(it)).filter(([key]) => key !== "path"),
    ].filter(Boolean).map(([term, value, title]) => h("div", {}, h("dt", {}, term), h("dd", { title }, String(value))))));
}

function metaOf({ meta }) {
  return typeof meta === "string" && meta ? JSON.parse(meta) : meta ?? {};
}

function event(each) {
  const cost = [each.seconds ? span(each.seconds) : "", each.cost ? money(each.cost) : ""].filter(Boolean).join(" · ");
  return h("li", {},
    h("time", { class: "number" }, each.at ? second(each.at) : ""),
    h("span", { class: "name" }, step(each.step || each.key || each.kind || "")),
    h("div", {}, h("p", {}, each.text ?? ""), detail(each.detail === "Success" ? "" : each.detail ?? "")),
    h("span", { class: "number" }, cost));
}

function detail(text) {
  if (text.length <= SHORT_DETAIL && !text.includes("\n")) return text ? h("p", { class: "below" }, text) : "";
  return h("details", {}, h("summary", {}, "all that was said"), prose(text));
}

function loss({ task, pair, reason, detail: why }) {
  return h("li", {}, `${TASKS[task] ?? task}, pair ${pair + 1}: ${words(REASONS, reason)}`,
    why ? h("span", { class: "below" }, ` ${why}`) : "");
}

function made(program) {
  return h("section", {},
    h("h3", {}, "Problem"), prose(program.problem_description),
    h("h3", {}, "Program"), listing(program.refcode, "Program"),
    h("details", {}, h("summary", {}, "Input generator"), listing(program.input_generator, "Input generator")));
}

function pairTable(pairs) {
  return h("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": "Pairs" }, h("table", { class: "pairs" },
    h("thead", {}, h("tr", {}, ["", "input", "output"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, pairs.map((pair, place) => h("tr", {},
      h("td", { class: "number" }, String(place + 1)),
      h("td", {}, h("code", {}, inline(pair.input))), h("td", {}, h("code", {}, inline(pair.output))))))));
}
