// Highlights Python: cuts text into spans by kind. Only text goes in and out.

import { h } from "./dom.js";

const KEYWORDS = new Set((
  "False None True and as assert async await break class continue def del elif else except finally "
  + "for from global if import in is lambda match nonlocal not or pass raise return try while with yield case"
).split(" "));

const PIECES = [
  ["comment", /#[^\n]*/y],
  ["string", /(?:[rbfuRBFU]{1,2})?(?:"""(?:\\[^]|(?!""")[^])*(?:"""|$)|'''(?:\\[^]|(?!''')[^])*(?:'''|$))/y],
  ["string", /(?:[rbfuRBFU]{1,2})?(?:"(?:\\[^]|[^"\\\n])*(?:"|$|(?=\n))|'(?:\\[^]|[^'\\\n])*(?:'|$|(?=\n)))/y],
  ["number", /(?:0[xXbBoO][\da-fA-F_]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][+-]?\d+)?[jJ]?)/y],
  ["decorator", /@[\w.]+/y],
  ["name", /[\p{L}_][\p{L}\p{N}_]*/uy],
  ["space", /\s+/y],
  ["mark", /[^]/y],
];

/** Yield [kind, text] for each piece; the texts together are the code again, whatever it holds. */
export function* pieces(code) {
  let place = 0;
  let before = "";
  while (place < code.length) {
    const [kind, text] = next(code, place);
    place += text.length;
    yield [kind === "name" ? nameKind(text, before, code[place]) : kind, text];
    if (kind !== "space") before = text;
  }
}

function next(code, place) {
  for (const [kind, pattern] of PIECES) {
    pattern.lastIndex = place;
    const found = pattern.exec(code);
    // An @ is a decorator only at the start of a line; else it multiplies matrices.
    if (found?.[0] && !(kind === "decorator" && !startsLine(code, place))) return [kind, found[0]];
  }
  return ["mark", code[place]];
}

function startsLine(code, place) {
  return code.slice(code.lastIndexOf("\n", place - 1) + 1, place).trim() === "";
}

function nameKind(text, before, after) {
  if (KEYWORDS.has(text)) return "keyword";
  if (before === "def" || before === "class") return "defined";
  return after === "(" ? "called" : "name";
}

const PLAIN = new Set(["name", "space", "mark"]);

/** Return nodes that show a piece of Python, without line numbers. */
export function highlighted(code) {
  const nodes = [];
  let plain = "";
  for (const [kind, text] of pieces(code)) {
    if (PLAIN.has(kind)) {
      plain += text;
    } else {
      if (plain) nodes.push(document.createTextNode(plain));
      plain = "";
      nodes.push(h("span", { class: `py-${kind}` }, text));
    }
  }
  if (plain) nodes.push(document.createTextNode(plain));
  return nodes;
}

/** Return a block of code with a number before each line. */
export function listing(code, label) {
  const lines = code.replace(/\n+$/, "").split("\n").length;
  const numbers = Array.from({ length: lines }, (_, line) => line + 1).join("\n");
  return h("div", { class: "listing", tabindex: "0", role: "region", "aria-label": label },
    h("pre", { class: "numbers", "aria-hidden": "true" }, numbers),
    h("pre", { class: "code" }, h("code", {}, highlighted(code.replace(/\n+$/, "")))));
}
