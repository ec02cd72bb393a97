//! Client libraries that we did not write, against a sandbox that approves everything as Maya.
//!
//! Each walks discovery (where the library has it), authorize, token, the API, refresh, introspection and revocation;
//! those that know OpenID Connect verify the id_token's signature with each algorithm that an app can be set to. EdDSA
//! is the default (ruling 16), and what a library does with it is asserted here, not avoided.

mod node;
mod oauth2_crate;
mod openidconnect_crate;
mod python;

use serde_json::Value;

use crate::support::http;
use crate::support::sandbox::{Credentials, Sandbox};

/// The redirect URI of a library's app; nothing listens there, since no browser follows.
const REDIRECT_URI: &str = "http://localhost:9/callback";

/// What an id_token can be signed with, the default first.
const ALGORITHMS: [&str; 3] = ["EdDSA", "RS256", "ES256"];

/// A sandbox that approves, and a web app in it.
async fn approving() -> anyhow::Result<(Sandbox, Credentials)> {
    let sandbox = Sandbox::approving().await?;
    let app = sandbox.register("A Library", "web", REDIRECT_URI).await?;
    Ok((sandbox, app))
}

/// Where the approved request leads.
async fn approved(url: &url::Url) -> anyhow::Result<url::Url> {
    http::location(&http::client()?.get(url.as_str()).send().await?)
}

/// How the biomarkers API answers this token.
async fn biomarkers(sandbox: &Sandbox, access_token: &str) -> anyhow::Result<(u16, Value)> {
    let url = format!("{}/v1/biomarkers/me", sandbox.clinical());
    let response = http::client()?
        .get(url)
        .bearer_auth(access_token)
        .send()
        .await?;
    Ok((response.status().as_u16(), response.json().await?))
}
