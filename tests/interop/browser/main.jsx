// Amplify's sign-in component as it is, with its account settings for a user who is signed in.

import { Amplify } from "aws-amplify";
import { AccountSettings, Authenticator } from "@aws-amplify/ui-react";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import "@aws-amplify/ui-react/styles.css";

Amplify.configure(await (await fetch("cognito.json")).json());

function Account({ user, signOut }) {
  const [note, setNote] = useState("");
  return (
    <main>
      <h1>Welcome, {user.signInDetails.loginId}</h1>
      <button onClick={signOut}>Leave</button>
      <p role="status">{note}</p>
      <AccountSettings.ChangePassword onSuccess={() => setNote("Password updated")} />
      <AccountSettings.DeleteUser />
    </main>
  );
}

createRoot(document.getElementById("root")).render(
  <Authenticator>{(session) => <Account {...session} />}</Authenticator>,
);
