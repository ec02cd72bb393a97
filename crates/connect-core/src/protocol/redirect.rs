//! Redirect URIs: what may be registered, and how a requested one is compared (rulings 8 and 9; RFC 6749 §3.1.2,
//! RFC 8252 §7.3, RFC 9700 §2.1).

use url::{Host, Url};

use crate::domain::app::{AppType, Profile};

/// Why a URI can't be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedirectFlaw {
    /// Not a URI with a scheme.
    #[error(
        "`{0}` is not an absolute URI; write for example https://your-app.example.com/callback"
    )]
    NotAbsolute(String),
    /// Has a fragment.
    #[error("`{0}` has a fragment (`#…`); remove it")]
    Fragment(String),
    /// Has a query string.
    #[error("`{0}` has a query string (`?…`); remove it, and carry such values in `state`")]
    Query(String),
    /// http to another machine.
    #[error(
        "`{0}` is http to another machine; use https, or http with localhost, 127.0.0.1 or [::1]"
    )]
    InsecureHost(String),
    /// Names a user.
    #[error("`{0}` has a user name or password before the host; remove it")]
    UserInfo(String),
    /// A wildcard.
    #[error("`{0}` has a wildcard; redirect URIs are compared as exact strings")]
    Wildcard(String),
    /// A scheme that runs or shows content instead of opening an app.
    #[error(
        "`{0}` uses a scheme that is not an app's; use https or a scheme of your app such as com.example.app:/callback"
    )]
    ForbiddenScheme(String),
    /// A scheme no reverse-DNS owner stands behind.
    #[error(
        "`{0}` uses a scheme without a dot; the strict profile wants a reverse-DNS one such as com.example.app (RFC 8252 §7.1)"
    )]
    SchemeNotReverseDns(String),
    /// Control characters or spaces.
    #[error("`{0}` holds a space or a control character")]
    Character(String),
}

/// A remark about a URI that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectRemark {
    /// The scheme is not reverse-DNS (RFC 8252 §7.1).
    SchemeNotReverseDns,
}

/// Checks a URI for registration.
pub fn check_registration(
    uri: &str,
    profile: Profile,
) -> Result<Option<RedirectRemark>, RedirectFlaw> {
    let shown = || uri.chars().take(200).collect::<String>();
    if uri.chars().any(|c| c.is_control() || c == ' ') {
        return Err(RedirectFlaw::Character(shown()));
    }
    let parsed = Url::parse(uri).map_err(|_| RedirectFlaw::NotAbsolute(shown()))?;
    if uri.contains('#') {
        return Err(RedirectFlaw::Fragment(shown()));
    }
    if uri.contains('?') {
        return Err(RedirectFlaw::Query(shown()));
    }
    if uri.contains('*') {
        return Err(RedirectFlaw::Wildcard(shown()));
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(RedirectFlaw::UserInfo(shown()));
    }
    match parsed.scheme() {
        "https" => Ok(None),
        "http" if is_loopback(&parsed) => Ok(None),
        "http" => Err(RedirectFlaw::InsecureHost(shown())),
        "javascript" | "data" | "file" | "blob" | "vbscript" | "about" | "ftp" | "ws" | "wss" => {
            Err(RedirectFlaw::ForbiddenScheme(shown()))
        }
        scheme if scheme.contains('.') => Ok(None),
        _ if profile == Profile::Strict => Err(RedirectFlaw::SchemeNotReverseDns(shown())),
        _ => Ok(Some(RedirectRemark::SchemeNotReverseDns)),
    }
}

/// Whether the URI is http(s) to `localhost`, `127.0.0.1` or `[::1]`.
fn is_loopback(uri: &Url) -> bool {
    match uri.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
        None => false,
    }
}

/// In what the nearest registered URI differs from the requested one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Only the port of a loopback URI.
    LoopbackPort,
    /// Only `localhost` against `127.0.0.1` or `[::1]`.
    LoopbackName,
    /// Only a slash at the end.
    TrailingSlash,
    /// Only upper and lower case.
    Case,
    /// Only the scheme.
    Scheme,
    /// Something else.
    Other,
}

impl Difference {
    /// In words, to follow "the only difference is".
    #[must_use]
    pub const fn in_words(self) -> Option<&'static str> {
        match self {
            Self::LoopbackPort => Some("the port of the loopback address"),
            Self::LoopbackName => Some("`localhost` against the loopback address"),
            Self::TrailingSlash => Some("a slash at the end"),
            Self::Case => Some("upper and lower case"),
            Self::Scheme => Some("http against https"),
            Self::Other => None,
        }
    }
}

/// A requested URI that is not registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The registered URI most like it.
    pub nearest: Option<String>,
    /// In what they differ.
    pub difference: Difference,
}

/// Finds `requested` among `registered`: the exact string, or for native and mobile apps a loopback URI with another
/// port.
pub fn compare(registered: &[String], requested: &str, app_type: AppType) -> Result<(), Mismatch> {
    let is_taken = |uri: &String| {
        uri == requested
            || (app_type.ignores_loopback_port()
                && difference(uri, requested) == Difference::LoopbackPort)
    };
    if registered.iter().any(is_taken) {
        return Ok(());
    }
    let best = registered
        .iter()
        .map(|uri| (difference(uri, requested), uri))
        .min_by_key(|(difference, uri)| {
            (*difference == Difference::Other, distance(uri, requested))
        });
    match best {
        Some((difference, uri)) => Err(Mismatch {
            nearest: Some(uri.clone()),
            difference,
        }),
        None => Err(Mismatch {
            nearest: None,
            difference: Difference::Other,
        }),
    }
}

/// How unlike two URIs are: what is left after their common beginning and end.
fn distance(a: &str, b: &str) -> usize {
    let head = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let tail = a
        .bytes()
        .rev()
        .zip(b.bytes().rev())
        .take_while(|(x, y)| x == y)
        .count();
    a.len().max(b.len()).saturating_sub(head + tail)
}

fn difference(registered: &str, requested: &str) -> Difference {
    if registered.strip_suffix('/') == Some(requested)
        || requested.strip_suffix('/') == Some(registered)
    {
        return Difference::TrailingSlash;
    }
    if let (Some((scheme_a, rest_a)), Some((scheme_b, rest_b))) =
        (registered.split_once("://"), requested.split_once("://"))
    {
        if rest_a == rest_b && scheme_a != scheme_b {
            return Difference::Scheme;
        }
        if scheme_a == scheme_b
            && let (Some((host_a, port_a, path_a)), Some((host_b, port_b, path_b))) =
                (loopback_parts(rest_a), loopback_parts(rest_b))
            && path_a == path_b
        {
            if host_a == host_b && port_a != port_b {
                return Difference::LoopbackPort;
            }
            if host_a != host_b && port_a == port_b {
                return Difference::LoopbackName;
            }
        }
    }
    if registered.eq_ignore_ascii_case(requested) {
        return Difference::Case;
    }
    Difference::Other
}

/// Host, port and the rest of what follows `://`, when the host is a loopback one. Compared as text: `%2F`, `@` and
/// the like never count as the same.
fn loopback_parts(rest: &str) -> Option<(&str, &str, &str)> {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (host, port) = match authority.strip_prefix('[') {
        Some(inner) => {
            let (address, after) = inner.split_once(']')?;
            (address, after.strip_prefix(':').unwrap_or(after))
        }
        None => authority.split_once(':').unwrap_or((authority, "")),
    };
    let is_loopback = matches!(host, "localhost" | "127.0.0.1" | "::1");
    let is_port = port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    (is_loopback && is_port).then_some((host, port, path))
}

/// Whether a URL is the redirect URI with something behind it: scheme, authority and path are exactly the same, once
/// both are written as browsers write them (`https://app.example` as `https://app.example/`). What follows the `?` or
/// the `#` is the server's.
#[must_use]
pub fn leads_back(url: &Url, redirect_uri: &Url) -> bool {
    url.scheme() == redirect_uri.scheme()
        // `app:/cb`, `app:cb`, `app://cb` and `app:///cb` are four places.
        && url.cannot_be_a_base() == redirect_uri.cannot_be_a_base()
        && url.has_authority() == redirect_uri.has_authority()
        && url.authority() == redirect_uri.authority()
        && url.path() == redirect_uri.path()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registered() -> Vec<String> {
        vec![
            "http://localhost:3000/callback".into(),
            "https://app.example.com/cb".into(),
        ]
    }

    fn differs(requested: &str) -> Difference {
        compare(&registered(), requested, AppType::Web)
            .expect_err("not registered")
            .difference
    }

    #[test]
    fn only_the_exact_string_is_taken() {
        assert_eq!(
            compare(&registered(), "https://app.example.com/cb", AppType::Web),
            Ok(())
        );
        for other in [
            "https://app.example.com/cb?x=1",
            "https://app.example.com/cb/../cb",
            "https://app.example.com%2Fcb",
            "https://app.example.com@evil.example/cb",
            "https://app.example.com.evil.example/cb",
            "https://app.example.com/cb2",
            "https://app.example.com/c",
        ] {
            assert_eq!(differs(other), Difference::Other, "{other}");
        }
    }

    #[test]
    fn near_misses_are_named() {
        assert_eq!(
            differs("http://localhost:3001/callback"),
            Difference::LoopbackPort
        );
        assert_eq!(
            differs("http://127.0.0.1:3000/callback"),
            Difference::LoopbackName
        );
        assert_eq!(
            differs("http://localhost:3000/callback/"),
            Difference::TrailingSlash
        );
        assert_eq!(differs("https://APP.example.com/cb"), Difference::Case);
        assert_eq!(differs("http://app.example.com/cb"), Difference::Scheme);
    }

    #[test]
    fn native_apps_may_come_with_another_loopback_port_but_not_another_path_or_host() {
        let native =
            |uri: &str| compare(&["http://127.0.0.1/cb".into()], uri, AppType::Native).is_ok();
        assert!(native("http://127.0.0.1:49152/cb"));
        assert!(!native("http://127.0.0.1:49152/other"));
        assert!(!native("http://localhost:49152/cb"));
        assert!(!native("http://127.0.0.1:49152@evil.example/cb"));
        // Another registered one may be more like it than the one that takes it.
        let both = ["http://127.0.0.1:8080/cb", "https://127.0.0.1:9000/cb"].map(str::to_owned);
        assert_eq!(
            compare(&both, "http://127.0.0.1:9000/cb", AppType::Native),
            Ok(())
        );
    }

    #[test]
    fn registration_keeps_the_documented_rules() {
        let check = |uri: &str| check_registration(uri, Profile::Loop);
        assert_eq!(check("https://a.example/cb"), Ok(None));
        assert_eq!(check("http://[::1]:8000/cb"), Ok(None));
        assert_eq!(check("com.example.app://callback"), Ok(None));
        assert_eq!(
            check("myloopapp://auth/callback"),
            Ok(Some(RedirectRemark::SchemeNotReverseDns))
        );
        assert!(matches!(
            check("http://a.example/cb"),
            Err(RedirectFlaw::InsecureHost(_))
        ));
        assert!(matches!(
            check("https://a.example/cb?x=1"),
            Err(RedirectFlaw::Query(_))
        ));
        assert!(matches!(
            check("https://a.example/cb#x"),
            Err(RedirectFlaw::Fragment(_))
        ));
        assert!(matches!(
            check("https://*.a.example/cb"),
            Err(RedirectFlaw::Wildcard(_))
        ));
        assert!(matches!(
            check("https://u@a.example/cb"),
            Err(RedirectFlaw::UserInfo(_))
        ));
        assert!(matches!(
            check("javascript:alert(1)"),
            Err(RedirectFlaw::ForbiddenScheme(_))
        ));
        assert!(matches!(check("/cb"), Err(RedirectFlaw::NotAbsolute(_))));
        assert!(matches!(
            check_registration("exp://127.0.0.1:8081/--/auth/callback", Profile::Strict),
            Err(RedirectFlaw::SchemeNotReverseDns(_))
        ));
    }

    #[test]
    fn no_pair_of_texts_makes_the_comparison_panic_or_pass_unless_equal() {
        arbtest::arbtest(|u| {
            let (a, b): (String, String) = u.arbitrary()?;
            let _ = check_registration(&a, Profile::Loop);
            assert_eq!(
                compare(std::slice::from_ref(&a), &b, AppType::Web).is_ok(),
                a == b
            );
            Ok(())
        });
    }

    #[test]
    fn scheme_authority_and_path_are_exactly_the_same() {
        for (redirect_uri, back, elsewhere) in [
            (
                "http://localhost:3000/callback",
                &[
                    "http://localhost:3000/callback?code=x&state=y",
                    "http://LOCALHOST:3000/callback",
                ][..],
                &[
                    "http://localhost:3000/callback/?code=x",
                    "http://localhost:3000/Callback?code=x",
                    "http://localhost:3001/callback?code=x",
                    "http://127.0.0.1:3000/callback?code=x",
                    "https://localhost:3000/callback?code=x",
                    "http://u@localhost:3000/callback?code=x",
                ][..],
            ),
            (
                "https://your-app.example.com/oauth/callback",
                &["https://your-app.example.com:443/oauth/callback?error=access_denied"],
                &[
                    "https://your-app.example.com.evil.example/oauth/callback?code=x",
                    "https://your-app.example.com/oauth/callback2?code=x",
                ],
            ),
            (
                "https://your-app.example.com",
                &["https://your-app.example.com/?code=x"],
                &["https://your-app.example.com/callback?code=x"],
            ),
            (
                "com.example.app:/cb",
                &["com.example.app:/cb?code=x#fragment"],
                &[
                    "com.example.app:cb?code=x",
                    "com.example.app://cb?code=x",
                    "com.example.app:///cb?code=x",
                    "com.example.app2:/cb?code=x",
                ],
            ),
            (
                "com.example.app:cb",
                &["com.example.app:cb?code=x"],
                &["com.example.app:/cb?code=x"],
            ),
            (
                "exp://127.0.0.1:8081/--/cb",
                &["exp://127.0.0.1:8081/--/cb?code=x"],
                &["exp://127.0.0.1:8082/--/cb"],
            ),
        ] {
            let read = |url: &str| Url::parse(url).expect("an address");
            let leads_back = |url: &str| leads_back(&read(url), &read(redirect_uri));
            for url in back {
                assert!(leads_back(url), "{redirect_uri}: {url}");
            }
            for url in elsewhere {
                assert!(!leads_back(url), "{redirect_uri}: {url}");
            }
        }
    }
}
