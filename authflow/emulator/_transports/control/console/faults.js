// Faults that are switched on, and the form that switches one on.

import { find, make, showList } from "./dom.js";

let change;

export function startFaults(changeEmulator) {
  change = changeEmulator;
  const form = find("add-fault");
  form.elements.kind.addEventListener("change", () => showFields(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change("POST", "/faults", readFault(form.elements));
  });
  showFields(form);
}

export function showFaults(faults) {
  find("fault-count").textContent = faults.length || "";
  find("faults-empty").hidden = faults.length > 0;
  showList(find("fault-rows"), faults, makeRow);
}

/** Shows the fields of the chosen kind; the others are not checked either. */
function showFields(form) {
  for (const label of form.querySelectorAll("[data-kind]")) {
    label.hidden = label.dataset.kind !== form.elements.kind.value;
    label.querySelector("input").disabled = label.hidden;
  }
}

function readFault({ operation, kind, error, seconds, times }) {
  return {
    operation: operation.value,
    kind: kind.value,
    ...(kind.value === "refuse" && { error: error.value }),
    ...(kind.value === "delay" && { seconds: Number(seconds.value) }),
    ...(times.value && { times: Number(times.value) }),
  };
}

function makeRow(fault) {
  const button = make("button", { className: "copy", type: "button" }, "Switch off");
  button.addEventListener("click", () => change("DELETE", `/faults/${fault.number}`));
  const often = fault.times === null ? "all requests" : `the next ${fault.times === 1 ? "request" : `${fault.times} requests`}`;
  return make("li", {},
    make("div", { className: "spread" },
      make("span", {}, make("strong", {}, fault.operation === "*" ? "All operations" : fault.operation)), button),
    make("div", { className: "detail" }, `${describe(fault)}, ${often}`));
}

function describe(fault) {
  switch (fault.kind) {
    case "refuse": return `refused with ${fault.error}`;
    case "throttle": return "throttled";
    case "delay": return `delayed by ${fault.seconds} s`;
    default: return "carried out, its reply lost";
  }
}
