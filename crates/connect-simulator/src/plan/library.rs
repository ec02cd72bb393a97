//! Requests as the crate `oauth2` builds them: what an app with a library sends, caught before it leaves.

use std::cell::RefCell;

use connect_core::domain::walk::ClientAuthentication;
use oauth2::basic::BasicClient;
use oauth2::{
    AccessToken, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IntrospectionUrl,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, Scope, SyncHttpClient,
    TokenUrl,
};

use super::Request;
use crate::session::Setup;

/// What the library wanted to send was caught: nothing is wrong.
#[derive(Debug, thiserror::Error)]
#[error("caught before it was sent")]
struct Caught;

/// An HTTP client that sends nothing.
struct Catcher(RefCell<Option<HttpRequest>>);

impl SyncHttpClient for Catcher {
    type Error = Caught;

    fn call(&self, request: HttpRequest) -> Result<HttpResponse, Caught> {
        self.0.replace(Some(request));
        Err(Caught)
    }
}

type Client = oauth2::Client<
    oauth2::basic::BasicErrorResponse,
    oauth2::basic::BasicTokenResponse,
    oauth2::basic::BasicTokenIntrospectionResponse,
    oauth2::StandardRevocableToken,
    oauth2::basic::BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointNotSet,
    EndpointSet,
>;

/// The endpoints that the library is told.
pub(super) struct Endpoints<'e> {
    pub(super) authorization: &'e str,
    pub(super) token: &'e str,
    pub(super) introspection: Option<&'e str>,
}

/// A request that the library can't be made to build: an endpoint or the redirect URI is no URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a URL")]
pub struct NotAUrl(String);

fn client(setup: &Setup, endpoints: &Endpoints<'_>) -> Result<Client, NotAUrl> {
    let no_url = |url: &str| NotAUrl(url.to_owned());
    let authorization = AuthUrl::new(endpoints.authorization.to_owned())
        .map_err(|_| no_url(endpoints.authorization))?;
    let token = TokenUrl::new(endpoints.token.to_owned()).map_err(|_| no_url(endpoints.token))?;
    let introspection = endpoints
        .introspection
        .map(|url| IntrospectionUrl::new(url.to_owned()).map_err(|_| no_url(url)))
        .transpose()?;
    let mut client = BasicClient::new(ClientId::new(setup.client_id.clone()))
        .set_auth_uri(authorization)
        .set_token_uri(token)
        .set_introspection_url_option(introspection);
    if setup.authentication != ClientAuthentication::None {
        client = client.set_client_secret(ClientSecret::new("{{client_secret}}".to_owned()));
    }
    client = client.set_auth_type(match setup.authentication {
        ClientAuthentication::Basic => AuthType::BasicAuth,
        ClientAuthentication::Body | ClientAuthentication::None => AuthType::RequestBody,
    });
    // A redirect URI that is no URL is put in afterwards, as it is: trying one is allowed.
    if let Ok(redirect) = RedirectUrl::new(setup.redirect_uri.clone()) {
        client = client.set_redirect_uri(redirect);
    }
    Ok(client)
}

/// The authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3).
pub(super) fn authorization_url(
    setup: &Setup,
    endpoints: &Endpoints<'_>,
    redirect_uri: &str,
    state: &str,
    verifier: &str,
) -> Result<String, NotAUrl> {
    let client = client(setup, endpoints)?;
    let verifier = PkceCodeVerifier::new(verifier.to_owned());
    let state = state.to_owned();
    let (url, _) = client
        .authorize_url(|| CsrfToken::new(state))
        .add_scopes(setup.scopes.iter().cloned().map(Scope::new))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        .url();
    let mut request = Request::get(url);
    request.set_parameter("redirect_uri", Some(redirect_uri));
    Ok(request.url)
}

/// The token request for a code (RFC 6749 §4.1.3).
pub(super) fn code_exchange(
    setup: &Setup,
    endpoints: &Endpoints<'_>,
    redirect_uri: &str,
    verifier: &str,
) -> Result<Request, NotAUrl> {
    let client = client(setup, endpoints)?;
    let request = client
        .exchange_code(AuthorizationCode::new("{{code}}".to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()));
    let mut request = caught(|catch| drop(request.request(catch)));
    request.set_field("redirect_uri", Some(redirect_uri));
    Ok(request)
}

/// The token request for a refresh token (RFC 6749 §6).
pub(super) fn refresh(
    setup: &Setup,
    endpoints: &Endpoints<'_>,
    token: &str,
) -> Result<Request, NotAUrl> {
    let client = client(setup, endpoints)?;
    let token = RefreshToken::new(token.to_owned());
    Ok(caught(|catch| {
        drop(client.exchange_refresh_token(&token).request(catch));
    }))
}

/// The introspection request (RFC 7662 §2.1); none when the server has no such endpoint.
pub(super) fn introspection(
    setup: &Setup,
    endpoints: &Endpoints<'_>,
) -> Result<Option<Request>, NotAUrl> {
    let client = client(setup, endpoints)?;
    let token = AccessToken::new("{{access_token}}".to_owned());
    if endpoints.introspection.is_none() {
        return Ok(None);
    }
    let mut request = Request::get("");
    if let Ok(introspection) = client.introspect(&token) {
        request = caught(|catch| {
            drop(
                introspection
                    .set_token_type_hint("access_token")
                    .request(catch),
            );
        });
    }
    if setup.authentication == ClientAuthentication::None {
        request.set_field("client_id", Some(&setup.client_id));
    }
    Ok(Some(request))
}

/// Runs the library as far as the request that it wants to send.
fn caught(run: impl FnOnce(&Catcher)) -> Request {
    let catcher = Catcher(RefCell::new(None));
    run(&catcher);
    let Some(request) = catcher.0.into_inner() else {
        return Request::get("");
    };
    let (head, body) = request.into_parts();
    let headers = head.headers.iter().map(|(name, value)| {
        let value = value.to_str().unwrap_or_default();
        let value = if value.starts_with("Basic ") {
            "Basic {{client_credentials}}"
        } else {
            value
        };
        (title_case(name.as_str()), value.to_owned())
    });
    Request {
        method: head.method.as_str().to_owned(),
        url: head.uri.to_string(),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

/// `content-type` as it goes over the wire: `Content-Type`.
fn title_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}
