// The fields above a list: their values stand in the address, so that a link holds them.

import { h } from "./dom.js";

const TYPING_MS = 250;

/** A field to search in. */
export function searching(name, label) {
  return h("label", { class: "field search" }, h("span", {}, label),
    h("input", { type: "search", name, autocomplete: "off", spellcheck: "false", placeholder: "Search" }));
}

/** A field to choose from: [[value, text], ...] or {group: [[value, text], ...]}. */
export function choosing(name, label, options) {
  const option = ([value, text]) => h("option", { value }, text);
  const made = Array.isArray(options) ? options.map(option)
    : Object.entries(options).map(([group, all]) => (group ? h("optgroup", { label: group }, all.map(option)) : all.map(option)));
  return h("label", { class: "field" }, h("span", {}, label), h("select", { name }, made));
}

/** A form of fields that tells of its values when they change. */
export function filtering(fields, onChange) {
  let timer = 0;
  const later = (event) => {
    clearTimeout(timer);
    timer = setTimeout(onChange, event.target.type === "search" ? TYPING_MS : 0);
  };
  return h("form", {
    class: "filters", role: "search",
    on: { input: later, submit: (event) => { event.preventDefault(); onChange(); } },
  }, fields);
}

/** Return the values of a form, without those that are empty. */
export function valuesOf(form) {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim()));
}

/** Add what there is to a field, with how often: {value: number}. */
export function offer(field, values) {
  for (const [value, n] of Object.entries(values)) {
    const known = [...field.options].find((option) => option.value === value);
    const option = known ?? field.appendChild(h("option", { value }));
    option.textContent = `${value} (${n.toLocaleString("en")})`;
  }
}

/** Fill a form with values; what it has no option for is added as one. */
export function fill(form, values) {
  for (const field of form.elements) {
    if (!field.name) continue;
    const value = values[field.name] ?? "";
    if (field.tagName === "SELECT" && ![...field.options].some((option) => option.value === value)) {
      field.append(h("option", { value }, value));
    }
    if (field.value !== value) field.value = value;
  }
}
