// The sign-ins that wait for an answer, and their nodes on the state diagram.

import { formatDuration } from "./clock.js";
import { chip, find, make, showList } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const LIMIT = 100; // as many are read

export function showSignIns(signIns, clock) {
  find("sign-in-count").textContent = signIns.length === LIMIT ? `the latest ${LIMIT}` : signIns.length || "";
  find("sign-ins-empty").hidden = signIns.length > 0;
  const rows = find("sign-in-rows");
  showList(rows, signIns, makeRow);
  for (const [at, signIn] of signIns.entries()) {
    rows.children[at].querySelector(".left").textContent = formatDuration(countSeconds(signIn, clock));
  }
  showNodes(Map.groupBy(signIns, (signIn) => signIn.node));
}

const countSeconds = (signIn, clock) => Math.max(0, (new Date(signIn.expires) - new Date(clock.now)) / 1000);

function makeRow(signIn) {
  const node = document.getElementById(`node-${signIn.node}`);
  const button = make("button", { className: "copy", type: "button", title: "Show it on the diagram" }, signIn.node);
  const row = make("li", {},
    make("div", { className: "spread" },
      make("span", {},
        make("strong", { title: signIn.username }, signIn.name), " ",
        signIn.user_exists ? null : chip("no such user", "warn")),
      button),
    make("div", { className: "detail" },
      `${signIn.auth_flow}${signIn.proven.length > 0 ? `, proven: ${signIn.proven.map(spell).join(", ")}` : ""}; `
      + "ends in ",
      make("span", { className: "left" })));
  button.addEventListener("click", () => node?.scrollIntoView({ block: "nearest", inline: "center" }));
  row.addEventListener("mouseenter", () => node?.classList.add("chosen"));
  row.addEventListener("mouseleave", () => node?.classList.remove("chosen"));
  return row;
}

const spell = (name) => name.replaceAll("_", " ");

/** Marks the nodes where sign-ins stand, each with how many stand there. */
function showNodes(byNode) {
  for (const node of find("diagram").querySelectorAll(".node")) {
    const count = byNode.get(node.id.slice("node-".length))?.length ?? 0;
    if (Number(node.dataset.count ?? 0) === count) continue;
    node.dataset.count = count;
    node.classList.toggle("here", count > 0);
    node.classList.toggle("chosen", false);
    node.querySelector(".badge")?.remove();
    if (count > 1) node.append(makeBadge(node.getBBox(), count));
  }
}

function makeBadge(box, count) {
  const badge = document.createElementNS(SVG, "g");
  const circle = document.createElementNS(SVG, "circle");
  const text = document.createElementNS(SVG, "text");
  badge.setAttribute("class", "badge");
  setAll(circle, { cx: box.x + box.width, cy: box.y, r: 8 });
  setAll(text, { x: box.x + box.width, y: box.y + 3.5, "text-anchor": "middle", "font-size": 9 });
  text.textContent = count;
  badge.append(circle, text);
  return badge;
}

function setAll(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
