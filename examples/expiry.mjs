// A refresh token expires after 30 days: tested in under a second, in any language.
//
//     authflow emulator --port 9229
//     node examples/expiry.mjs http://127.0.0.1:9229
//
// The emulator speaks the service's protocol, and has a clock that can be moved below /_authflow.

const emulator = process.argv[2] ?? "http://127.0.0.1:9229";

async function call(operation, params) {
  const response = await fetch(emulator, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(params),
  });
  const reply = await response.json();
  if (!response.ok) throw new Error(`${reply.__type}: ${reply.message}`);
  return reply;
}

async function control(method, path, body = {}) {
  const response = await fetch(`${emulator}/_authflow${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error((await response.json()).detail);
  return response.json();
}

const user = { Username: "ada", Password: "Correct-Horse-9" };
const client = { ClientName: "web", ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] };
const [{ client_id }] = await control("POST", "/seed", {
  pools: [{ PoolName: "people", clients: [client], users: [user] }],
});

const { AuthenticationResult: tokens } = await call("InitiateAuth", {
  ClientId: client_id,
  AuthFlow: "USER_PASSWORD_AUTH",
  AuthParameters: { USERNAME: user.Username, PASSWORD: user.Password },
});
const refresh = {
  ClientId: client_id,
  AuthFlow: "REFRESH_TOKEN_AUTH",
  AuthParameters: { REFRESH_TOKEN: tokens.RefreshToken },
};

await control("POST", "/clock/advance", { seconds: 30 * 24 * 3600 - 1 });
await call("InitiateAuth", refresh);
console.log("after 30 days less a second: refreshed");

await control("POST", "/clock/advance", { seconds: 1 });
try {
  await call("InitiateAuth", refresh);
  throw new Error("the refresh token should have expired");
} catch (error) {
  console.log(`after 30 days: ${error.message}`);
}
