//! Whether a URL is a way back.

use url::Url;

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
