// What every script needs of the emulator: its control paths, the codes of the outbox and of authenticator apps.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";

/** The code of an authenticator app at a time in seconds: RFC 6238. */
function totp(secret, time) {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"));
  const key = Buffer.from(bits.join("").match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(time / 30)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const start = digest[19] & 15;
  return String((digest.readUInt32BE(start) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Return functions that use the control paths of the emulator at a URL. */
export function controlOf(url) {
  let last = 0;

  async function control(method, path, body) {
    const response = await fetch(`${url}/_authflow/${path}`, {
      method,
      headers: { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    assert.equal(response.status, 200, await response.clone().text());
    return response.json();
  }

  async function readCode(purpose) {
    const [message] = await control("GET", `outbox?purpose=${purpose}&after=${last}&wait=10`);
    assert.ok(message, `no message: ${purpose}`);
    last = message.number;
    return message.code;
  }

  async function readTotp(secret) {
    await control("POST", "clock/advance", { seconds: 30 }); // each code works once
    const { now } = await control("GET", "clock");
    return totp(secret, Date.parse(now) / 1000);
  }

  return { control, readCode, readTotp };
}
