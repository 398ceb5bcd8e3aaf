// The overview: how a run goes, at a glance. Its panels are functions from what the daemon tells.

import { get } from "./api.js";
import { at, h, show } from "./dom.js";
import { Charts } from "./panels/charts.js";
import { endpoints } from "./panels/endpoints.js";
import { figures } from "./panels/figures.js";
import { flight } from "./panels/flight.js";
import { funnel } from "./panels/funnel.js";
import { machine } from "./panels/machine.js";
import { answers } from "./panels/answers.js";
import { sandbox } from "./panels/sandbox.js";
import { spend } from "./panels/spend.js";
import { troubles } from "./panels/troubles.js";

const PANELS = [
  ["funnel", "From files to samples", funnel],
  ["answers", "Right answers", answers],
  ["throughput", "Items per minute", null],
  ["latency", "Teacher latency", null],
  ["in-flight", "Calls in flight", null],
  ["endpoints", "Endpoints", endpoints],
  ["spend", "Spend", spend],
  ["sandbox", "Sandbox", sandbox],
  ["flight", "In flight now", flight],
  ["troubles", "Last errors", troubles],
  ["machine", "Machine", machine],
];

export class Overview {
  enter(main) {
    this.charts = new Charts();
    main.append(
      h("h1", { class: "unseen" }, "Overview"),
      h("section", { class: "figures", id: "figures", "aria-label": "In figures" }),
      h("div", { class: "panels", id: "panels" }, PANELS.map(([name, title]) => panel(name, title))));
    this.charts.enter({ throughput: at("throughput"), latency: at("latency"), flight: at("in-flight") });
    this.again();
  }

  open() {}

  leave() {
    this.charts.leave();
  }

  /** Ask for what the stream does not tell: the past. */
  async again() {
    await this.charts.load(get);
  }

  status(affairs) {
    const { classList } = at("panels");
    classList.toggle("ended", affairs.phase === "stopped");
    classList.toggle("calm", !affairs.troubles.length);
    classList.toggle("alone", affairs.phase !== "stopped" && affairs.teacher === "builtin" && !affairs.endpoints.length);
    this.charts.status(affairs);
    show(at("figures"), figures(affairs, this.charts.pace()));
    for (const [name, , drawn] of PANELS) if (drawn) show(at(name), drawn(affairs));
  }

  point(point) {
    this.charts.point(point);
  }
}

function panel(name, title) {
  return h("section", { class: `panel ${name}`, "aria-labelledby": `${name}-title` },
    h("h2", { id: `${name}-title` }, title), h("div", { id: name, class: "inner" }));
}
