// Cuts and lays out JSON text without reading its numbers: JSON.parse would change large ones.

import { h } from "./dom.js";

const TOKEN = /"(?:\\[^]|[^"\\])*"|[[\]{}:,]|[^\s[\]{}:,"]+/g;
const NARROW = 72;
const KINDS = [[/^"/, "string"], [/^-?\d/, "number"], [/^(?:true|false|null)$/, "keyword"]];

/** Return the texts of an array's elements. */
export function elements(text) {
  return members(text).map(([, value]) => value);
}

/** Return the text of an object's member, "" where it has none. */
export function member(text, key) {
  return members(text).find(([name]) => name === key)?.[1] ?? "";
}

function members(text) {
  const found = [];
  let depth = 0;
  let name = "";
  let value = [];
  const end = () => {
    if (value.length) found.push([name, value.join(" ")]);
    name = "";
    value = [];
  };
  for (const token of tokens(text)) {
    const closes = token === "]" || token === "}";
    if (closes) depth -= 1;
    if (depth === 1 && token === ",") end();
    else if (depth === 1 && token === ":" && value.length === 1) {
      name = JSON.parse(value.pop());
    } else if (depth > 0) value.push(token);
    if (token === "[" || token === "{") depth += 1;
  }
  end();
  return found;
}

function tokens(text) {
  return text.match(TOKEN) ?? [];
}

/** Return a block that shows a JSON value: on one line where it fits, else a member a line. */
export function shown(text, label) {
  return h("pre", { class: "json", tabindex: "0", role: "region", "aria-label": label }, h("code", {}, laid(tokens(text), 0)));
}

/** Return nodes that show a JSON value on one line. */
export function inline(text) {
  return flat(tokens(text));
}

function laid(all, indent) {
  const line = flat(all);
  const length = all.reduce((sum, token) => sum + token.length + 1, 0);
  if (length <= NARROW - indent || !(all[0] === "[" || all[0] === "{") || all.length < 4) return line;
  const inner = split(all.slice(1, -1));
  const break_ = (depth) => `\n${" ".repeat(depth)}`;
  return [all[0], inner.map((part, place) => [
    break_(indent + 2), named(part, indent + 2), place < inner.length - 1 ? "," : "",
  ]), break_(indent), all.at(-1)];
}

function named(part, indent) {
  if (part[1] !== ":") return laid(part, indent);
  return [coloured(part[0], true), ": ", laid(part.slice(2), indent)];
}

function split(all) {
  const parts = [[]];
  let depth = 0;
  for (const token of all) {
    if (token === "[" || token === "{") depth += 1;
    if (token === "]" || token === "}") depth -= 1;
    if (depth === 0 && token === ",") parts.push([]);
    else parts.at(-1).push(token);
  }
  return parts;
}

function flat(all) {
  return all.map((token, place) => {
    if (token === ",") return ", ";
    if (token === ":") return ": ";
    return coloured(token, all[place + 1] === ":");
  });
}

function coloured(token, isName) {
  const kind = isName ? "name" : KINDS.find(([pattern]) => pattern.test(token))?.[1];
  return kind ? h("span", { class: `py-${kind}` }, token) : token;
}
