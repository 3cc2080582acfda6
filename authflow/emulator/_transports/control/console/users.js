// The users of one pool: the first ones, or those that a search finds.

import { chip, find, make, showList } from "./dom.js";

const STEP = 50;
const MOST = 1000; // as many can be read at once
const KINDS = { CONFIRMED: "good", UNCONFIRMED: "warn", FORCE_CHANGE_PASSWORD: "warn", RESET_REQUIRED: "warn" };
let pool = "";
let limit = STEP;

export function makeUserQuery() {
  const search = find("search").value;
  const query = new URLSearchParams({ limit, ...(pool && { pool }), ...(search && { search }) });
  return `/users?${query}`;
}

export function startUsers(refresh) {
  find("pool").addEventListener("change", () => {
    pool = find("pool").value;
    limit = STEP;
    refresh();
  });
  find("search").addEventListener("input", refresh);
  find("more-users").addEventListener("click", () => {
    limit = Math.min(limit + STEP, MOST);
    refresh();
  });
}

export function showPoolChoice({ pools }) {
  showList(find("pool"), pools.map(({ pool_id, pool_name }) => ({ pool_id, pool_name })), (item) =>
    make("option", { value: item.pool_id }, `${item.pool_name} (${item.pool_id})`));
  if (!pools.some(({ pool_id }) => pool_id === pool)) pool = pools[0]?.pool_id ?? "";
  if (find("pool").value !== pool) find("pool").value = pool;
  find("user-choice").hidden = pools.length === 0;
  find("pool").disabled = pools.length < 2;
}

export function showUsers({ users, next, total }) {
  find("user-count").textContent = total === 0 ? "" : `${users.length.toLocaleString("en")} of ${total.toLocaleString("en")}`;
  find("user-box").hidden = users.length === 0;
  find("users-empty").hidden = users.length > 0;
  find("users-empty").textContent = describeEmpty();
  find("more-users").hidden = next === null || limit === MOST;
  showList(find("user-rows"), users, makeRow);
}

function describeEmpty() {
  if (pool === "") return "No users, since there are no pools.";
  return find("search").value === "" ? "No users in this pool." : "No user of this pool is found by that.";
}

function makeRow(user) {
  const contacts = [user.email, user.phone_number].filter((contact) => contact !== null && contact !== user.name);
  return make("tr", {},
    make("td", {},
      make("strong", {}, user.name),
      ...contacts.map((contact) => make("div", { className: "detail" }, contact)),
      user.name === user.username ? null : make("div", { className: "detail" }, user.username)),
    makeCell([
      chip(user.status, KINDS[user.status]),
      user.enabled ? null : chip("disabled", "bad"),
    ]),
    makeCell([
      ...user.factors.map((factor) => chip(factor === user.preferred_factor ? `${factor}, preferred` : factor)),
      user.has_authenticator_app ? chip("authenticator app") : null,
    ]),
    makeCell(user.groups.map((group) => chip(group))),
    makeCell(user.devices.map((device) => chip(device.remembered ? `${device.name}, remembered` : device.name))));
}

const makeCell = (chips) => make("td", {}, make("div", { className: "chips" }, ...chips.filter((each) => each !== null)));
