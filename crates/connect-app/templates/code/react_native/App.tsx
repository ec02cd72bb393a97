// <$ w.name $> in React Native with Expo: connects a person with Loop, calls an API, disconnects.
import { useAuthRequest } from "expo-auth-session";
<%- if w.openid() %>
import * as Crypto from "expo-crypto";
<%- endif %>
import * as SecureStore from "expo-secure-store";
import * as WebBrowser from "expo-web-browser";
import { useEffect, useState } from "react";
import { Button, SafeAreaView, ScrollView, Text } from "react-native";

import { AUTHORIZE_URL, CLIENT_ID, REDIRECT_URI, SCOPES, data, disconnect, exchange, type Tokens } from "./loop";

WebBrowser.maybeCompleteAuthSession();

const KEPT = "loop-tokens";
<%- if w.openid() %>

/** The nonce in an id_token. It came from Loop itself, so its signature need not be checked here. */
function nonceOf(idToken: string): unknown {
  const payload = (idToken.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
  return JSON.parse(atob(payload)).nonce;
}
<%- endif %>

export default function App() {
  const [tokens, setTokens] = useState<Tokens | null>(null);
  const [shown, setShown] = useState("");
<%- if w.openid() %>
  const [nonce] = useState(() => Crypto.randomUUID());
<%- endif %>
  // State and PKCE are made and checked by expo-auth-session.
  const [request, response, ask] = useAuthRequest(
    {
      clientId: CLIENT_ID,
      redirectUri: REDIRECT_URI,
      scopes: SCOPES,
      usePKCE: true,
<%- if w.openid() %>
      extraParams: { nonce },
<%- endif %>
    },
    { authorizationEndpoint: AUTHORIZE_URL },
  );

  const say = (error: unknown) => setShown(error instanceof Error ? error.message : String(error));

  /** Tokens stay in the keystore of the phone, never in plain storage and never in a log. */
  async function keep(next: Tokens | null) {
    if (next) await SecureStore.setItemAsync(KEPT, JSON.stringify(next));
    else await SecureStore.deleteItemAsync(KEPT);
    setTokens(next);
  }

  useEffect(() => {
    SecureStore.getItemAsync(KEPT)
      .then((kept) => kept && setTokens(JSON.parse(kept) as Tokens))
      .catch(say);
  }, []);

  // The person has come back from Loop.
  useEffect(() => {
    if (response?.type === "error") say(`Loop says ${response.params["error"] ?? "no"}.`);
    if (response?.type !== "success" || !request?.codeVerifier) return;
    exchange(response.params["code"] ?? "", request.codeVerifier)
      .then((next) => {
<%- if w.openid() %>
        if (nonceOf(next.id_token ?? "") !== nonce) throw new Error("The id_token is not for this request.");
<%- endif %>
        return keep(next);
      })
      .catch(say);
  }, [response]);

  return (
    <SafeAreaView>
      {tokens ? (
        <>
          <Text>Connected to Loop</Text>
          <Button
            title="Show my data"
            onPress={() => data(tokens, keep).then((body) => setShown(JSON.stringify(body, null, 2)), say)}
          />
          <Button title="Disconnect" onPress={() => disconnect(tokens).then(() => keep(null), say)} />
        </>
      ) : (
        <Button title="Connect with Loop" disabled={!request} onPress={() => ask()} />
      )}
      <ScrollView>
        <Text>{shown}</Text>
      </ScrollView>
    </SafeAreaView>
  );
}
