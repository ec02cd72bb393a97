//! What the benchmarks need to know of a server, and the OAuth steps that are the same for all of them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::http::{self, Connection, Response, member};

/// Where a server has what, and what is asked of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Endpoints {
    pub(super) discovery: &'static str,
    pub(super) authorize: &'static str,
    pub(super) token: &'static str,
    pub(super) introspect: &'static str,
    /// A resource that a token opens, where there is one.
    pub(super) resource: Option<&'static str>,
    /// A scope that gives an access and a refresh token and no id_token.
    pub(super) scope: &'static str,
    /// The same with an id_token, space-separated.
    pub(super) scope_with_id_token: &'static str,
}

/// Every client's one redirect URI; nobody goes there.
pub(super) const REDIRECT_URI: &str = "https://bench.example/callback";
const REDIRECT_URI_ENCODED: &str = "https%3A%2F%2Fbench.example%2Fcallback";

/// A client with a signed-in user, and the tokens that it holds. Each connection has its own.
#[derive(Debug, Clone)]
pub(super) struct Seat {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    /// What the browser would send.
    pub(super) cookie: String,
    pub(super) access_token: String,
    pub(super) refresh_token: String,
}

/// One server under measurement.
pub(super) trait Subject {
    /// Its name in the report, with what distinguishes this run of it.
    fn name(&self) -> String;
    fn endpoints(&self) -> Endpoints;
    /// The command that starts it on a port of the loopback interface.
    ///
    /// # Errors
    /// When its files cannot be written.
    fn command(&self, port: u16) -> anyhow::Result<Command>;
    /// The file that its output goes to.
    fn log(&self) -> PathBuf;
    /// As many seats as asked for, each with its own client or grant, without tokens of more than one run of the flow.
    ///
    /// # Errors
    /// When the server refuses something.
    async fn seats(&self, address: SocketAddr, count: usize) -> anyhow::Result<Vec<Seat>>;
}

/// A verifier and its S256 challenge.
#[derive(Debug, Clone)]
pub(super) struct Pkce {
    verifier: String,
    challenge: String,
}

/// Different pairs, made before the time is taken.
pub(super) fn pkce_pairs(count: usize) -> Vec<Pkce> {
    (0..count)
        .map(|number| {
            let verifier = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(number.to_be_bytes()));
            let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
            Pkce {
                verifier,
                challenge,
            }
        })
        .collect()
}

/// Asks for a code as a browser with a session does; the user is not asked.
///
/// # Errors
/// When the answer is not a redirect with a code.
pub(super) async fn authorize(
    connection: &mut Connection,
    address: SocketAddr,
    endpoints: Endpoints,
    seat: &Seat,
    scope: &str,
    pkce: &Pkce,
) -> anyhow::Result<String> {
    let target = authorize_target(endpoints, seat, scope, pkce);
    let request = if seat.cookie.is_empty() {
        http::get(address, &target, &[])
    } else {
        http::get(address, &target, &[("cookie", &seat.cookie)])
    };
    code(&connection.exchange(&request).await?)
}

/// The authorize request of a seat.
pub(super) fn authorize_target(
    endpoints: Endpoints,
    seat: &Seat,
    scope: &str,
    pkce: &Pkce,
) -> String {
    format!(
        "{}?response_type=code&client_id={}&redirect_uri={REDIRECT_URI_ENCODED}&scope={}&state=bench\
         &code_challenge={}&code_challenge_method=S256",
        endpoints.authorize,
        seat.client_id,
        scope.replace(' ', "%20").replace(':', "%3A"),
        pkce.challenge
    )
}

/// The code in a redirect to the client.
fn code(response: &Response<'_>) -> anyhow::Result<String> {
    let location = response.headers("location").next().unwrap_or_default();
    ensure!(
        location.starts_with(REDIRECT_URI),
        "authorize answered {} with location `{location}`: {:.300}",
        response.status,
        response.text().unwrap_or_default()
    );
    let query = location
        .split_once('?')
        .map(|(_, query)| query)
        .unwrap_or_default();
    let code = query.split('&').find_map(|pair| pair.strip_prefix("code="));
    Ok(code
        .with_context(|| format!("no code in {location}"))?
        .to_owned())
}

/// The form that exchanges a code.
pub(super) fn code_form(seat: &Seat, code: &str, pkce: &Pkce) -> String {
    format!(
        "grant_type=authorization_code&code={code}&redirect_uri={REDIRECT_URI_ENCODED}&client_id={}\
         &client_secret={}&code_verifier={}",
        seat.client_id, seat.client_secret, pkce.verifier
    )
}

/// The form that uses the seat's refresh token.
pub(super) fn refresh_form(seat: &Seat) -> String {
    format!(
        "grant_type=refresh_token&refresh_token={}&client_id={}&client_secret={}",
        seat.refresh_token, seat.client_id, seat.client_secret
    )
}

/// The form that asks about the seat's access token.
pub(super) fn introspect_form(seat: &Seat) -> String {
    format!(
        "token={}&client_id={}&client_secret={}",
        seat.access_token, seat.client_id, seat.client_secret
    )
}

/// Runs the whole flow for a seat and keeps its tokens.
///
/// # Errors
/// When the server refuses something.
pub(super) async fn fill_seat(
    connection: &mut Connection,
    address: SocketAddr,
    endpoints: Endpoints,
    seat: &mut Seat,
    pkce: &Pkce,
) -> anyhow::Result<()> {
    let code = authorize(connection, address, endpoints, seat, endpoints.scope, pkce).await?;
    let request = http::form(address, endpoints.token, &code_form(seat, &code, pkce));
    let response = connection.exchange(&request).await?.expect(200)?;
    take_tokens(seat, response.text()?)
}

/// Reads a token answer into a seat.
///
/// # Errors
/// When it has no access or no refresh token.
pub(super) fn take_tokens(seat: &mut Seat, answer: &str) -> anyhow::Result<()> {
    seat.access_token.clear();
    seat.access_token.push_str(member(answer, "access_token")?);
    seat.refresh_token.clear();
    seat.refresh_token
        .push_str(member(answer, "refresh_token")?);
    Ok(())
}

/// Adds the cookies that an answer sets to those that a browser would send.
pub(super) fn keep_cookies(cookie: &mut String, response: &Response<'_>) {
    let mut jar: Vec<(String, String)> = cookie
        .split("; ")
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    for set in response.headers("set-cookie") {
        let pair = set.split(';').next().unwrap_or_default();
        if let Some((name, value)) = pair.split_once('=') {
            jar.retain(|(known, _)| known != name);
            if !value.is_empty() {
                jar.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    *cookie = jar
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("; ");
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use sha2::Digest as _;

    use super::{BASE64_URL_SAFE_NO_PAD, Sha256, pkce_pairs};

    #[test]
    fn challenges_are_the_hash_of_their_verifier() {
        for pair in pkce_pairs(3) {
            assert_eq!(pair.verifier.len(), 43);
            let hash = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&pair.verifier));
            assert_eq!(pair.challenge, hash);
        }
    }
}
