// Watched folders, the journal and its disk, and what the daemon takes of the machine.

import { h } from "../dom.js";
import { ago, bytes, count, counted, moment, span } from "../format.js";

export function machine(affairs) {
  const { journal, phase } = affairs;
  const alive = phase !== "stopped";
  return [
    affairs.watched.length ? h("ul", { class: "watched" }, affairs.watched.map((each) => folder(each, affairs.at))) : "",
    h("dl", { class: "facts" }, [
      journal.bytes ? ["journal", `${bytes(journal.bytes)} in ${counted(journal.segment, "segment")}`] : null,
      journal.sync.p95 ? ["95% of writes on disk", `within ${span(journal.sync.p95)}`] : null,
      journal.disk_free_bytes ? ["free on its disk", bytes(journal.disk_free_bytes)] : null,
      affairs.memory_bytes ? ["memory", bytes(affairs.memory_bytes)] : null,
      affairs.descriptors ? ["open files", count(affairs.descriptors)] : null,
      alive && affairs.started_at ? ["up for", span(affairs.at - affairs.started_at)] : null,
      alive && affairs.started_at ? ["started", moment(affairs.started_at)] : null,
      alive ? null : ["folder", affairs.directory],
      alive && affairs.pid ? ["process", String(affairs.pid)] : null,
      affairs.version ? ["version", affairs.version] : null,
    ].filter(Boolean).map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value)))),
    journal.low ? h("p", { class: "why" }, "The disk is full: nothing more is taken until there is room.") : "",
  ];
}

function folder(each, now) {
  const state = each.there ? "good" : "bad";
  const seen = each.scanned_at ? ` · looked through ${ago(each.scanned_at, now)} in ${span(each.scan_seconds)}` : "";
  return h("li", {},
    h("span", { class: `state ${state}` }, h("span", { class: "path" }, each.folder)),
    h("p", { class: "below" }, each.there
      ? `${count(each.taken)} taken · ${count(each.unsettled)} still being written${seen}` : each.why));
}
