// The course of things over time: items per minute, latency, calls in flight against the limit.

import { Refused } from "../api.js";
import { h } from "../dom.js";
import { plain, span } from "../format.js";
import { colour, onTheme } from "../theme.js";
import { Chart } from "./chart.js";

const RANGES = [[60, "1 h"], [360, "6 h"], [1440, "24 h"], [20_160, "14 d"]];
const RING_MINUTES = 60; // Points of 10 s reach back so far; what the stream tells belongs to them.
const COARSE_MS = 600_000;
const PACE_POINTS = 6;
const LINES = ["--accent", "--ink-2", "--chart-3", "--chart-4"];

export class Charts {
  enter(places) {
    this.minutes = RING_MINUTES;
    this.fine = { at: [], series: {} };
    this.data = this.fine;
    this.loadedAt = 0;
    this.names = [];
    this.charts = {
      throughput: new Chart(places.throughput, plain),
      latency: new Chart(places.latency, span),
      flight: new Chart(places.flight, plain),
    };
    places.throughput.before(this.ranges());
    this.stopTheme = onTheme(() => this.draw());
  }

  leave() {
    this.stopTheme();
    for (const chart of Object.values(this.charts)) chart.destroy();
    this.charts = {};
  }

  ranges() {
    return h("fieldset", { class: "choices" }, h("legend", { class: "unseen" }, "How far back"),
      RANGES.map(([minutes, name]) => h("label", {},
        h("input", {
          type: "radio", name: "range", value: minutes, checked: minutes === this.minutes,
          on: { change: () => { this.minutes = minutes; this.load(this.get); } },
        }), h("span", {}, name))));
  }

  async load(get) {
    this.get = get;
    try {
      this.data = await get("series", { minutes: this.minutes });
      this.loadedAt = Date.now();
      if (this.minutes === RING_MINUTES) this.fine = this.data;
    } catch (error) {
      if (!(error instanceof Refused)) throw error; // The line at the top says that it is out of reach.
    }
    this.draw();
  }

  status(affairs) {
    const names = affairs.endpoints.map((each) => each.name);
    if (String(names) !== String(this.names)) {
      this.names = names;
      this.draw();
    }
  }

  /** Take a point that the stream tells. */
  point(point) {
    if (point.at > (this.fine.at.at(-1) ?? 0)) append(this.fine, point);
    if (this.data === this.fine) this.draw();
    else if (Date.now() - this.loadedAt > COARSE_MS) this.load(this.get);
  }

  /** Return items and samples per minute, of the last minute. */
  pace() {
    const mean = (name) => {
      const last = (this.fine.series[name] ?? []).slice(-PACE_POINTS).filter((x) => x !== null);
      return last.length ? last.reduce((sum, x) => sum + x, 0) / last.length : null;
    };
    return { items: (mean("items") ?? 0) + (mean("rejected") ?? 0), samples: mean("samples") ?? 0 };
  }

  draw() {
    if (!this.charts.throughput) return;
    const { at, series } = this.data;
    const line = (name, label, stroke, more = {}) => ({ label, stroke: colour(stroke), values: series[name], ...more });
    const filled = { fill: colour("--accent-wash") };
    this.charts.throughput.draw(at, [
      line("items", "finished", "--accent", filled), line("rejected", "rejected", "--ink-2"),
    ]);
    this.charts.latency.draw(at, this.names.slice(0, LINES.length).flatMap((name, place) => [
      line(`latency_p50/${name}`, `${name}, half`, LINES[place]),
      line(`latency_p95/${name}`, "95%", LINES[place], { dash: [4, 3] }),
    ]));
    const limit = this.names.length ? [line("limit", "limit", "--ink-2", { dash: [4, 3] })] : [];
    this.charts.flight.draw(at, this.names.length < 2 ? [
      line("in_flight", "in flight", "--accent", filled), ...limit,
    ] : this.names.slice(0, LINES.length).flatMap((name, place) => [
      line(`in_flight/${name}`, name, LINES[place]),
      line(`limit/${name}`, "limit", LINES[place], { dash: [4, 3] }),
    ]));
  }
}

function append({ at, series }, point) {
  for (const name of new Set([...Object.keys(series), ...Object.keys(point.values)])) {
    series[name] ??= at.map(() => null);
    series[name].push(point.values[name] ?? null);
  }
  at.push(point.at);
  const gone = at.findIndex((each) => each > point.at - 60 * RING_MINUTES);
  if (gone > 0) for (const each of [at, ...Object.values(series)]) each.splice(0, gone);
}
