//! What is outside the window: an app, and the person who uses it, over plain HTTP as partner apps and browsers speak it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use connect_core::protocol::pkce;
use reqwest::header::{self, HeaderValue};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;
use url::Url;

/// A person of the demo seed.
pub(crate) const MAYA: &str = "maya@example.com";
/// What the apps of these tests ask for.
pub(crate) const SCOPES: [&str; 3] = ["openid", "profile", "read:biomarkers"];

/// A client that stays on this machine and shows redirects.
pub(crate) fn client() -> Client {
    let client = Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none());
    client.build().expect("a plain client")
}

/// A registered app, as its own server knows it.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) redirect_uri: String,
}

/// A code with what its exchange needs.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) value: String,
    verifier: String,
}

/// What the token endpoint gave.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl App {
    /// Sends a person to the platform, where they sign in and allow what is asked, and takes the code that comes back.
    pub(crate) async fn code(&self, platform: &str, email: &str) -> Code {
        static FLOWS: AtomicU64 = AtomicU64::new(0);
        let flow = FLOWS.fetch_add(1, Ordering::Relaxed);
        let verifier = format!("verifier-of-flow-{flow:0>40}");
        let state = format!("state-{flow}");
        let link = Url::parse_with_params(
            &format!("{platform}/v1/oauth/authorize"),
            [
                ("response_type", "code"),
                ("client_id", &self.client_id),
                ("redirect_uri", &self.redirect_uri),
                ("scope", &SCOPES.join(" ")),
                ("state", &state),
                ("code_challenge", &pkce::challenge(&verifier)),
                ("code_challenge_method", "S256"),
            ],
        );
        let back = Person::at(platform)
            .allows(link.expect("an address"), email)
            .await;
        assert!(back.as_str().starts_with(&self.redirect_uri), "{back}");
        let said: BTreeMap<_, _> = back.query_pairs().collect();
        assert_eq!(said.get("state").map(AsRef::as_ref), Some(state.as_str()));
        let value = said
            .get("code")
            .unwrap_or_else(|| panic!("no code: {back}"));
        Code {
            value: value.to_string(),
            verifier,
        }
    }

    /// Exchanges a code: the status, and the tokens where there are any.
    pub(crate) async fn redeem(&self, platform: &str, code: &Code) -> (StatusCode, Option<Tokens>) {
        let grant = [
            ("grant_type", "authorization_code"),
            ("code", &code.value),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", &code.verifier),
        ];
        let answered = self.token(&client(), platform, &grant).await;
        answered.expect("the platform answers")
    }

    /// Refreshes; fails when nobody answers.
    pub(crate) async fn refresh(
        &self,
        client: &Client,
        platform: &str,
        tokens: &Tokens,
    ) -> reqwest::Result<Tokens> {
        let grant = [
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.refresh.as_str()),
        ];
        let (status, tokens) = self.token(client, platform, &grant).await?;
        Ok(tokens.unwrap_or_else(|| panic!("a refresh was refused: {status}")))
    }

    async fn token(
        &self,
        client: &Client,
        platform: &str,
        grant: &[(&str, &str)],
    ) -> reqwest::Result<(StatusCode, Option<Tokens>)> {
        let mut form: Vec<(&str, &str)> = vec![
            ("client_id", &self.client_id),
            ("client_secret", &self.client_secret),
        ];
        form.extend(grant);
        let url = format!("{platform}/v1/oauth/token");
        let answer = client.post(url).form(&form).send().await?;
        let status = answer.status();
        let body: Value = answer.json().await?;
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let tokens = match (text("access_token"), text("refresh_token")) {
            (Some(access), Some(refresh)) if status.is_success() => {
                Some(Tokens { access, refresh })
            }
            _ => None,
        };
        Ok((status, tokens))
    }
}

/// Calls the biomarkers API.
pub(crate) async fn biomarkers(platform: &str, tokens: &Tokens) -> StatusCode {
    let call = client()
        .get(format!("{platform}/clinical/v1/biomarkers/me"))
        .bearer_auth(&tokens.access);
    call.send().await.expect("the platform answers").status()
}

/// Somebody at a browser without a screen: it keeps cookies and presses the buttons of the pages.
struct Person {
    client: Client,
    platform: String,
    cookies: BTreeMap<String, String>,
}

/// What the browser shows, or where it was sent away to.
struct Page {
    at: Url,
    text: String,
    away: Option<Url>,
}

impl Person {
    fn at(platform: &str) -> Self {
        Self {
            client: client(),
            platform: platform.to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    /// Signs in and presses Allow; where the platform sends the browser then.
    async fn allows(mut self, link: Url, email: &str) -> Url {
        let open = self.client.get(link.clone());
        let page = self.follow(link, open).await;
        let buttons = page.text.split("<button").skip(1);
        let button = buttons.into_iter().find(|button| button.contains(email));
        let button = button.unwrap_or_else(|| panic!("nobody is {email} on {}", page.text));
        let user = between(button, "value=\"").to_owned();
        let consent = self.presses(&page, ("user_id", &user)).await;
        let done = self.presses(&consent, ("decision", "allow")).await;
        done.away
            .unwrap_or_else(|| panic!("still at {}: {}", done.at, done.text))
    }

    /// Presses a button of the page's form.
    async fn presses(&mut self, page: &Page, button: (&str, &str)) -> Page {
        let csrf = between(&page.text, "name=\"csrf\" value=\"");
        let mut target = page.at.clone();
        target.set_query(None);
        let press = self
            .client
            .post(target.clone())
            .header(header::ORIGIN, &self.platform)
            .form(&[("csrf", csrf), button]);
        self.follow(target, press).await
    }

    /// Sends a request and follows where it leads, as far as the platform goes.
    async fn follow(&mut self, mut at: Url, mut request: RequestBuilder) -> Page {
        loop {
            let cookies: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let sent = request.header(header::COOKIE, cookies.join("; ")).send();
            let answer = sent.await.expect("the platform answers");
            for cookie in answer.headers().get_all(header::SET_COOKIE) {
                let cookie = cookie.to_str().expect("a text");
                let pair = cookie.split(';').next().unwrap_or_default();
                let (name, value) = pair.split_once('=').expect("a cookie");
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            let to = answer.headers().get(header::LOCATION);
            let away = to
                .map(HeaderValue::to_str)
                .map(|to| at.join(to.expect("a text")).expect("an address"));
            match away {
                Some(next) if next.as_str().starts_with(&self.platform) => {
                    request = self.client.get(next.clone());
                    at = next;
                }
                away => {
                    let text = answer.text().await.expect("a page");
                    return Page { at, text, away };
                }
            }
        }
    }
}

/// What stands between a text and the next quotation mark.
fn between<'a>(page: &'a str, before: &str) -> &'a str {
    let found = page
        .split_once(before)
        .and_then(|(_, rest)| rest.split_once('"'));
    found.unwrap_or_else(|| panic!("no {before} in {page}")).0
}
