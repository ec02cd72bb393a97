//! Where the window of a walk may go, and what becomes of the rest.

use connect_core::protocol::redirect::leads_back;
use url::{Origin, Url};

use crate::window::TITLE;

/// Schemes that are handed to another program when a person follows a link.
const OUTSIDE: [&str; 3] = ["http", "https", "mailto"];
/// Pages without an address: frames begin as one.
const BLANK: [&str; 2] = ["about:blank", "about:srcdoc"];

/// From the authorization request to the redirect URI.
#[derive(Clone)]
pub(crate) struct Way {
    start: Url,
    origin: Origin,
    redirect_uri: Url,
}

/// Why there is no such way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Flaw {
    #[error("`url` is no address: {0}")]
    NoAddress(url::ParseError),
    #[error("`url` begins with {0}: and a server's pages with http: or https:")]
    NotOfTheWeb(String),
    #[error("`redirect_uri` is no address: {0}. Nothing that the server sends could lead there")]
    NoRedirectUri(url::ParseError),
}

/// How a navigation came about.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asked {
    /// A person followed a link.
    pub(super) by_hand: bool,
    /// It would open a further window.
    pub(super) further: bool,
}

/// What becomes of a navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The window goes there.
    Here,
    /// It is the callback.
    Back,
    /// The person's own program opens it.
    Outside,
    /// Nothing.
    Nowhere,
}

impl Way {
    /// # Errors
    /// When one of them is no address, or the pages are not of the web.
    pub(crate) fn new(url: &str, redirect_uri: &str) -> Result<Self, Flaw> {
        let start = Url::parse(url).map_err(Flaw::NoAddress)?;
        if !matches!(start.scheme(), "http" | "https") {
            return Err(Flaw::NotOfTheWeb(start.scheme().to_owned()));
        }
        Ok(Self {
            origin: start.origin(),
            start,
            redirect_uri: Url::parse(redirect_uri).map_err(Flaw::NoRedirectUri)?,
        })
    }

    /// Where it begins.
    pub(super) const fn start(&self) -> &Url {
        &self.start
    }

    /// The window's title: whose pages these are comes first, and nothing of what the pages say of themselves.
    pub(super) fn title(&self) -> String {
        let origin = self.origin.ascii_serialization();
        format!("{origin} – sign-in and consent – {TITLE}")
    }

    /// Judges a navigation. There are no further windows: a link that would open one leads out.
    pub(super) fn judge(&self, url: &str, asked: Asked) -> Verdict {
        let Ok(to) = Url::parse(url) else {
            return Verdict::Nowhere;
        };
        if leads_back(&to, &self.redirect_uri) {
            Verdict::Back
        } else if !asked.further && (to.origin() == self.origin || BLANK.contains(&url)) {
            Verdict::Here
        } else if asked.by_hand && OUTSIDE.contains(&to.scheme()) {
            Verdict::Outside
        } else {
            Verdict::Nowhere
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = "http://localhost:9400/v1/oauth/authorize?client_id=x";

    const BY_ITSELF: Asked = Asked {
        by_hand: false,
        further: false,
    };
    const BY_HAND: Asked = Asked {
        by_hand: true,
        further: false,
    };

    fn way(redirect_uri: &str) -> Way {
        Way::new(START, redirect_uri).expect("a way")
    }

    #[test]
    fn a_callback_has_the_scheme_the_authority_and_the_path_of_the_redirect_uri() {
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
            // Even one that the server itself answers.
            (
                "http://localhost:9400/callback",
                &["http://localhost:9400/callback?code=x"],
                &[],
            ),
        ] {
            let way = way(redirect_uri);
            for url in back {
                assert_eq!(
                    way.judge(url, BY_ITSELF),
                    Verdict::Back,
                    "{redirect_uri}: {url}"
                );
            }
            for url in elsewhere {
                assert_eq!(
                    way.judge(url, BY_ITSELF),
                    Verdict::Nowhere,
                    "{redirect_uri}: {url}"
                );
            }
        }
    }

    #[test]
    fn the_window_goes_to_its_server_and_to_nobody_else() {
        let way = way("https://your-app.example.com/oauth/callback");
        for url in [
            START,
            "http://localhost:9400/v1/oauth/consent",
            "about:blank",
        ] {
            assert_eq!(way.judge(url, BY_ITSELF), Verdict::Here, "{url}");
        }
        for url in [
            "https://platform.loop.health/connect",
            "http://localhost:9401/",
            "mailto:a@example.com",
        ] {
            assert_eq!(way.judge(url, BY_HAND), Verdict::Outside, "{url}");
            assert_eq!(way.judge(url, BY_ITSELF), Verdict::Nowhere, "{url}");
        }
        for url in [
            "tauri://localhost/",
            "ipc://localhost/rpc",
            "http//",
            "file:///etc/passwd",
            "data:text/html,x",
            "javascript:alert(1)",
            "blob:http://localhost:9400/x",
            "com.example.other:/cb",
        ] {
            let expected = if url.starts_with("blob:http://localhost:9400") {
                // Of the server's own making.
                Verdict::Here
            } else {
                Verdict::Nowhere
            };
            assert_eq!(way.judge(url, BY_HAND), expected, "{url}");
        }
        let further = Asked {
            further: true,
            ..BY_HAND
        };
        assert_eq!(way.judge(START, further), Verdict::Outside);
        assert_eq!(way.judge("tauri://localhost/", further), Verdict::Nowhere);
        let title = way.title();
        assert!(title.starts_with("http://localhost:9400 – "), "{title}");
    }

    #[test]
    fn what_is_no_address_is_said() {
        let flaw = |url, redirect_uri| {
            Way::new(url, redirect_uri)
                .err()
                .map(|flaw| flaw.to_string())
        };
        let said = flaw("file:///etc/passwd", "com.example.app:/cb").expect("refused");
        assert!(said.contains("begins with file:"), "{said}");
        assert!(flaw("nothing", "com.example.app:/cb").is_some());
        let said = flaw(START, "/callback").expect("refused");
        assert!(said.starts_with("`redirect_uri` is no address"), "{said}");
    }
}
