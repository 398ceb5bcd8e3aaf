// The switch between the system's theme, light and dark.

import { at } from "./dom.js";

const KEPT = "codeiod.theme";
const NEXT = { auto: "light", light: "dark", dark: "auto" };
const SIGNS = { auto: "◐", light: "☀", dark: "☾" };
const changed = new Set();

/** Call a function whenever the colours change; return what ends it. */
export function onTheme(handler) {
  changed.add(handler);
  return () => changed.delete(handler);
}

/** Make the button work. */
export function startTheme() {
  at("theme").addEventListener("click", turnTheme);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tell);
  label();
}

/** Go on to the next theme. */
export function turnTheme() {
  const theme = NEXT[chosen()];
  if (theme === "auto") {
    localStorage.removeItem(KEPT);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(KEPT, theme);
    document.documentElement.dataset.theme = theme;
  }
  label();
  tell();
}

/** Return a colour of the style sheets as a drawing needs it. */
export function colour(name) {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(${name})`;
  const told = getComputedStyle(probe).color;
  probe.remove();
  return told;
}

function chosen() {
  return document.documentElement.dataset.theme ?? "auto";
}

function label() {
  const theme = chosen();
  const words = theme === "auto" ? "as the system has it" : theme;
  at("theme").textContent = SIGNS[theme];
  at("theme").title = `Theme: ${words}`;
  at("theme").setAttribute("aria-label", `Theme: ${words}; change`);
}

function tell() {
  for (const handler of changed) handler();
}
