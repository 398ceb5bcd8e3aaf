// One line on how things stand: the daemon's phase, its folder, and whether this page hears it.

import { h } from "./dom.js";
import { ago } from "./format.js";
import { PHASES, words } from "./words.js";

/** Return the line at the top, and the text of the banner below it ("" for none). */
export function standing(affairs, connection) {
  if (!affairs) return { line: dot("off", connection === "lost" ? "out of reach" : "connecting"), banner: "" };
  const phase = words(PHASES, affairs.phase);
  const line = [
    connection === "live" ? dot(mood(affairs), phase) : dot("off", "out of reach"),
    h("span", { class: "folder", title: affairs.directory }, affairs.directory),
  ];
  return { line, banner: bannerOf(affairs, connection) };
}

function bannerOf(affairs, connection) {
  if (connection === "lost") {
    return `The daemon is out of reach; this is how things stood ${ago(affairs.at, Date.now() / 1000)}. Trying again.`;
  }
  if (affairs.phase === "stopped") return "";
  return affairs.why;
}

function mood(affairs) {
  if (affairs.phase === "waiting") return "bad";
  if (affairs.phase === "paused" || affairs.phase === "draining") return "warn";
  return affairs.phase === "stopped" ? "off" : "good";
}

function dot(mood_, text) {
  return h("span", { class: `state ${mood_}` }, text);
}
