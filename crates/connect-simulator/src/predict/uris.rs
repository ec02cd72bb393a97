//! Redirect URIs compared (ruling 8): the exact string; for native and mobile apps any port of a loopback address.

use connect_core::domain::app::AppType;

/// Whether the app may be sent there.
pub(super) fn is_registered(registered: &[String], asked: &str, app_type: AppType) -> bool {
    let any_port = matches!(app_type, AppType::Native | AppType::Mobile);
    registered.iter().any(|uri| {
        uri == asked
            || (any_port && {
                let (one, other) = (loopback(uri), loopback(asked));
                one.is_some() && one == other
            })
    })
}

/// Why not, with the difference that is easily overlooked.
pub(super) fn why_not(registered: &[String], asked: &str) -> String {
    let is_but = |change: fn(&str) -> String| {
        let changed = change(asked);
        registered.iter().any(|uri| change(uri) == changed)
    };
    let difference = if is_but(|uri| uri.trim_end_matches('/').to_owned()) {
        " The only difference is a slash at the end."
    } else if is_but(|uri| {
        loopback(uri).map_or_else(|| uri.to_owned(), |(a, b)| format!("{a} {b}"))
    }) {
        " The only difference is the port."
    } else if is_but(|uri| uri.replace("//127.0.0.1", "//localhost")) {
        " The only difference is `localhost` against 127.0.0.1."
    } else {
        ""
    };
    format!(
        "The redirect URI is not one of the app's: they are compared as exact strings.{difference}"
    )
}

/// A loopback URI without its port: what stands before and after it.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    ["http://localhost", "http://127.0.0.1", "http://[::1]"]
        .into_iter()
        .find_map(|start| {
            let rest = uri.strip_prefix(start)?;
            let rest = match rest.strip_prefix(':') {
                Some(port) => {
                    let digits = port.bytes().take_while(u8::is_ascii_digit).count();
                    (1..=5).contains(&digits).then(|| &port[digits..])?
                }
                None => rest,
            };
            (rest.is_empty() || rest.starts_with('/')).then_some((start, rest))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_native_apps_may_come_with_another_loopback_port() {
        let registered = ["http://127.0.0.1/callback".to_owned()];
        let is = |asked, app_type| is_registered(&registered, asked, app_type);
        assert!(is("http://127.0.0.1/callback", AppType::Web));
        assert!(is("http://127.0.0.1:51234/callback", AppType::Native));
        assert!(!is("http://127.0.0.1:51234/callback", AppType::Spa));
        assert!(!is("http://localhost:51234/callback", AppType::Native));
        assert!(!is("http://127.0.0.1:51234/other", AppType::Native));
    }

    #[test]
    fn a_small_difference_is_named() {
        let registered = ["http://localhost:3000/callback".to_owned()];
        assert!(why_not(&registered, "http://localhost:3000/callback/").contains("slash"));
        assert!(why_not(&registered, "http://localhost:3001/callback").contains("port"));
        assert!(why_not(&registered, "http://127.0.0.1:3000/callback").contains("localhost"));
        assert!(why_not(&registered, "https://evil.example/").ends_with("strings."));
    }
}
