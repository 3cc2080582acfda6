// The clock, and the buttons that move it.

import { find } from "./dom.js";

const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];
let isStopped = false;

export function showClock(clock) {
  isStopped = clock.stopped;
  find("now").dateTime = clock.now;
  find("now").textContent = formatTime(clock.now);
  find("distance").textContent = describe(clock);
  find("stop").textContent = isStopped ? "Start" : "Stop";
  find("present").disabled = !isStopped && isPresent(clock.ahead);
}

export function startClock(change) {
  find("moves").addEventListener("click", (event) => {
    const seconds = Number(event.target.dataset.seconds);
    if (seconds) change("POST", "/clock/advance", { seconds });
  });
  find("stop").addEventListener("click", () => change("PUT", "/clock", { stopped: !isStopped }));
  find("present").addEventListener("click", () =>
    change("PUT", "/clock", { now: new Date().toISOString(), stopped: false }));
}

/** Returns a time as text in UTC: Cognito's times have no other zone. */
export const formatTime = (time) => `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC`;

/** Returns a duration in its two largest units, such as "2 hours 5 minutes". */
export function formatDuration(seconds) {
  const parts = [];
  let left = Math.round(seconds);
  for (const [name, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? "" : "s"}`);
  }
  return parts.slice(0, 2).join(" ") || "0 seconds";
}

function describe(clock) {
  const far = formatDuration(Math.abs(clock.ahead));
  const distance = isPresent(clock.ahead) ? "Real time" : `${far} ${clock.ahead > 0 ? "ahead of" : "behind"} real time`;
  return clock.stopped ? `Stopped, ${distance[0].toLowerCase()}${distance.slice(1)}` : distance;
}

const isPresent = (ahead) => Math.abs(ahead) < 1;
