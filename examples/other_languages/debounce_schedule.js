'use strict';

/**
 * Compute when a debounced function really runs.
 *
 * Every event starts the waiting time anew; the function runs once the events
 * have been quiet for `wait` milliseconds.
 *
 * @param {number[]} events times of the events, in any order
 * @param {number} wait quiet time in milliseconds
 * @returns {number[]} times at which the function runs
 */
function debounceTimes(events, wait) {
  const sorted = [...events].sort((a, b) => a - b);
  const runs = [];
  sorted.forEach((time, index) => {
    const next = sorted[index + 1];
    if (next === undefined || next - time >= wait) {
      runs.push(time + wait);
    }
  });
  return runs;
}

/** The same for a throttled function: at most one run per `wait`, the first at once. */
function throttleTimes(events, wait) {
  const runs = [];
  for (const time of [...events].sort((a, b) => a - b)) {
    if (runs.length === 0 || time - runs[runs.length - 1] >= wait) {
      runs.push(time);
    }
  }
  return runs;
}

if (require.main === module) {
  const keys = [0, 80, 120, 500, 510, 1400];
  console.log('debounced', debounceTimes(keys, 200));
  console.log('throttled', throttleTimes(keys, 200));
}

module.exports = { debounceTimes, throttleTimes };
