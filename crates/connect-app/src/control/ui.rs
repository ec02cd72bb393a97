//! The console's user interface, as files: what a host gives, and how they are served to a browser.
//!
//! A file holds no secret, so it takes no token; the page gets the token from the fragment of the address it is opened
//! at, which browsers send to nobody. What a page may do is said in [`CONTENT_SECURITY_POLICY`].

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use axum::body::{Body, Bytes};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};

/// The page runs and shows only what this listener serves, speaks to nobody else, and stands in no other page.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page itself.
const INDEX: &str = "index.html";
/// Where the names of files hold a fingerprint of their content.
const FINGERPRINTED: &str = "assets/";

/// Headers of every file.
const HEADERS: [(&str, &str); 5] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// The files of the user interface. Cheap to clone.
#[derive(Clone)]
pub struct UiFiles(Arc<BTreeMap<&'static str, UiFile>>);

struct UiFile {
    content: &'static [u8],
    kind: &'static str,
    tag: OnceLock<HeaderValue>,
}

impl UiFile {
    /// A quoted fingerprint of the content (RFC 9110 §8.8.3), made when the file is first asked for: a file that nobody
    /// asks for is not read, so that it takes no memory.
    fn tag(&self) -> &HeaderValue {
        self.tag.get_or_init(|| tag(self.content))
    }
}

impl std::fmt::Debug for UiFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl UiFiles {
    /// Files by their path below the root, such as `index.html` and `assets/main-1a2b3c4d.js`.
    #[must_use]
    pub fn new(files: impl IntoIterator<Item = (&'static str, &'static [u8])>) -> Self {
        let files = files.into_iter().map(|(path, content)| {
            let file = UiFile {
                content,
                kind: kind(path),
                tag: OnceLock::new(),
            };
            (path, file)
        });
        Self(Arc::new(files.collect()))
    }

    /// Answers `GET` and `HEAD`: the file at `path`, the page at `/`, and nothing for any other path.
    pub(super) fn answer(&self, path: &str, asked: &HeaderMap) -> Option<Response> {
        let name = match path.strip_prefix('/')? {
            "" => INDEX,
            name => name,
        };
        let file = self.0.get(name)?;
        let unchanged = asked
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .any(|value| has_tag(value, file.tag()));
        let mut response = if unchanged {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response
        } else {
            Response::new(Body::from(Bytes::from_static(file.content)))
        };
        let headers = response.headers_mut();
        for (name, value) in HEADERS {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.kind));
        headers.insert(header::ETAG, file.tag().clone());
        let caching = if name.starts_with(FINGERPRINTED) {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        Some(response)
    }
}

/// Whether `If-None-Match` names the tag (RFC 9110 §13.1.2; weak comparison).
fn has_tag(value: &HeaderValue, tag: &HeaderValue) -> bool {
    let tag = tag.to_str().unwrap_or_default();
    value.to_str().is_ok_and(|text| {
        text.split(',')
            .map(str::trim)
            .any(|listed| listed == "*" || listed.strip_prefix("W/").unwrap_or(listed) == tag)
    })
}

fn tag(content: &[u8]) -> HeaderValue {
    let digest = URL_SAFE_NO_PAD.encode(&Sha256::digest(content)[..15]);
    HeaderValue::try_from(format!("\"{digest}\"")).expect("base64url stands in a header")
}

/// The media type by the end of the name; a build makes no others.
fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
