// SRP for the AWS SDK, which has none: the arithmetic is that of amazon-cognito-identity-js.

import { createHmac } from "node:crypto";
import { promisify } from "node:util";

import identity from "amazon-cognito-identity-js";
import integers from "amazon-cognito-identity-js/lib/BigInteger.js";

const { AuthenticationHelper, DateHelper } = identity;
const { default: BigInteger } = integers;

/** Start a proof. The group is a pool's id after the Region, or a device's group key. */
export async function startProof(group) {
  const helper = new AuthenticationHelper(group);
  const largeA = await promisify(helper.getLargeAValue.bind(helper))();
  const computeKey = promisify(helper.getPasswordAuthenticationKey.bind(helper));

  /** Return the responses to a challenge that wants a password, or a device's, proven. */
  async function prove(name, password, { SRP_B, SALT, SECRET_BLOCK }) {
    const key = await computeKey(name, password, new BigInteger(SRP_B, 16), new BigInteger(SALT, 16));
    const TIMESTAMP = new DateHelper().getNowString();
    const signature = createHmac("sha256", Buffer.from(key))
      .update(group + name)
      .update(Buffer.from(SECRET_BLOCK, "base64"))
      .update(TIMESTAMP)
      .digest("base64");
    return { PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK, PASSWORD_CLAIM_SIGNATURE: signature, TIMESTAMP };
  }

  return { SRP_A: largeA.toString(16), prove };
}

/** Make a device's password, and what ConfirmDevice wants to know of it. */
export async function makeDevice(groupKey, key) {
  const helper = new AuthenticationHelper(groupKey);
  await promisify(helper.generateHashDevice.bind(helper))(groupKey, key);
  const encode = (hex) => Buffer.from(hex, "hex").toString("base64");
  return {
    password: helper.getRandomPassword(),
    verifier: { PasswordVerifier: encode(helper.getVerifierDevices()), Salt: encode(helper.getSaltDevices()) },
  };
}
