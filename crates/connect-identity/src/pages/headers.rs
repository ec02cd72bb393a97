//! The headers every page carries (design, "Listeners and security"; RFC 9700 §4.16).

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use super::app::{AppView, Logo};

/// Everything off but our own stylesheet and pictures. There is no `form-action`: Chromium applies it to every later
/// redirect, and the way back to the app would be cut without a word.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

/// The headers of a page that shows `app`, whose logo's origin the policy then allows when it is on this machine.
///
/// `Referrer-Policy` is `same-origin`, not `no-referrer`: nothing goes to the app or anyone else either way, but under
/// `no-referrer` a browser sends `Origin: null` with our own forms (Fetch, "append a request Origin header"), and the
/// check of their origin would refuse them.
#[must_use]
pub fn security_headers(app: Option<&AppView>) -> [(HeaderName, HeaderValue); 5] {
    [
        (CONTENT_SECURITY_POLICY, policy(app)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}

fn policy(app: Option<&AppView>) -> HeaderValue {
    let allowed = match app.map(AppView::logo) {
        Some(Logo::Loopback { origin, .. }) => {
            HeaderValue::try_from(POLICY.replace("data:", &format!("data: {origin}"))).ok()
        }
        _ => None,
    };
    allowed.unwrap_or(const { HeaderValue::from_static(POLICY) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy_for(logo_uri: Option<&str>) -> String {
        let app = AppView {
            name: "Acme".into(),
            client_id: "client_1".into(),
            client_uri: None,
            logo_uri: logo_uri.map(str::to_owned),
            is_first_party: false,
        };
        security_headers(Some(&app))[0]
            .1
            .to_str()
            .expect("ASCII")
            .to_owned()
    }

    #[test]
    fn nothing_is_allowed_but_our_own_style_and_pictures() {
        assert_eq!(security_headers(None)[0].1, POLICY);
        for forbidden in ["form-action", "unsafe", "script-src", "*", "https:"] {
            assert!(!POLICY.contains(forbidden), "{forbidden}");
        }
        assert!(POLICY.contains("frame-ancestors 'none'") && POLICY.contains("base-uri 'none'"));
    }

    #[test]
    fn the_origin_of_a_logo_on_this_machine_is_allowed_and_no_other() {
        assert!(
            policy_for(Some("http://localhost:3000/a/logo.png"))
                .contains("img-src 'self' data: http://localhost:3000;")
        );
        for uri in [
            None,
            Some("https://cdn.example.com/logo.png"),
            Some("data:image/png;base64,AAAA"),
            Some("http://localhost; script-src *"),
        ] {
            assert_eq!(policy_for(uri), POLICY, "{uri:?}");
        }
    }
}
