// Single keys: what they do, a dialog that lists them, and a switch that turns them off.

import { at, h } from "./dom.js";
import { turnTheme } from "./theme.js";

const OFF = "codeiod.keys";
const KEYS = [
  ["j or →", "the next sample"],
  ["k or ←", "the previous sample"],
  ["c", "copy the sample as JSON"],
  ["/", "search"],
  ["t", "change the theme"],
  ["?", "this list"],
];
const ACTS = { j: "next", ArrowRight: "next", k: "previous", ArrowLeft: "previous", c: "copy", "/": "search" };

/** Make keys work; `view` returns the view that is shown. */
export function startKeys(view) {
  at("help-button").addEventListener("click", help);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || off() || busy(event.target, event.key)) return;
    const act = ACTS[event.key];
    if (event.key === "?") help();
    else if (event.key === "t") turnTheme();
    else if (act && view()?.[act]) view()[act]();
    else return;
    event.preventDefault();
  });
}

// Where a key has a meaning already it keeps it: in fields, and arrows in what can be scrolled.
function busy(target, key) {
  if (document.querySelector("dialog[open]") || target.closest("input, select, textarea")) return true;
  return key.startsWith("Arrow") && target.closest("[tabindex='0'], .choices") !== null;
}

function off() {
  return localStorage.getItem(OFF) === "off";
}

function help() {
  const dialog = at("help");
  const keep = (event) => {
    if (event.target.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "off");
  };
  dialog.replaceChildren(
    h("h2", { id: "help-title" }, "Keys"),
    h("dl", { class: "keys" }, KEYS.map(([key, does]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, does)])),
    h("label", { class: "choice" },
      h("input", { type: "checkbox", checked: !off(), on: { change: keep } }), " Single keys work"),
    h("button", { type: "button", on: { click: () => dialog.close() } }, "Close"));
  dialog.showModal();
}
