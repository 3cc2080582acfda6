// One person's account, from sign-up to deletion, by the AWS SDK for JavaScript and an app client with a secret.
// Arguments: the emulator's URL.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

import { CognitoIdentityProvider } from "@aws-sdk/client-cognito-identity-provider";

import { controlOf } from "./emulator.mjs";
import { makeDevice, startProof } from "./srp.mjs";

const url = process.argv[2];
const { control, readCode, readTotp } = controlOf(url);
const credentials = { accessKeyId: "any", secretAccessKey: "any" };
const cognito = new CognitoIdentityProvider({ endpoint: url, region: "eu-west-1", credentials });

const [pool] = JSON.parse(readFileSync("seed.json", "utf8")).pools;
const { ClientId, ClientSecret } = pool.clients[1];
const email = "grace@example.com";
const [first, second, third] = ["Correct-Horse-9", "Correct-Horse-10", "Correct-Horse-11"];

const hash = (name) => createHmac("sha256", ClientSecret).update(name + ClientId).digest("base64");
const Username = email;
const SecretHash = hash(email);

const initiate = (AuthFlow, parameters) => cognito.initiateAuth({ ClientId, AuthFlow, AuthParameters: parameters });
const signIn = (PASSWORD, more = {}) =>
  initiate("USER_PASSWORD_AUTH", { USERNAME: email, PASSWORD, SECRET_HASH: SecretHash, ...more });

function respond({ ChallengeName, Session }, name, responses) {
  const ChallengeResponses = { USERNAME: name, SECRET_HASH: hash(name), ...responses };
  return cognito.respondToAuthChallenge({ ClientId, ChallengeName, Session, ChallengeResponses });
}

async function signInBySrp(password, more = {}) {
  const { SRP_A, prove } = await startProof(pool.Id.split("_")[1]);
  const challenge = await initiate("USER_SRP_AUTH", { USERNAME: email, SRP_A, SECRET_HASH: SecretHash, ...more });
  const name = challenge.ChallengeParameters.USER_ID_FOR_SRP;
  return respond(challenge, name, { ...(await prove(name, password, challenge.ChallengeParameters)), ...more });
}

// sign-up with confirmation
const UserAttributes = [{ Name: "email", Value: email }, { Name: "given_name", Value: "Grace" }];
const { UserSub, UserConfirmed } = await cognito.signUp({ ClientId, SecretHash, Username, Password: first, UserAttributes });
assert.equal(UserConfirmed, false);
await assert.rejects(signIn(first), { name: "UserNotConfirmedException" });
await cognito.resendConfirmationCode({ ClientId, SecretHash, Username });
await readCode("sign_up");
await assert.rejects(cognito.confirmSignUp({ ClientId, SecretHash, Username, ConfirmationCode: "000" }), {
  name: "CodeMismatchException",
});
await cognito.confirmSignUp({ ClientId, SecretHash, Username, ConfirmationCode: await readCode("sign_up") });

// each flow, and a wrong password
await assert.rejects(signIn("Wrong-Horse-9"), { name: "NotAuthorizedException", message: /Incorrect username or password/ });
await assert.rejects(signInBySrp("Wrong-Horse-9"), { name: "NotAuthorizedException" });
await assert.rejects(initiate("USER_PASSWORD_AUTH", { USERNAME: email, PASSWORD: first }), { name: "NotAuthorizedException" });
const { AuthenticationResult: tokens } = await signInBySrp(first);
const { AccessToken, RefreshToken, NewDeviceMetadata } = tokens;
assert.ok((await signIn(first)).AuthenticationResult.IdToken);

// attributes
const user = await cognito.getUser({ AccessToken });
assert.equal(user.UserAttributes.find(({ Name }) => Name === "sub").Value, UserSub);
await cognito.updateUserAttributes({ AccessToken, UserAttributes: [{ Name: "given_name", Value: "Admiral" }] });
assert.ok((await cognito.getUser({ AccessToken })).UserAttributes.some(({ Value }) => Value === "Admiral"));
await cognito.deleteUserAttributes({ AccessToken, UserAttributeNames: ["given_name"] });
assert.ok(!(await cognito.getUser({ AccessToken })).UserAttributes.some(({ Name }) => Name === "given_name"));

// an authenticator app becomes the preferred second factor
const { SecretCode } = await cognito.associateSoftwareToken({ AccessToken });
const verified = await cognito.verifySoftwareToken({ AccessToken, UserCode: await readTotp(SecretCode) });
assert.equal(verified.Status, "SUCCESS");
await cognito.setUserMFAPreference({ AccessToken, SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true } });
assert.equal((await cognito.getUser({ AccessToken })).PreferredMfaSetting, "SOFTWARE_TOKEN_MFA");
const asked = await signInBySrp(first);
assert.equal(asked.ChallengeName, "SOFTWARE_TOKEN_MFA");
const code = { SOFTWARE_TOKEN_MFA_CODE: await readTotp(SecretCode) };
assert.ok((await respond(asked, user.Username, code)).AuthenticationResult);

// a remembered device takes the place of the second factor
const { DeviceKey, DeviceGroupKey } = NewDeviceMetadata;
const device = await makeDevice(DeviceGroupKey, DeviceKey);
const DeviceSecretVerifierConfig = device.verifier;
await cognito.confirmDevice({ AccessToken, DeviceKey, DeviceName: "Node", DeviceSecretVerifierConfig });
await cognito.updateDeviceStatus({ AccessToken, DeviceKey, DeviceRememberedStatus: "remembered" });
const { Devices } = await cognito.listDevices({ AccessToken });
assert.deepEqual(Devices.map((listed) => listed.DeviceKey), [DeviceKey]);
await control("POST", "clock/advance", { seconds: 60 });
const DEVICE_KEY = DeviceKey;
const started = await signInBySrp(first, { DEVICE_KEY });
assert.equal(started.ChallengeName, "DEVICE_SRP_AUTH");
const proof = await startProof(DeviceGroupKey);
const next = await respond(started, user.Username, { SRP_A: proof.SRP_A, DEVICE_KEY });
assert.equal(next.ChallengeName, "DEVICE_PASSWORD_VERIFIER");
const proven = await proof.prove(DeviceKey, device.password, next.ChallengeParameters);
const remembered = (await respond(next, user.Username, { ...proven, DEVICE_KEY })).AuthenticationResult;
assert.ok(remembered.AccessToken);
const { Device } = await cognito.getDevice({ AccessToken, DeviceKey });
assert.ok(Device.DeviceLastAuthenticatedDate > Devices[0].DeviceLastAuthenticatedDate);

// refreshed tokens: SECRET_HASH is that of the user's own name
const refresh = { REFRESH_TOKEN: remembered.RefreshToken, SECRET_HASH: hash(user.Username), DEVICE_KEY };
const refreshed = (await initiate("REFRESH_TOKEN_AUTH", refresh)).AuthenticationResult;
assert.notEqual(refreshed.AccessToken, remembered.AccessToken);
await cognito.revokeToken({ ClientId, ClientSecret, Token: remembered.RefreshToken });
await assert.rejects(initiate("REFRESH_TOKEN_AUTH", refresh), { name: "NotAuthorizedException" });
await cognito.forgetDevice({ AccessToken, DeviceKey });
await cognito.setUserMFAPreference({ AccessToken, SoftwareTokenMfaSettings: { Enabled: false } });

// a changed password, a forgotten one, and the end
await cognito.changePassword({ AccessToken, PreviousPassword: first, ProposedPassword: second });
await cognito.globalSignOut({ AccessToken });
await assert.rejects(cognito.getUser({ AccessToken }), { name: "NotAuthorizedException" });
await assert.rejects(initiate("REFRESH_TOKEN_AUTH", { REFRESH_TOKEN: RefreshToken, SECRET_HASH: hash(user.Username) }), {
  name: "NotAuthorizedException",
});
await cognito.forgotPassword({ ClientId, SecretHash, Username });
const ConfirmationCode = await readCode("password_reset");
await cognito.confirmForgotPassword({ ClientId, SecretHash, Username, ConfirmationCode, Password: third });
await assert.rejects(signIn(second), { name: "NotAuthorizedException" });
const last = (await signIn(third)).AuthenticationResult;
await cognito.deleteUser({ AccessToken: last.AccessToken });
await assert.rejects(signIn(third), { name: /UserNotFoundException|NotAuthorizedException/ });
console.log("done");
