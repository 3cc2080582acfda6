// One person's account, from sign-up to deletion, by aws-amplify as it is.
// Arguments: the file that `authflow emulator --amplify-file` wrote.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { Amplify } from "aws-amplify";
import * as auth from "aws-amplify/auth";

import { controlOf } from "./emulator.mjs";

// aws-amplify names a device after its browser. Without one it fails silently, and the device is never confirmed.
globalThis.navigator ??= { platform: "test", userAgent: "Node" };

const configuration = JSON.parse(readFileSync(process.argv[2], "utf8"));
const url = configuration.Auth.Cognito.userPoolEndpoint;
Amplify.configure(configuration);

const email = "grace@example.com";
const [first, second, third] = ["Correct-Horse-9", "Correct-Horse-10", "Correct-Horse-11"];

const { readCode, readTotp } = controlOf(url);
const step = async (promise) => (await promise).nextStep.signInStep;
const signIn = (password, authFlowType = "USER_SRP_AUTH") =>
  auth.signIn({ username: email, password, options: { authFlowType } });

// sign-up, confirmed, with the automatic sign-in after it
const signedUp = await auth.signUp({
  username: email,
  password: first,
  options: { userAttributes: { email, given_name: "Grace" }, autoSignIn: true },
});
assert.equal(signedUp.nextStep.signUpStep, "CONFIRM_SIGN_UP");
await auth.resendSignUpCode({ username: email });
await readCode("sign_up");
const confirmed = await auth.confirmSignUp({ username: email, confirmationCode: await readCode("sign_up") });
assert.equal(confirmed.nextStep.signUpStep, "COMPLETE_AUTO_SIGN_IN");
assert.equal(await step(auth.autoSignIn()), "DONE");
await auth.signOut();

// each flow, and a wrong password
await assert.rejects(signIn("Wrong-Horse-9"), { name: "NotAuthorizedException" });
for (const flow of ["USER_SRP_AUTH", "USER_PASSWORD_AUTH"]) {
  assert.equal(await step(signIn(first, flow)), "DONE");
  await auth.signOut();
}
assert.equal(await step(auth.signIn({ username: email, options: { authFlowType: "USER_AUTH", preferredChallenge: "EMAIL_OTP" } })), "CONFIRM_SIGN_IN_WITH_EMAIL_CODE");
assert.equal(await step(auth.confirmSignIn({ challengeResponse: await readCode("first_factor") })), "DONE");

// tokens and attributes
const before = (await auth.fetchAuthSession()).tokens;
assert.equal(before.idToken.payload.email, email);
const refreshed = (await auth.fetchAuthSession({ forceRefresh: true })).tokens;
assert.notEqual(refreshed.accessToken.toString(), before.accessToken.toString());
await auth.updateUserAttributes({ userAttributes: { given_name: "Admiral" } });
assert.equal((await auth.fetchUserAttributes()).given_name, "Admiral");
await auth.deleteUserAttributes({ userAttributeKeys: ["given_name"] });
assert.equal((await auth.fetchUserAttributes()).given_name, undefined);

// an authenticator app becomes the preferred second factor
const { sharedSecret } = await auth.setUpTOTP();
await auth.verifyTOTPSetup({ code: await readTotp(sharedSecret) });
await auth.updateMFAPreference({ totp: "PREFERRED" });
assert.equal((await auth.fetchMFAPreference()).preferred, "TOTP");
await auth.signOut();
assert.equal(await step(signIn(first)), "CONFIRM_SIGN_IN_WITH_TOTP_CODE");
assert.equal(await step(auth.confirmSignIn({ challengeResponse: await readTotp(sharedSecret) })), "DONE");

// a remembered device takes the place of the second factor
// aws-amplify has two by now: it files one under the name that was typed (USER_PASSWORD_AUTH), one under the username
// that Cognito returned (USER_SRP_AUTH)
await auth.rememberDevice();
assert.equal((await auth.fetchDevices()).length, 2);
await auth.signOut();
assert.equal(await step(signIn(first)), "DONE");
await auth.forgetDevice();
assert.equal((await auth.fetchDevices()).length, 1);
await auth.updateMFAPreference({ totp: "DISABLED" });

// a changed password, a forgotten one, and the end
await auth.updatePassword({ oldPassword: first, newPassword: second });
await auth.signOut({ global: true });
const reset = await auth.resetPassword({ username: email });
assert.equal(reset.nextStep.resetPasswordStep, "CONFIRM_RESET_PASSWORD_WITH_CODE");
await auth.confirmResetPassword({ username: email, confirmationCode: await readCode("password_reset"), newPassword: third });
await assert.rejects(signIn(second), { name: "NotAuthorizedException" });
assert.equal(await step(signIn(third)), "DONE");
await auth.deleteUser();
await assert.rejects(signIn(third), { name: /UserNotFoundException|NotAuthorizedException/ });
console.log("done");
process.exit(); // aws-amplify has timers that keep Node running
