// The page's life: which view is shown, what the daemon tells, the state at the top.

import { get, headers, keepToken } from "./api.js";
import { at, h, show } from "./dom.js";
import { startKeys } from "./keys.js";
import { Items } from "./items.js";
import { Overview } from "./overview.js";
import { Samples } from "./samples.js";
import { standing } from "./standing.js";
import { Stream } from "./stream.js";
import { startTheme } from "./theme.js";

const VIEWS = { overview: new Overview(go), samples: new Samples(go), items: new Items(go) };
const TITLES = { overview: "Overview", samples: "Samples", items: "Items" };

let current = null;
let affairs = null;
let connection = "connecting";
let reached = false;

function viewOf(path) {
  const [, name, id] = path.split("/");
  if (name === "samples" || name === "sample") return ["samples", id ?? ""];
  if (name === "items" || name === "item") return ["items", id ?? ""];
  return ["overview", ""];
}

/** Show what the address names. */
function route() {
  const [name, id] = viewOf(location.pathname);
  const view = VIEWS[name];
  if (current !== view) {
    current?.leave?.();
    at("main").replaceChildren();
    at("main").className = name;
    current = view;
    view.enter(at("main"));
    if (affairs) view.status?.(affairs);
  }
  view.open(decodeURIComponent(id), Object.fromEntries(new URLSearchParams(location.search)));
  for (const link of document.querySelectorAll("[data-view]")) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  entitle(name);
}

/** Go to an address of this page; `kept`: without a step in the browser's history. */
function go(address, { kept = false } = {}) {
  if (kept) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  route();
}

function followLinks(event) {
  const link = event.target.closest("a[href]");
  const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!link || !plain || event.defaultPrevented || link.origin !== location.origin || link.hash) return;
  event.preventDefault();
  const before = current;
  go(link.pathname + link.search);
  if (current !== before) {
    scrollTo(0, 0);
    at("main").focus({ preventScroll: true });
  }
}

function entitle(name) {
  const done = affairs?.report.items;
  const progress = done ? ` · ${(done.finished + done.rejected).toLocaleString("en")} items` : "";
  document.title = `${TITLES[name]}${progress} · codeiod`;
}

function take(told) {
  affairs = told;
  tellStanding();
  current?.status?.(affairs);
  entitle(viewOf(location.pathname)[0]);
}

function tellStanding() {
  const { line, banner } = standing(affairs, connection);
  show(at("standing"), line);
  if (at("banner").textContent !== banner) at("banner").textContent = banner;
  at("banner").hidden = !banner;
}

function connected(state) {
  if (state === connection) return;
  connection = state;
  tellStanding();
  if (state === "refused") askToken();
  if (state === "live" && reached) current?.again?.(); // It was away: what was missed is asked for.
  if (state === "live") reached = true;
}

// A browser has few connections to one host: tabs that nobody sees give theirs back.
function listenWhileSeen() {
  if (document.hidden) {
    stream.stop();
  } else {
    stream.listen();
    current?.again?.();
  }
}

function askToken() {
  const wasAsked = Boolean(headers().Authorization);
  const dialog = at("ask-token");
  const field = h("input", { type: "password", id: "token", autocomplete: "off", required: true });
  const send = (event) => {
    event.preventDefault();
    keepToken(field.value);
    connection = "connecting"; // Refused once more, it asks once more.
    dialog.close();
    current?.again?.();
    stream.listen();
  };
  show(dialog);
  dialog.append(h("form", { on: { submit: send } },
    h("h2", { id: "token-title" }, "This daemon wants a token"),
    wasAsked ? h("p", { class: "why", role: "alert" }, "It was another one.") : "",
    h("label", { for: "token" }, "The text of service.token_file, or of the variable that service.token_env names"),
    field, h("button", { type: "submit", class: "primary" }, "Go on")));
  if (!dialog.open) dialog.showModal();
}

const stream = new Stream({
  status: take,
  series: (point) => current?.point?.(point),
}, connected);

document.addEventListener("click", followLinks);
addEventListener("popstate", route);
addEventListener("online", () => stream.listen());
document.addEventListener("visibilitychange", listenWhileSeen);
startTheme();
startKeys(() => current);
route();
get("status").then((told) => affairs ?? take(told)).catch(() => {}); // The stream tells of what is wrong.
stream.listen();
