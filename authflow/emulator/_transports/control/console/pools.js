// User pools and their app clients.

import { chip, copyButton, find, make, showList } from "./dom.js";

const TIERS = "The pool's feature plan (UserPoolTier): LITE has the basic features; ESSENTIALS adds, among others, sign-in "
  + "without a password and MFA by email; PLUS adds threat protection.";

export function showPools({ pools, total }) {
  find("pool-count").textContent = total > pools.length ? `the first ${pools.length} of ${total}` : total || "";
  find("pools-empty").hidden = total > 0;
  showList(find("pool-rows"), pools, makeRow);
}

function makeRow(pool) {
  const left = pool.client_count - pool.clients.length;
  return make("li", {},
    make("div", { className: "spread" },
      make("span", {}, make("strong", {}, pool.pool_name), " ", make("code", {}, pool.pool_id)),
      copyButton(pool.pool_id, "Copy id")),
    make("div", { className: "detail" },
      `${count(pool.users, "user")}, ${count(pool.groups, "group")}, MFA ${pool.mfa.toLowerCase()}, `,
      make("abbr", { title: TIERS }, `tier ${pool.tier.toLowerCase()}`)),
    make("ul", { className: "clients" }, ...pool.clients.map(makeClient)),
    left > 0 ? make("div", { className: "detail" }, `and ${count(left, "more app client")}`) : null);
}

function makeClient(client) {
  return make("li", {},
    make("div", { className: "spread" },
      make("span", {},
        client.client_name, " ", make("code", {}, client.client_id), " ", client.has_secret ? chip("has a secret") : null),
      copyButton(client.client_id, "Copy id")),
    make("div", { className: "detail" }, client.auth_flows.join(", ")));
}

const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
