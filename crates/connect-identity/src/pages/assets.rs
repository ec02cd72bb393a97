//! The files the pages need: one stylesheet and the mark. Fonts are the system's own.
//!
//! Each is compiled in and served under a path that holds the hash of its content, so that a browser may keep it for
//! good and a new build is never shown with an old stylesheet.

use std::sync::LazyLock;

use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use sha2::{Digest as _, Sha256};

/// One file, as served.
#[derive(Debug)]
pub struct Asset {
    /// The path it is served under, from the root of the origin.
    pub path: String,
    /// Its content.
    pub bytes: &'static [u8],
    /// Its media type.
    pub content_type: &'static str,
    /// Its strong validator, quotes included (RFC 9110 §8.8.3).
    pub etag: String,
    /// How long it may be kept.
    pub cache_control: &'static str,
}

const FOR_GOOD: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";
const CSS: &[u8] = include_bytes!("../../assets/pages.css");
const MARK: &[u8] = include_bytes!("../../assets/mark.svg");

static STYLESHEET: LazyLock<Asset> =
    LazyLock::new(|| hashed("pages", "css", "text/css; charset=utf-8", CSS));
static ICON: LazyLock<Asset> = LazyLock::new(|| hashed("mark", "svg", "image/svg+xml", MARK));
/// Browsers ask for this name by themselves where a page has no `<link rel="icon">`, such as a JSON answer.
static FAVICON: LazyLock<Asset> = LazyLock::new(|| Asset {
    path: "/favicon.ico".to_owned(),
    cache_control: ASK_AGAIN,
    ..hashed("mark", "svg", "image/svg+xml", MARK)
});

/// The file under `path`, if it is one of ours. Takes the path only, without a query.
#[must_use]
pub fn asset(path: &str) -> Option<&'static Asset> {
    [&*STYLESHEET, &*ICON, &*FAVICON]
        .into_iter()
        .find(|asset| asset.path == path)
}

/// The path of the stylesheet, for `<link rel="stylesheet">`.
pub(super) fn stylesheet_path() -> &'static str {
    &STYLESHEET.path
}

/// The path of the mark, for `<link rel="icon">`.
pub(super) fn icon_path() -> &'static str {
    &ICON.path
}

impl Asset {
    /// The headers to serve it with. Answer 304 when `If-None-Match` holds [`Asset::etag`].
    #[must_use]
    pub fn headers(&self) -> [(HeaderName, HeaderValue); 4] {
        [
            (CONTENT_TYPE, HeaderValue::from_static(self.content_type)),
            (CACHE_CONTROL, HeaderValue::from_static(self.cache_control)),
            (
                ETAG,
                HeaderValue::try_from(&self.etag)
                    .expect("a quoted hexadecimal number is a header value"),
            ),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ]
    }
}

fn hashed(name: &str, extension: &str, content_type: &'static str, bytes: &'static [u8]) -> Asset {
    let digest = Sha256::digest(bytes);
    let start = digest
        .iter()
        .take(8)
        .fold(0_u64, |start, byte| start << 8 | u64::from(*byte));
    let hash = format!("{start:016x}");
    Asset {
        path: format!("/assets/{name}-{hash}.{extension}"),
        bytes,
        content_type,
        etag: format!("\"{hash}\""),
        cache_control: FOR_GOOD,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_found_under_its_own_path_and_no_other() {
        for path in [stylesheet_path(), icon_path(), "/favicon.ico"] {
            let found = asset(path).expect("served");
            assert!(!found.bytes.is_empty());
            assert_eq!(found.headers()[0].1, found.content_type);
        }
        assert!(stylesheet_path().starts_with("/assets/pages-"));
        for path in [
            "",
            "/",
            "/assets/pages.css",
            "/assets/pages-0000000000000000.css",
            "/assets/../pages.css",
        ] {
            assert!(asset(path).is_none(), "{path}");
        }
    }

    #[test]
    fn only_files_named_by_their_content_are_kept_for_good() {
        assert_eq!(
            asset(stylesheet_path()).expect("served").cache_control,
            FOR_GOOD
        );
        assert_eq!(
            asset("/favicon.ico").expect("served").cache_control,
            ASK_AGAIN
        );
    }

    #[test]
    fn the_stylesheet_and_the_mark_load_nothing_else() {
        for text in [CSS, MARK].map(|bytes| std::str::from_utf8(bytes).expect("text")) {
            for forbidden in ["url(", "@import", "<script", "<style", "href=", "https://"] {
                assert!(!text.contains(forbidden), "{forbidden}");
            }
        }
    }
}
