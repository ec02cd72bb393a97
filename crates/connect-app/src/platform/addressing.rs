//! From names to paths: `clinical.localhost:9400/v1/…` is `/clinical/v1/…`, and `/identity/v1/…` is `/v1/…`.

use axum::extract::Request;
use connect_core::domain::app::{IDENTITY, SERVICES};
use http::uri::PathAndQuery;
use http::{Uri, header};

/// Rewrites the path of a request that was addressed to a service by name.
pub(super) fn to_path(mut request: Request) -> Request {
    let path = request.uri().path();
    let new = match service_by_name(&request) {
        Some(IDENTITY) | None => strip_identity(path),
        Some(service)
            if path == format!("/{service}") || path.starts_with(&format!("/{service}/")) =>
        {
            None
        }
        Some(service) => Some(format!("/{service}{path}")),
    };
    if let Some(new) = new {
        let with_query = match request.uri().query() {
            Some(query) => format!("{new}?{query}"),
            None => new,
        };
        if let Ok(path) = PathAndQuery::try_from(with_query) {
            let mut parts = request.uri().clone().into_parts();
            parts.path_and_query = Some(path);
            if let Ok(uri) = Uri::from_parts(parts) {
                *request.uri_mut() = uri;
            }
        }
    }
    request
}

/// The first label of `Host`, when it names a service: under `.localhost`, or under the platform's own domain.
fn service_by_name(request: &Request) -> Option<&'static str> {
    let host = match request.uri().authority() {
        Some(authority) => authority.as_str(),
        None => request.headers().get(header::HOST)?.to_str().ok()?,
    };
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let (first, rest) = name.split_once('.')?;
    if !(rest.eq_ignore_ascii_case("localhost")
        || rest.eq_ignore_ascii_case("platform.loop.health"))
    {
        return None;
    }
    SERVICES
        .into_iter()
        .find(|service| first.eq_ignore_ascii_case(service))
}

fn strip_identity(path: &str) -> Option<String> {
    let rest = path.strip_prefix("/identity")?;
    rest.starts_with('/').then(|| rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(host: &str, path: &str) -> String {
        let request = Request::builder()
            .uri(path)
            .header(header::HOST, host)
            .body(axum::body::Body::empty());
        to_path(request.expect("a request")).uri().to_string()
    }

    #[test]
    fn names_become_paths() {
        assert_eq!(
            path("clinical.localhost:9400", "/v1/biomarkers/me?x=1"),
            "/clinical/v1/biomarkers/me?x=1"
        );
        assert_eq!(
            path("identity.localhost:9400", "/v1/oauth/token"),
            "/v1/oauth/token"
        );
        assert_eq!(
            path("localhost:9400", "/identity/v1/oauth/token"),
            "/v1/oauth/token"
        );
        assert_eq!(path("localhost:9400", "/clinical/v1/x"), "/clinical/v1/x");
        assert_eq!(path("localhost:9400", "/identityx"), "/identityx");
    }
}
