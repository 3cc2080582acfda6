// Three persons' accounts by amazon-cognito-identity-js as it is.
// Arguments: the emulator's URL.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import identity from "amazon-cognito-identity-js";

import { controlOf } from "./emulator.mjs";

const url = process.argv[2];
const { readCode, readTotp } = controlOf(url);
const { pools } = JSON.parse(readFileSync("seed.json", "utf8"));
const [pool, strict] = pools.map(
  ({ Id, clients: [{ ClientId }] }) => new identity.CognitoUserPool({ UserPoolId: Id, ClientId, endpoint: url }),
);
const email = "grace@example.com";
const [first, second, third] = ["Correct-Horse-9", "Correct-Horse-10", "Correct-Horse-11"];

const userOf = (Username, Pool = pool) => new identity.CognitoUser({ Username, Pool });

const CALLBACKS = [
  "onSuccess",
  "newPasswordRequired",
  "totpRequired",
  "mfaSetup",
  "associateSecretCode",
  "inputVerificationCode",
];

/** Call a method whose last argument is a function of an error and a result. */
function call(target, method, ...values) {
  return new Promise((resolve, reject) => {
    target[method](...values, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

/** Call a method that takes an object of callbacks; return the name of the one that was called, and its argument. */
function ask(user, method, ...values) {
  return new Promise((resolve, reject) => {
    const callbacks = Object.fromEntries(CALLBACKS.map((name) => [name, (value) => resolve([name, value])]));
    user[method](...values, { ...callbacks, onFailure: reject });
  });
}

function signIn(user, Password, flow = "USER_SRP_AUTH") {
  user.setAuthenticationFlowType(flow);
  return ask(user, "authenticateUser", new identity.AuthenticationDetails({ Username: user.getUsername(), Password }));
}

const signInPlainly = (user, password) => signIn(user, password, "USER_PASSWORD_AUTH");

async function sendTotp(user, code) {
  return new Promise((onSuccess, onFailure) => user.sendMFACode(code, { onSuccess, onFailure }, "SOFTWARE_TOKEN_MFA"));
}

async function readAttribute(user, name) {
  const attributes = await call(user, "getUserAttributes");
  return attributes.find((attribute) => attribute.getName() === name)?.getValue();
}

// sign-up with confirmation
const attributes = { email, given_name: "Grace" };
const list = Object.entries(attributes).map(([Name, Value]) => new identity.CognitoUserAttribute({ Name, Value }));
const { user, userConfirmed, userSub } = await call(pool, "signUp", email, first, list, null);
assert.equal(userConfirmed, false);
await assert.rejects(signIn(user, first), { code: "UserNotConfirmedException" });
await call(userOf(email), "resendConfirmationCode");
await readCode("sign_up");
await assert.rejects(call(userOf(email), "confirmRegistration", "000", false), { code: "CodeMismatchException" });
assert.equal(await call(userOf(email), "confirmRegistration", await readCode("sign_up"), false), "SUCCESS");

// each flow, and a wrong password
const grace = userOf(email);
await assert.rejects(signIn(userOf(email), "Wrong-Horse-9"), { code: "NotAuthorizedException" });
await assert.rejects(signInPlainly(userOf(email), "Wrong-Horse-9"), { code: "NotAuthorizedException" });
const plain = userOf(email);
assert.equal((await signInPlainly(plain, first))[0], "onSuccess");
plain.signOut();
const [signedIn, session] = await signIn(grace, first);
assert.equal(signedIn, "onSuccess");
assert.equal(session.getIdToken().payload.email, email);
assert.equal(session.getAccessToken().payload.sub, userSub);

// the session is kept, and refreshed
const kept = pool.getCurrentUser();
assert.ok((await call(kept, "getSession")).isValid());
const refreshed = await call(kept, "refreshSession", session.getRefreshToken());
assert.notEqual(refreshed.getAccessToken().getJwtToken(), session.getAccessToken().getJwtToken());

// attributes; another address is verified by a code
await call(grace, "updateAttributes", [{ Name: "given_name", Value: "Admiral" }]);
assert.equal(await readAttribute(grace, "given_name"), "Admiral");
await call(grace, "deleteAttributes", ["given_name"]);
assert.equal(await readAttribute(grace, "given_name"), undefined);
assert.equal((await ask(grace, "getAttributeVerificationCode", "email"))[0], "inputVerificationCode");
await ask(grace, "verifyAttribute", "email", await readCode("attribute"));
assert.equal(await readAttribute(grace, "email_verified"), "true");

// an authenticator app becomes the preferred second factor
const [, secret] = await ask(grace, "associateSoftwareToken");
assert.equal((await ask(grace, "verifySoftwareToken", await readTotp(secret), "phone"))[0], "onSuccess");
await call(grace, "setUserMfaPreference", null, { PreferredMfa: true, Enabled: true });
grace.clearCachedUserData(); // updateAttributes stored it
assert.equal((await call(grace, "getUserData")).PreferredMfaSetting, "SOFTWARE_TOKEN_MFA");

// a remembered device takes the place of the second factor; a forgotten one does not
assert.equal((await ask(grace, "setDeviceStatusRemembered"))[1], "SUCCESS");
const { Devices } = (await ask(grace, "listDevices", 10, null))[1];
assert.ok(Devices.length > 0);
const again = userOf(email);
assert.equal((await signIn(again, first))[0], "onSuccess");
await ask(again, "forgetDevice");
again.clearCachedDeviceKeyAndPassword();
const asked = userOf(email);
assert.equal((await signIn(asked, first))[0], "totpRequired");
assert.ok((await sendTotp(asked, await readTotp(secret))).isValid());
await call(asked, "setUserMfaPreference", null, { PreferredMfa: false, Enabled: false });

// a changed password, a forgotten one
assert.equal(await call(asked, "changePassword", first, second), "SUCCESS");
await assert.rejects(signInPlainly(userOf(email), first), { code: "NotAuthorizedException" });
await ask(asked, "globalSignOut");
await assert.rejects(call(grace, "getUserAttributes"), { code: "NotAuthorizedException" });
assert.equal((await ask(userOf(email), "forgotPassword"))[0], "inputVerificationCode");
await ask(userOf(email), "confirmPassword", await readCode("password_reset"), third);
await assert.rejects(signInPlainly(userOf(email), second), { code: "NotAuthorizedException" });

// a revoked refresh token, and the end of the account
const last = userOf(email);
const [, ending] = await signInPlainly(last, third);
await new Promise((resolve, reject) => last.signOut((error) => (error ? reject(error) : resolve())));
const revoked = userOf(email); // refreshSession would repeat the refused request for seconds: the client's fault
revoked.setSignInUserSession(ending);
await assert.rejects(call(revoked, "getUserAttributes"), { code: "NotAuthorizedException", message: /revoked/ });
const leaving = userOf(email);
await signInPlainly(leaving, third);
assert.equal(await call(leaving, "deleteUser"), "SUCCESS");
await assert.rejects(signInPlainly(userOf(email), third), { code: /UserNotFoundException|NotAuthorizedException/ });

// an invited person replaces the temporary password
const kay = userOf("kay@example.com");
assert.equal((await signIn(kay, "Temporary-1"))[0], "newPasswordRequired");
assert.equal((await ask(kay, "completeNewPasswordChallenge", first, {}))[0], "onSuccess");

// where everybody must have a second factor, the sign-in sets up an authenticator app
const ada = userOf("ada", strict);
assert.equal((await signIn(ada, first))[0], "mfaSetup");
const [, key] = await ask(ada, "associateSoftwareToken");
await assert.rejects(ask(ada, "verifySoftwareToken", "000000", "phone"), { code: "EnableSoftwareTokenMFAException" });
assert.equal((await ask(ada, "verifySoftwareToken", await readTotp(key), "phone"))[0], "onSuccess");
const returning = userOf("ada", strict);
assert.equal((await signIn(returning, first))[0], "totpRequired");
assert.ok((await sendTotp(returning, await readTotp(key))).isValid());
console.log("done");
