// Prints the verdicts of aws-jwt-verify: a JSON object from each case's name to null, or to the name of the error.
import { readFileSync } from "node:fs";
import { CognitoJwtVerifier } from "aws-jwt-verify";

const { pool, clients, leeway, jwks, cases } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const verdicts = {};
for (const { name, token, kind, groups, scopes } of cases) {
  const verifier = CognitoJwtVerifier.create({
    userPoolId: pool,
    clientId: clients,
    tokenUse: kind,
    graceSeconds: leeway,
    groups,
    scope: scopes,
  });
  verifier.cacheJwks(jwks);
  try {
    verifier.verifySync(token);
    verdicts[name] = null;
  } catch (error) {
    verdicts[name] = error.constructor.name;
  }
}
console.log(JSON.stringify(verdicts));
