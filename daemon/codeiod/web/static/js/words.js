// Says in plain words what the daemon names by a key: phases, reasons, verdicts, steps.

export const PHASES = {
  starting: "starting",
  working: "working",
  idle: "idle: all is done",
  paused: "paused",
  waiting: "waiting",
  draining: "stopping",
  stopped: "stopped",
};

// In the order of the way: where a file is lost, and for what.
export const STEPS = [
  ["read", {
    unreadable: "could not be read",
    not_utf8: "not UTF-8",
    empty: "empty",
    binary: "binary",
    oversized: "too large",
    malformed_line: "malformed line",
  }],
  ["unified", {
    unparsable: "gave no usable program",
    context_length: "too long for the model",
    content_filter: "stopped by a content filter",
    truncated: "answer never ended",
    teacher_failed: "teacher did not answer",
  }],
  ["sampled", {
    load_error: "program does not load",
    error: "calls raise errors",
    timeout: "calls run out of time",
    too_big: "values too big",
    too_deep: "values nested too deep",
    not_json: "results are not JSON",
    nondeterministic: "results change from run to run",
    trivial: "one result for all inputs",
    too_few_pairs: "too few inputs",
  }],
  ["asked", {
    no_samples: "no sample left",
    changed: "made from what has changed since",
    fault: "lost by a fault of codeiod",
  }],
];

export const REASONS = Object.assign({}, ...STEPS.map(([, reasons]) => reasons));

export const VERDICTS = {
  success: "right",
  mismatch: "another value",
  exception: "raised an exception",
  timeout: "ran out of time",
  too_big: "too big",
  no_answer: "no answer found",
  invalid_answer: "input does not fit",
};

export const TASKS = {
  output_prediction: "output prediction",
  input_prediction: "input prediction",
};

const OUTCOMES = {
  load_failed: "did not load",
  not_json: "not JSON",
  timed_out: "ran out of time",
  over_memory: "out of memory",
  over_output: "too much output",
};

const KINDS = {
  admit: "taken in",
  duplicate: "met again",
  sample: "inputs and outputs",
  reopen: "taken up again",
  commit: "done",
};

const ENDPOINT_STATES = { up: "up", resting: "resting", out: "can't answer" };

/** Say a key of ours in words; one that is not known reads as it is written. */
export function words(known, key) {
  return known[key] ?? String(key).replaceAll("_", " ");
}

export const outcome = (key) => words(OUTCOMES, key);
export const endpointState = (key) => words(ENDPOINT_STATES, key);

/** Say which step a key of the journal names: `out/3/0/2` is turn 2 on the output of pair 4. */
export function step(key) {
  const [kind, first, sample, turn, checked] = key.split("/");
  if (kind === "unify") return first === "1" ? "unify" : "unify, repair";
  if (kind !== "out" && kind !== "in") return words(KINDS, key);
  const asked = `${kind}put of pair ${Number(first) + 1}`;
  const again = Number(sample) ? `, sample ${Number(sample) + 1}` : "";
  return `${checked ? "check of " : ""}${asked}${again}, turn ${turn}`;
}
