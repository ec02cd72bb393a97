//! The app a page is about: its name, its logo, where it lives.

use connect_core::domain::app::Client;
use url::{Host, Url};

use super::avatar::Avatar;
use super::text;

/// The longest `data:` logo put into a page, in bytes.
const DATA_LOGO_LIMIT: usize = 200_000;
/// The picture types a `data:` logo may have. As an `<img>` none of them can run a script.
const DATA_LOGO_TYPES: [&str; 6] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/svg+xml",
];

/// An app as a page shows it. Every field is as registered: the pages make it fit to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppView {
    /// `client_name`.
    pub name: String,
    /// `client_id`.
    pub client_id: String,
    /// `client_uri`: linked when it is http or https.
    pub client_uri: Option<String>,
    /// `logo_uri`: shown when no request leaves this machine for it, see [`AppView::logo`].
    pub logo_uri: Option<String>,
    /// Loop's own app (ruling 26).
    pub is_first_party: bool,
}

impl From<&Client> for AppView {
    fn from(client: &Client) -> Self {
        Self {
            name: client.name.clone(),
            client_id: client.id.as_str().to_owned(),
            client_uri: client.client_uri.clone(),
            logo_uri: client.logo_uri.clone(),
            is_first_party: client.is_first_party,
        }
    }
}

/// What stands for the app on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logo {
    /// A `data:` picture, carried by the page itself.
    Inline(String),
    /// A picture served on this machine.
    Loopback {
        /// Its address.
        src: String,
        /// The origin the page's policy has to allow: `http://localhost:3000`.
        origin: String,
    },
    /// None, or one that would have to be fetched over the network: initials instead.
    Monogram,
}

/// A link to the app's own page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    /// http or https, normalised.
    pub(super) href: String,
    /// The host in ASCII, so that a look-alike name shows as `xn--…`.
    pub(super) host: String,
}

impl AppView {
    /// The name to show: `client_name` cleaned and shortened, or `client_id` when nothing visible is left of it.
    #[must_use]
    pub fn display_name(&self) -> String {
        let name = text::display_name(&self.name);
        if name.is_empty() {
            self.display_id()
        } else {
            name
        }
    }

    pub(super) fn display_id(&self) -> String {
        text::visible_within(&self.client_id, 80)
    }

    /// What stands for the app. Pages load nothing from the network: a logo is shown when it is a `data:` picture of
    /// at most 200,000 bytes, or served by `localhost` or `127.0.0.1` (a policy cannot name `[::1]`: CSP 3 §2.3.1).
    #[must_use]
    pub fn logo(&self) -> Logo {
        let Some(uri) = self.logo_uri.as_deref() else {
            return Logo::Monogram;
        };
        if let Some(rest) = uri.strip_prefix("data:") {
            let kind = rest.split([';', ',']).next().unwrap_or_default();
            let whole = uri.len() <= DATA_LOGO_LIMIT && uri.chars().all(|c| !c.is_control());
            return if whole && DATA_LOGO_TYPES.contains(&kind) {
                Logo::Inline(uri.to_owned())
            } else {
                Logo::Monogram
            };
        }
        match Url::parse(uri) {
            Ok(url)
                if is_http(&url)
                    && is_this_machine(&url)
                    && url.username().is_empty()
                    && url.password().is_none() =>
            {
                Logo::Loopback {
                    origin: url.origin().ascii_serialization(),
                    src: url.into(),
                }
            }
            _ => Logo::Monogram,
        }
    }

    /// The address of the picture, when one is shown.
    pub(super) fn logo_src(&self) -> Option<String> {
        match self.logo() {
            Logo::Inline(src) | Logo::Loopback { src, .. } => Some(src),
            Logo::Monogram => None,
        }
    }

    /// The host of a logo that was registered and is not shown, because showing it would fetch it.
    pub(super) fn logo_left_out(&self) -> Option<String> {
        if self.logo() != Logo::Monogram {
            return None;
        }
        let uri = self.logo_uri.as_deref()?;
        Some(
            Url::parse(uri)
                .ok()
                .and_then(|url| url.host_str().map(str::to_owned))
                .unwrap_or_else(|| "its address".to_owned()),
        )
    }

    /// The initials instead of the picture.
    pub(super) fn avatar(&self) -> Avatar {
        Avatar::of(&self.display_name(), &self.client_id)
    }

    /// The app's own page, when it is one a browser may be sent to.
    pub(super) fn link(&self) -> Option<Link> {
        let url = Url::parse(self.client_uri.as_deref()?)
            .ok()
            .filter(is_http)?;
        let host = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str()?),
            None => url.host_str()?.to_owned(),
        };
        Some(Link {
            host,
            href: url.into(),
        })
    }
}

fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(_)) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(client_uri: &str, logo_uri: &str) -> AppView {
        AppView {
            name: "Acme".into(),
            client_id: "client_1".into(),
            client_uri: Some(client_uri.into()),
            logo_uri: Some(logo_uri.into()),
            is_first_party: false,
        }
    }

    #[test]
    fn a_logo_is_shown_only_when_nothing_leaves_the_machine() {
        let logo = |uri: &str| app("https://a.example", uri).logo();
        assert_eq!(
            logo("data:image/png;base64,AAAA"),
            Logo::Inline("data:image/png;base64,AAAA".into())
        );
        assert_eq!(
            logo("http://localhost:3000/logo.svg"),
            Logo::Loopback {
                src: "http://localhost:3000/logo.svg".into(),
                origin: "http://localhost:3000".into()
            }
        );
        for uri in [
            "https://cdn.example.com/logo.png",
            "http://localhost.evil.example/logo.png",
            "http://127.0.0.1@evil.example/logo.png",
            "http://u:p@127.0.0.1/logo.png",
            "http://[::1]:3000/logo.png",
            "data:text/html,<script>alert(1)</script>",
            "data:image/png-not,AAAA",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "",
        ] {
            assert_eq!(logo(uri), Logo::Monogram, "{uri}");
        }
        assert_eq!(
            logo(&format!(
                "data:image/png;base64,{}",
                "A".repeat(DATA_LOGO_LIMIT)
            )),
            Logo::Monogram
        );
        assert_eq!(
            app("", "https://cdn.example.com/a.png")
                .logo_left_out()
                .as_deref(),
            Some("cdn.example.com")
        );
    }

    #[test]
    fn only_web_pages_are_linked_and_their_host_is_ascii() {
        let link = |uri: &str| app(uri, "").link();
        assert_eq!(
            link("https://acme.example/about").expect("linked").host,
            "acme.example"
        );
        assert_eq!(
            link("http://localhost:3000").expect("linked").host,
            "localhost:3000"
        );
        assert_eq!(
            link("https://аcme.example").expect("linked").host,
            "xn--cme-5cd.example"
        );
        assert_eq!(link("javascript:alert(1)"), None);
        assert_eq!(link("acme.example"), None);
    }

    #[test]
    fn an_app_without_a_visible_name_goes_by_its_id() {
        let unnamed = AppView {
            name: "\u{200B} ".into(),
            ..app("", "")
        };
        assert_eq!(unnamed.display_name(), "client_1");
    }
}
