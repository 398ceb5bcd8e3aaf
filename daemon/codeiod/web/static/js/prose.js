// Shows a teacher's text: paragraphs as they were written, fenced blocks and `code` set apart.

import { h } from "./dom.js";
import { highlighted } from "./python.js";

const FENCE = /^[ \t]*(`{3,}|~{3,})[^\n]*\n([^]*?)(?:^[ \t]*\1[ \t]*$|$(?![^]))/gm;

const POINT = /^(?: *(?:[-*•]|\d+[.)]) | {2,})/;

/** Return nodes that show the text, every character of its prose kept. */
export function prose(text) {
  const nodes = [];
  let place = 0;
  for (const found of text.matchAll(FENCE)) {
    nodes.push(...paragraphs(text.slice(place, found.index)));
    nodes.push(h("pre", { class: "fenced", tabindex: "0" }, h("code", {}, highlighted(found[2].trimEnd()))));
    place = found.index + found[0].length;
  }
  nodes.push(...paragraphs(text.slice(place)));
  return nodes;
}

function paragraphs(text) {
  return text.split(/\n{2,}/).filter((part) => part.trim())
    .map((part) => h("p", { class: "said" }, lines(part.replace(/^\n+|\n+$/g, ""))));
}

// A line of a list that wraps goes on below its text, not below its mark.
function lines(text) {
  const all = text.split("\n");
  if (!all.some((line) => POINT.test(line))) return inline(text);
  return all.map((line) => {
    const [mark] = POINT.exec(line) ?? [""];
    const style = { "padding-left": `${0.54 * mark.length}ch`, "text-indent": `-${0.54 * mark.length}ch` };
    return h("span", { class: "line", style: mark ? style : {} }, inline(line));
  });
}

function inline(text) {
  return text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*|^#{1,6} [^\n]+)/m).map((part) => {
    if (/^`[^`]+`$/.test(part)) return h("code", { class: "inline" }, part.slice(1, -1));
    if (/^\*\*[^*]+\*\*$/.test(part)) return h("strong", {}, part.slice(2, -2));
    if (/^#{1,6} /.test(part)) return h("strong", {}, part);
    return part;
  });
}
