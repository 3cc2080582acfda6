// The messages that Cognito would have sent, the newest first, with codes to copy.

import { copyButton, find, make, showList } from "./dom.js";

const LIMIT = 50; // as many are read
const PURPOSES = {
  sign_up: "Sign-up", invitation: "Invitation", password_reset: "New password", mfa: "Second factor",
  first_factor: "First factor", mfa_setup: "Set-up of a second factor", attribute: "New address", risk: "Risk notice",
};

export function showMessages(messages) {
  find("outbox-count").textContent = messages.length === LIMIT ? `the newest ${LIMIT}` : messages.length || "";
  find("outbox-empty").hidden = messages.length > 0;
  find("clear-outbox").hidden = messages.length === 0;
  showList(find("messages"), messages.toReversed(), makeRow);
}

export function startOutbox(change) {
  find("clear-outbox").addEventListener("click", () => change("DELETE", "/outbox"));
}

function makeRow(message) {
  const isNamed = message.username !== message.destination;
  return make("li", {},
    make("div", { className: "spread" },
      make("span", { className: "code" }, message.code),
      copyButton(message.code)),
    make("div", { className: "detail" },
      `${PURPOSES[message.purpose] ?? message.purpose} by ${message.medium === "SMS" ? "SMS" : "email"} to ${message.destination}`),
    isNamed ? make("div", { className: "detail" }, `user ${message.username}`) : null,
    make("details", {},
      make("summary", {}, message.subject ?? "Text message"),
      make("pre", {}, message.body)));
}
