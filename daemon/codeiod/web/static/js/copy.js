// Puts text on the clipboard, also where the page came over plain HTTP from another machine.

import { h } from "./dom.js";

export async function copyText(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return;
    } catch (error) {
      if (error.name !== "NotAllowedError") throw error; // Not allowed: the old way asks no one.
    }
  }
  const field = document.body.appendChild(h("textarea", { class: "unseen", "aria-hidden": "true" }));
  const before = document.activeElement;
  field.value = text;
  field.select();
  document.execCommand("copy");
  field.remove();
  before?.focus();
}
