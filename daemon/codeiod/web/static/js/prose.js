// Shows a teacher's text: paragraphs as they were written, fenced blocks and `code` set apart.

import { h } from "./dom.js";
import { highlighted } from "./python.js";

const FENCE = /^[ \t]*(`{3,}|~{3,})[^\n]*\n([^]*?)(?:^[ \t]*\1[ \t]*$|$(?![^]))/gm;

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
    .map((part) => h("p", { class: "said" }, inline(part.replace(/^\n+|\n+$/g, ""))));
}

function inline(text) {
  return text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*|^#{1,6} [^\n]+)/m).map((part) => {
    if (/^`[^`]+`$/.test(part)) return h("code", { class: "inline" }, part.slice(1, -1));
    if (/^\*\*[^*]+\*\*$/.test(part)) return h("strong", {}, part.slice(2, -2));
    if (/^#{1,6} /.test(part)) return h("strong", {}, part);
    return part;
  });
}
