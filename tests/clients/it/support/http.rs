//! An HTTP client that stays on this machine: no proxy, and redirects are shown, not followed.

use anyhow::Context as _;
use http::header;
use url::Url;

/// A new client.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

/// One call, in the form in which the OAuth crates ask for it.
///
/// # Errors
/// When there is no answer.
pub(crate) async fn call(
    request: http::Request<Vec<u8>>,
) -> Result<http::Response<Vec<u8>>, reqwest::Error> {
    let answer: http::Response<reqwest::Body> =
        client()?.execute(request.try_into()?).await?.into();
    let (parts, body) = answer.into_parts();
    let body = reqwest::Response::from(http::Response::new(body))
        .bytes()
        .await?;
    Ok(http::Response::from_parts(parts, body.to_vec()))
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
