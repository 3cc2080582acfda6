// Reads the state of the emulator once a second, and shows it.

import { Refused, call, get, hasToken, useToken } from "./api.js";
import { showClock, startClock } from "./clock.js";
import { find } from "./dom.js";
import { showFaults, startFaults } from "./faults.js";
import { showMessages, startOutbox } from "./outbox.js";
import { showPools } from "./pools.js";
import { showSignIns } from "./sign_ins.js";
import { makeUserQuery, showPoolChoice, showUsers, startUsers } from "./users.js";

const PAUSE = 1000;
const GONE = "The emulator does not respond. You see its last state. The page tries again every second.";
let timer = 0;
let isReading = false;
let isDue = false;
let refusal = ""; // of the last change

async function read() {
  const [clock, signIns, messages, pools, users, faults] = await Promise.all([
    get("/clock"), get("/sign-ins"), get("/outbox?limit=50"), get("/pools"), readUsers(), get("/faults"),
  ]);
  find("parts").hidden = false;
  showClock(clock);
  showSignIns(signIns, clock);
  showMessages(messages);
  showPools(pools);
  showPoolChoice(pools);
  showUsers(users);
  showFaults(faults);
}

/** Returns a page of users; of the first pool if the chosen one is gone. */
async function readUsers() {
  try {
    return await get(makeUserQuery());
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return get("/users");
    throw error;
  }
}

/** Reads and shows everything, and again after a pause. A page that is not visible waits. */
async function refresh() {
  clearTimeout(timer);
  isDue = isReading;
  if (document.hidden || isReading) return;
  isReading = true;
  try {
    await read();
    showState("live", "Live", refusal);
  } catch (error) {
    showFailure(error);
  }
  isReading = false;
  if (find("token").hidden) timer = setTimeout(refresh, isDue ? 0 : PAUSE);
}

function showState(kind, text, notice) {
  find("state").className = kind;
  if (find("state").textContent !== text) find("state").textContent = text;
  if (find("notice").textContent !== notice) find("notice").textContent = notice;
  find("notice").hidden = notice === "";
  find("parts").classList.toggle("stale", kind !== "live");
}

function showFailure(error) {
  if (error instanceof Refused && error.status === 403) {
    find("token").hidden = false;
    showState("gone", "No access", hasToken() ? "The emulator refused this token." : "");
  } else if (error instanceof Refused) {
    showState("gone", "Refused", `The emulator refused a request: ${error.message}`);
  } else {
    showState("gone", "Not responding", GONE);
  }
}

/** Changes something, then shows everything. A refusal is shown until the next change. */
async function change(method, path, body) {
  refusal = "";
  try {
    await call(method, path, body);
  } catch (error) {
    if (error instanceof Refused) refusal = `The emulator refused it: ${error.message}`;
  }
  await refresh();
}

find("token").addEventListener("submit", (event) => {
  event.preventDefault();
  useToken(find("token-text").value);
  find("token-text").value = "";
  find("token").hidden = true;
  refresh();
});
document.addEventListener("visibilitychange", refresh);
startClock(change);
startOutbox(change);
startUsers(refresh);
startFaults(change);
refresh();
