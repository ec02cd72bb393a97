//! An HTTP client that stays on this machine: no proxy, and redirects are shown, not followed.

use anyhow::Context as _;
use http::header;
use url::Url;

/// A new client.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn client() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()?)
}

/// Where an answer sends the browser.
///
/// # Errors
/// When it sends it nowhere.
pub(crate) fn location(response: &reqwest::Response) -> anyhow::Result<Url> {
    let location = response
        .headers()
        .get(header::LOCATION)
        .with_context(|| format!("{} without Location", response.status()))?;
    Ok(Url::parse(location.to_str()?)?)
}

/// One parameter of a URL's query.
pub(crate) fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
