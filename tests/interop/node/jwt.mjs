// aws-jwt-verify accepts the emulator's tokens, and refuses others.
// Arguments: the emulator's URL (HTTPS), the prefix of its issuers. NODE_EXTRA_CA_CERTS names its authority's file.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { CognitoIdentityProvider } from "@aws-sdk/client-cognito-identity-provider";
import { CognitoJwtVerifier, JwtVerifier } from "aws-jwt-verify";
import { validateCognitoJwtFields } from "aws-jwt-verify/cognito-verifier";
import { SimpleFetcher } from "aws-jwt-verify/https";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";

import { controlOf } from "./emulator.mjs";

const [url, prefix] = process.argv.slice(2);
const { control } = controlOf(url);
const cognito = new CognitoIdentityProvider({
  endpoint: url,
  region: "eu-west-1",
  credentials: { accessKeyId: "any", secretAccessKey: "any" },
});
const [{ Id: userPoolId, clients }] = JSON.parse(readFileSync("seed.json", "utf8")).pools;
const { ClientId: clientId } = clients[0];

async function signIn(ClientId) {
  const AuthParameters = { USERNAME: "ada@example.com", PASSWORD: "Correct-Horse-9" };
  const replied = await cognito.initiateAuth({ ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters });
  return replied.AuthenticationResult;
}

/** Verify any issuer's tokens: keys from the URL that the issuer's own document names. */
async function makeGeneralVerifier() {
  const issuer = `${prefix}/${userPoolId}`;
  const { jwks_uri: jwksUri } = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  const customJwtCheck = ({ payload }) => validateCognitoJwtFields(payload, { tokenUse: "access", clientId });
  return JwtVerifier.create({ issuer, jwksUri, audience: null, customJwtCheck });
}

/** Verify Cognito's tokens only: the issuer is Amazon's, and its keys are fetched from the emulator. */
function makeCognitoVerifier() {
  const keys = new SimpleFetcher();
  const fetcher = { fetch: (uri) => keys.fetch(uri.replace(prefix, url)) };
  const jwksCache = new SimpleJwksCache({ fetcher });
  return CognitoJwtVerifier.create({ userPoolId, tokenUse: "access", clientId }, { jwksCache });
}

function alter(token) {
  const [head, payload, signature] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url"));
  const altered = Buffer.from(JSON.stringify({ ...claims, username: "root" })).toString("base64url");
  return [head, altered, signature].join(".");
}

async function createOtherClient(UserPoolId = userPoolId) {
  const ExplicitAuthFlows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
  const { UserPoolClient } = await cognito.createUserPoolClient({ UserPoolId, ClientName: "other", ExplicitAuthFlows });
  return UserPoolClient.ClientId;
}

async function createForeignClient() {
  const { UserPool } = await cognito.createUserPool({ PoolName: "foreign" });
  const [UserPoolId, Username] = [UserPool.Id, "ada@example.com"];
  await cognito.adminCreateUser({ UserPoolId, Username, MessageAction: "SUPPRESS" });
  await cognito.adminSetUserPassword({ UserPoolId, Username, Password: "Correct-Horse-9", Permanent: true });
  return createOtherClient(UserPoolId);
}

const isGeneral = prefix === url;
const verifier = isGeneral ? await makeGeneralVerifier() : makeCognitoVerifier();

async function refuse(token, reason) {
  await assert.rejects(verifier.verify(token), ({ constructor }) => constructor.name === reason, reason);
}

// right, altered, for another purpose, for another app client, from another pool
const tokens = await signIn(clientId);
const claims = await verifier.verify(tokens.AccessToken);
assert.equal(claims.iss, `${prefix}/${userPoolId}`);
assert.equal(claims.client_id, clientId);
await refuse(alter(tokens.AccessToken), "JwtInvalidSignatureError");
await refuse(tokens.IdToken, "CognitoJwtInvalidTokenUseError");
await refuse((await signIn(await createOtherClient())).AccessToken, "CognitoJwtInvalidClientIdError");
const foreign = (await signIn(await createForeignClient())).AccessToken;
await refuse(foreign, isGeneral ? "KidNotFoundInJwksError" : "ParameterValidationError"); // another key, another issuer

// expired
await control("POST", "clock/advance", { seconds: -7200 });
await refuse((await signIn(clientId)).AccessToken, "JwtExpiredError");
console.log("done");
