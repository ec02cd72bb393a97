//! Where the browser goes once a page is answered.

use url::{Host, Url};

use super::text;

/// A redirect URI, told in a way that cannot mislead: the host alone decides who gets the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Destination {
    /// Host and port in ASCII, or the scheme of an app's own link; never user info, path or query. Of a very long
    /// host the end is shown, which says whose it is.
    pub(super) place: String,
    /// What kind of place that is.
    pub(super) kind: Kind,
    /// The whole URI, hidden characters written out, shortened beyond 120 characters.
    pub(super) uri: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `localhost` or a loopback address.
    ThisComputer,
    /// A host elsewhere.
    Website,
    /// A scheme that opens an installed app.
    InstalledApp,
}

impl Destination {
    /// Reads a redirect URI. One that cannot be read is shown as it is.
    pub(super) fn of(redirect_uri: &str) -> Self {
        let uri = text::visible_within(redirect_uri, 120);
        match Url::parse(redirect_uri) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => {
                let host = url.host_str().unwrap_or_default();
                let place = url
                    .port()
                    .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
                let here = match url.host() {
                    Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
                    Some(Host::Ipv4(address)) => address.is_loopback(),
                    Some(Host::Ipv6(address)) => address.is_loopback(),
                    None => false,
                };
                Self {
                    place: end_of(&place),
                    kind: if here {
                        Kind::ThisComputer
                    } else {
                        Kind::Website
                    },
                    uri,
                }
            }
            Ok(url) => Self {
                place: end_of(&format!("{}:", url.scheme())),
                kind: Kind::InstalledApp,
                uri,
            },
            Err(_) => Self {
                place: uri.clone(),
                kind: Kind::Website,
                uri,
            },
        }
    }

    /// The kind in words, to follow the place.
    pub(super) fn in_words(&self) -> &'static str {
        match self.kind {
            Kind::ThisComputer => "on this computer",
            Kind::Website => "a website",
            Kind::InstalledApp => "an app on this device",
        }
    }
}

/// The longest place shown whole, in characters.
const PLACE_LIMIT: usize = 72;

fn end_of(place: &str) -> String {
    let length = place.chars().count();
    if length <= PLACE_LIMIT {
        return place.to_owned();
    }
    let end: String = place.chars().skip(length - PLACE_LIMIT).collect();
    format!("…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(uri: &str) -> (String, Kind) {
        let found = Destination::of(uri);
        (found.place, found.kind)
    }

    #[test]
    fn the_place_is_the_host_and_nothing_that_could_pass_for_it() {
        assert_eq!(
            place("http://localhost:3000/callback"),
            ("localhost:3000".into(), Kind::ThisComputer)
        );
        assert_eq!(
            place("http://[::1]:5000/cb"),
            ("[::1]:5000".into(), Kind::ThisComputer)
        );
        assert_eq!(
            place("https://loop.health@evil.example/loop.health"),
            ("evil.example".into(), Kind::Website)
        );
        assert_eq!(place("https://lооp.health/cb").0, "xn--lp-fmca.health");
        assert_eq!(
            place("com.example.app:/callback"),
            ("com.example.app:".into(), Kind::InstalledApp)
        );
        assert_eq!(
            place("exp://127.0.0.1:8081/--/auth"),
            ("exp:".into(), Kind::InstalledApp)
        );
    }

    #[test]
    fn of_a_very_long_host_the_end_is_shown() {
        let (shown, _) = place(&format!(
            "https://{}evil.example/cb",
            "loop.health.".repeat(15)
        ));
        assert!(
            shown.starts_with('…') && shown.ends_with(".evil.example"),
            "{shown}"
        );
    }
}
