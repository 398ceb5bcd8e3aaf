// One chart over time, drawn by uPlot, in the page's colours and as wide as its place.

import { h } from "../dom.js";
import { clock, day, moment, second } from "../format.js";
import { colour } from "../theme.js";

const HEIGHT = 168;
const SHORT_SECONDS = 300;
const SYNC = "codeiod";

export class Chart {
  constructor(place, told) {
    this.place = place;
    this.told = told;
    this.plot = null;
    this.shape = "";
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(place);
  }

  destroy() {
    this.watcher.disconnect();
    this.plot?.destroy();
  }

  /** Draw lines {label, stroke, values, fill, dash}; those without values are left out. */
  draw(at, lines) {
    const there = lines.filter(({ values }) => values?.some((value) => value !== null));
    if (at.length < 2 || !there.length) return this.empty();
    const shape = JSON.stringify([there.map(({ values, ...rest }) => rest), colour("--line")]);
    const data = [at, ...there.map(({ values }) => values)];
    this.last = at.length - 1;
    if (this.plot && shape === this.shape) this.plot.setData(data);
    else this.make(shape, data, there);
    this.rest();
    this.describe(there);
    return undefined;
  }

  // Without a pointer on it the legend tells the last values.
  rest() {
    if (this.plot && this.plot.cursor.idx == null) this.plot.setLegend({ idx: this.last }, false);
  }

  empty() {
    this.plot?.destroy();
    this.plot = null;
    this.place.replaceChildren(h("p", { class: "nothing" }, "Nothing was measured yet."));
  }

  make(shape, data, lines) {
    this.plot?.destroy();
    this.place.replaceChildren();
    this.shape = shape;
    this.plot = new uPlot({
      width: this.width(), height: HEIGHT,
      cursor: { sync: { key: SYNC }, points: { size: 6 }, drag: { x: false, y: false } },
      legend: { live: true },
      hooks: { setCursor: [() => this.rest()] },
      series: [{ value: (_, at) => (at ? this.when(at) : "") }, ...lines.map((line) => this.series(line))],
      axes: [
        axis({ space: 64, size: 26, values: (plot, all) => times(all, isShort(plot.data[0])) }, false),
        axis({ space: 34, size: 44, values: (_, all) => all.map(this.told) }, true),
      ],
      scales: { y: { range: (_, low, high) => [0, Math.max(high * 1.1, 1)] } },
    }, data, this.place);
    this.plot.root.setAttribute("role", "img");
  }

  series({ label, stroke, fill, dash }) {
    const value = (_, x) => (x === null || x === undefined ? "–" : this.told(x));
    return { label, stroke, fill, dash, width: 1.5, points: { show: false }, value };
  }

  // A drawing is nothing to a reader of the screen: it gets the last values in words.
  describe(lines) {
    const last = lines.map(({ label, values }) => `${label} ${this.told(values.findLast((x) => x !== null) ?? 0)}`);
    this.plot.root.setAttribute("aria-label", `Chart; at its end: ${last.join(", ")}`);
  }

  when(at) {
    const [all] = this.plot.data;
    return isShort(all) ? second(at) : moment(at);
  }

  width() {
    return Math.max(200, Math.floor(this.place.clientWidth));
  }

  fit() {
    if (this.plot && this.plot.width !== this.width()) this.plot.setSize({ width: this.width(), height: HEIGHT });
  }
}

function times(all, seconds) {
  if (seconds) return all.map(second);
  return all.map((at, place) => (place && dateOf(at) !== dateOf(all[place - 1]) ? day(at) : clock(at)));
}

function isShort(all) {
  return all.at(-1) - all[0] < SHORT_SECONDS;
}

function dateOf(at) {
  return new Date(at * 1000).getDate();
}

function axis(more, grid) {
  const line = { stroke: colour("--line"), width: 1 };
  return {
    stroke: colour("--ink-2"), font: "11px system-ui, sans-serif", ticks: { show: false },
    grid: grid ? line : { show: false }, gap: 6, ...more,
  };
}
