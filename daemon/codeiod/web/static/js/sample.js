// One sample, whole: the problem, the code, the pair, both turns side by side, what it cost.

import { h } from "./dom.js";
import { brief, count, money } from "./format.js";
import { elements, member, shown } from "./json.js";
import { prose } from "./prose.js";
import { listing } from "./python.js";
import { TASKS, VERDICTS, words } from "./words.js";

/** @param acts {back, previous, next: addresses ("" for none), copy, link: functions} */
export function sample({ sample: line, program }, acts) {
  return h("article", { class: "sample" },
    head(line, program, acts),
    h("div", { class: "question" },
      h("section", { class: "problem", "aria-label": "Problem" },
        h("h3", {}, "Problem"), prose(program.problem_description),
        h("h3", {}, "Input and output"), prose(program.io_requirements)),
      h("section", { class: "program", "aria-label": "Reference code" },
        h("h3", {}, "Reference code"), listing(program.refcode, "Reference code"))),
    pair(line, program),
    turns(line),
    more(line, program));
}

function head(line, program, acts) {
  const parts = program.path.split("/");
  return h("header", { class: "head" },
    h("nav", { class: "steps", "aria-label": "Samples" },
      h("a", { class: "back", href: acts.back }, "All samples"),
      step("‹", "Previous sample (k)", acts.previous), step("›", "Next sample (j)", acts.next),
      h("button", { type: "button", class: "copy", on: { click: acts.copy }, title: "Copy as JSON (c)" }, "Copy JSON"),
      h("button", { type: "button", class: "copy-link", on: { click: acts.link } }, "Copy link")),
    h("h2", {}, TASKS[line.task] ?? line.task, h("span", { class: "of" }, " of "),
      h("a", { href: `/item/${encodeURIComponent(line.item_id)}`, title: program.path }, parts.at(-1))),
    h("dl", { class: "facts" }, facts(line).map(([term, value, title]) => h("div", {},
      h("dt", {}, term), h("dd", { title }, value)))));
}

function step(sign, label, href) {
  const arrow = h("span", { "aria-hidden": "true" }, sign);
  return href ? h("a", { class: "step", href, "aria-label": label, title: label }, arrow)
    : h("span", { class: "step none", "aria-hidden": "true" }, sign);
}

function facts(line) {
  const { usage } = line;
  const models = [...new Set([line.model_1, line.model_2].filter(Boolean))].join(", ");
  const tokens = `${count(usage.input)} in, ${count(usage.output)} out`;
  const agreed = line.trace_agreement;
  return [
    ["sample", brief(line.id), line.id],
    ["model", models || line.teacher],
    usage.input || usage.output ? ["tokens", tokens, `${count(usage.cached)} of the input cached`] : null,
    line.cost ? ["cost", money(line.cost)] : null,
    agreed?.claims ? ["claims that hold", `${agreed.true} of ${agreed.claims}`, "claims of the reasoning, checked against a trace of the run"] : null,
    line.pass_rate !== undefined && line.sample > 0 ? ["pass rate", line.pass_rate.toFixed(2)] : null,
    ["finished", line.finished_at.replace("T", " ").replace(/\+00:00$|Z$/, " UTC")],
  ].filter(Boolean);
}

function pair(line, program) {
  const known = line.task === "output_prediction" ? "input" : "output";
  const text = elements(program.ios)[line.pair] ?? "";
  const sides = ["input", "output"].map((side) => ({
    title: side === known ? `${side}, given` : `${side}, asked for`, text: member(text, side), kind: side === known ? "known" : "asked",
  }));
  const answers = [[1, line.answer_1, line.status_1], [2, line.answer_2, line.status_2]].filter(([, , status]) => status)
    .map(([turn, answer, status]) => ({
      title: `answer at turn ${turn}`, text: answer || "", kind: status === "success" ? "right" : "wrong", status,
    }));
  return h("section", { class: "pair", "aria-label": "The pair and the answers" }, [...sides, ...answers].map(value));
}

function value({ title, text, kind, status }) {
  return h("div", { class: `value ${kind}` },
    h("h3", {}, title, status ? mark(status) : ""),
    text ? shown(text, title) : h("p", { class: "nothing" }, "none"));
}

function mark(status) {
  const right = status === "success";
  return h("span", { class: `mark ${right ? "right" : "wrong"}` }, right ? "✓ " : "✗ ", words(VERDICTS, status));
}

function turns(line) {
  const second = line.turn_2 || line.status_2;
  return h("div", { class: second ? "turns two" : "turns" },
    turn(1, line.turn_1, line.reasoning_1, line.status_1, line.feedback_1),
    second ? turn(2, line.turn_2, line.reasoning_2, line.status_2, line.feedback_2) : "");
}

function turn(number, text, reasoning, status, feedback) {
  return h("section", { class: "turn", "aria-label": `Turn ${number}` },
    h("h3", {}, `Turn ${number}`, mark(status)),
    reasoning ? h("details", {}, h("summary", {}, "Hidden reasoning"), prose(reasoning)) : "",
    h("div", { class: "text" }, prose(text)),
    status === "success" && feedback === "Success" ? "" : h("div", { class: "feedback" },
      h("h4", {}, `Feedback ${number}`), prose(feedback)));
}

function more(line, program) {
  return h("div", { class: "more-of-it" },
    h("details", {}, h("summary", {}, "Prompt, as it was sent"), h("pre", { class: "fenced", tabindex: "0" }, line.prompt)),
    h("details", {}, h("summary", {}, "Input generator"), listing(program.input_generator, "Input generator")));
}
