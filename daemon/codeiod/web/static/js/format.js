// Says numbers, sizes, times and money as a person reads them, with their units.

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", {
  weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
});
const SECOND = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const SIZES = ["B", "kB", "MB", "GB", "TB", "PB"];

/** 12,345 */
export function count(n) {
  return WHOLE.format(n);
}

/** 1 segment, 12 segments */
export function counted(n, noun) {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** 1.23M: where room is short. */
export function short(n) {
  return Math.abs(n) < 10_000 ? WHOLE.format(n) : SHORT.format(n);
}

/** A rate or a measure: 0.42, 4.2, 42, 4,213. */
export function measure(x) {
  if (x >= 100 || x === 0) return WHOLE.format(x);
  return x >= 10 ? x.toFixed(1) : x.toFixed(2);
}

/** 57%, 0.4%, ""; never 100% or 0% where it is not quite so. */
export function share(part, whole) {
  if (!whole) return "";
  const percent = (100 * part) / whole;
  if (part && percent < 0.1) return "<0.1%";
  if (part < whole && percent > 99.9) return ">99.9%";
  const whole_percents = percent === 0 || percent === 100 || (percent >= 10 && percent < 99.5);
  return `${percent.toFixed(whole_percents ? 0 : 1)}%`;
}

/** Money with its currency: 1,234 USD, 12.34 USD, 0.0042 USD. */
export function money(amount, currency = "") {
  const digits = amount === 0 || amount >= 1 ? 2 : 4;
  const told = amount >= 10_000 ? WHOLE.format(amount)
    : amount.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return currency ? `${told} ${currency}` : told;
}

/** Money that is a cap or a guess: 900 USD, 4.50 USD. */
export function roughly(amount, currency = "") {
  const told = amount >= 100 ? WHOLE.format(amount) : amount >= 0.1 ? amount.toFixed(2) : money(amount);
  return currency ? `${told} ${currency}` : told;
}

/** A length of time in its two largest units: 42 s, 3 min 20 s, 2 d 4 h. */
export function span(seconds) {
  if (seconds === 0) return "0 s";
  if (seconds < 0.001) return "<1 ms";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return joined(hours, "h", minutes % 60, "min");
  return joined(Math.floor(hours / 24), "d", hours % 24, "h");
}

function joined(large, largeUnit, small, smallUnit) {
  return small ? `${large} ${largeUnit} ${small} ${smallUnit}` : `${large} ${largeUnit}`;
}

/** How long ago: 5 s ago. */
export function ago(unix, now) {
  return now - unix < 2 ? "now" : `${span(Math.max(0, now - unix))} ago`;
}

/** 14:05 today, Mon 3 Feb, 14:05 on another day. */
export function moment(unix, now = Date.now() / 1000) {
  const date = new Date(unix * 1000);
  const today = new Date(now * 1000).toDateString() === date.toDateString();
  return (today ? CLOCK : DAY).format(date);
}

/** 14:05 */
export function clock(unix) {
  return CLOCK.format(unix * 1000);
}

/** 14:05:59; the day is told elsewhere. */
export function second(unix) {
  return SECOND.format(unix * 1000);
}

/** 3 Feb */
export function day(unix) {
  return DATE.format(unix * 1000);
}

/** A value at an axis or in a legend: 0, 2.5, 40, 1,200. */
export function plain(x) {
  return x.toLocaleString("en", { maximumFractionDigits: x < 10 ? 1 : 0 });
}

/** 914 MB */
export function bytes(n) {
  let size = n;
  let unit = 0;
  while (size >= 1000 && unit < SIZES.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size >= 100 || unit === 0 ? Math.round(size) : size.toFixed(1)} ${SIZES[unit]}`;
}

/** The beginning of an id, enough to tell it from others. */
export function brief(id) {
  return id.slice(0, 8);
}
