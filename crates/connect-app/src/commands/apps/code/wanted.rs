//! What of an app goes into its code.

use connect_core::domain::app::{AppType, BaaStatus, Client};
use connect_core::protocol::scope::Scope;
use connect_rpc::apps::CodeLanguage;
use connect_services::catalogue::{CATALOGUE, Gate, Operation, Verb};
use url::Url;

/// An app with so many scopes asks for all of them; with more, for those that its code uses.
const ALL_OF: usize = 8;
/// Scopes that tell who the person is.
const IDENTITY: [&str; 3] = ["openid", "profile", "email"];

/// What of an app goes into its code.
pub(super) struct Wanted {
    /// Its name, fit for a comment and for a text in quotes.
    pub(super) name: String,
    /// The same, fit for the name of a package.
    pub(super) package: String,
    pub(super) client_id: String,
    /// It has a secret.
    pub(super) confidential: bool,
    /// Scopes that the code asks for.
    pub(super) scopes: Vec<&'static str>,
    /// Scopes that it may ask for too.
    pub(super) more: Vec<&'static str>,
    /// Scopes that are left out until the BAA is signed.
    pub(super) unsigned: Vec<&'static str>,
    /// The call that the code makes.
    pub(super) sample: Sample,
    /// The redirect URI that it uses.
    pub(super) redirect: Option<Redirect>,
    /// Base URL of identity.
    pub(super) platform: String,
}

/// A call that needs nothing but a token.
pub(super) struct Sample {
    /// The variable that holds the service's base URL.
    pub(super) variable: String,
    pub(super) service: &'static str,
    pub(super) path: &'static str,
    /// What it opens with; none when any token will do.
    pub(super) scope: Option<&'static str>,
}

/// A redirect URI, and how code can answer at it.
pub(super) struct Redirect {
    pub(super) uri: String,
    pub(super) way: Way,
    url: Url,
}

/// How code can answer at a redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// On this machine, at its port.
    Port,
    /// On this machine, at any port (RFC 8252 §7.3).
    AnyPort,
    /// Behind what answers https.
    Https,
    /// As an app on a device that the scheme opens.
    Scheme,
}

impl Way {
    /// What to say to whoever runs a server by themselves that listens at `port`.
    pub(super) fn note(self, port: u16) -> Option<String> {
        (self == Self::Https).then(|| {
            format!(
                "The redirect URI is https: run this behind what answers there, or register http://localhost:{port}/callback too."
            )
        })
    }
}

impl Redirect {
    fn of(uri: &str, app_type: AppType) -> Option<Self> {
        let url = Url::parse(uri).ok()?;
        let way = match url.scheme() {
            "http" if app_type.ignores_loopback_port() => Way::AnyPort,
            "http" => Way::Port,
            "https" => Way::Https,
            _ => Way::Scheme,
        };
        Some(Self {
            uri: uri.to_owned(),
            way,
            url,
        })
    }

    /// Its scheme.
    pub(super) fn scheme(&self) -> &str {
        self.url.scheme()
    }

    /// The page beside it where the person begins; none when its port is not known before, or there is no page.
    pub(super) fn page(&self) -> Option<String> {
        matches!(self.way, Way::Port | Way::Https)
            .then(|| format!("{}/login", self.url.origin().ascii_serialization()))
    }
}

/// Where an app's own way to Loop begins: `/login` beside the first redirect URI that a browser can open.
pub(in crate::commands::apps) fn begins_at(client: &Client) -> Option<String> {
    client.redirect_uris.iter().find_map(|uri| {
        let redirect = Redirect::of(uri, AppType::Web)?;
        redirect.page()
    })
}

impl Wanted {
    pub(super) fn of(client: &Client, language: CodeLanguage, platform: &str) -> Self {
        let signed = client.baa_status == BaaStatus::Signed;
        let all: Vec<&'static Scope> = client.allowed_scopes.iter().collect();
        let unsigned: Vec<&'static str> = names(all.iter().filter(|scope| scope.phi && !signed));
        let open: Vec<&'static Scope> = all
            .iter()
            .copied()
            .filter(|scope| signed || !scope.phi)
            .collect();
        // An app with nothing else asks for it all the same, and is told why it is refused.
        let open = if open.is_empty() { all } else { open };
        let sample = Sample::for_scopes(&open);
        let used = |scope: &&&'static Scope| {
            open.len() <= ALL_OF
                || IDENTITY.contains(&scope.name)
                || sample.scope == Some(scope.name)
        };
        let mut scopes = names(open.iter().filter(used));
        if language == CodeLanguage::Rust && scopes.len() > 1 {
            // The oauth2 crate knows no id_tokens.
            scopes.retain(|name| *name != "openid");
        }
        let more = names(open.iter().filter(|scope| !scopes.contains(&scope.name)));
        Self {
            name: plain(&client.name),
            package: package(&client.name),
            client_id: client.id.to_string(),
            confidential: client.app_type.is_confidential(),
            scopes,
            more,
            unsigned,
            sample,
            redirect: redirect(client, language),
            platform: platform.to_owned(),
        }
    }

    pub(super) fn scopes_line(&self) -> String {
        self.scopes.join(" ")
    }

    pub(super) fn more_line(&self) -> String {
        self.more.join(", ")
    }

    pub(super) fn openid(&self) -> bool {
        self.scopes.contains(&"openid")
    }

    pub(super) fn way(&self) -> Option<Way> {
        self.redirect.as_ref().map(|redirect| redirect.way)
    }

    pub(super) fn any_port(&self) -> bool {
        self.way() == Some(Way::AnyPort)
    }

    pub(super) fn https(&self) -> bool {
        self.way() == Some(Way::Https)
    }

    /// What to know whatever the language.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.unsigned.is_empty() {
            let names = self.unsigned.join(", ");
            let message = if self
                .scopes
                .iter()
                .any(|scope| self.unsigned.contains(scope))
            {
                format!("{names}: refused with invalid_scope until the app's BAA is signed.")
            } else {
                format!(
                    "{names}: left out, since they are refused with invalid_scope until the app's BAA is signed."
                )
            };
            notes.push(message);
        }
        notes.push(
            "In production the same variables lead to identity.platform.loop.health and its sister hosts; the code stays."
                .to_owned(),
        );
        notes
    }
}

impl Sample {
    /// The first call that these scopes open and that needs nothing else.
    fn for_scopes(scopes: &[&'static Scope]) -> Self {
        let opened = |operation: &&Operation| match operation.gate {
            Gate::Scope(wanted) => scopes.iter().any(|scope| scope.name == wanted),
            _ => false,
        };
        let simple = |operation: &&Operation| {
            operation.verb == Verb::Get
                && operation
                    .parameters
                    .iter()
                    .all(|parameter| !parameter.required)
        };
        let any_token = |operation: &&Operation| operation.gate == Gate::AnyToken;
        let calls = || CATALOGUE.iter().filter(simple);
        let chosen = calls().find(opened).or_else(|| calls().find(any_token));
        let Some(operation) = chosen else {
            return Self {
                variable: "LOOP_IDENTITY_URL".to_owned(),
                service: "identity",
                path: "/v1/users/me/connected-apps",
                scope: Some("manage:connected_apps"),
            };
        };
        let service = operation.service.name();
        Self {
            variable: format!("LOOP_{}_URL", service.to_uppercase().replace('-', "_")),
            service,
            path: operation.path,
            scope: operation.gate.scope(),
        }
    }
}

/// The redirect URI that code in this language can answer at, the best first.
fn redirect(client: &Client, language: CodeLanguage) -> Option<Redirect> {
    let order: &[Way] = match language {
        CodeLanguage::ReactNative => &[Way::Scheme],
        CodeLanguage::Rust => &[Way::Port, Way::AnyPort],
        CodeLanguage::Node | CodeLanguage::Python => &[Way::Port, Way::AnyPort, Way::Https],
        CodeLanguage::Curl => &[Way::Port, Way::AnyPort, Way::Https, Way::Scheme],
    };
    let all: Vec<Redirect> = client
        .redirect_uris
        .iter()
        .filter_map(|uri| Redirect::of(uri, client.app_type))
        .collect();
    let place = |redirect: &Redirect| order.iter().position(|way| *way == redirect.way);
    all.into_iter()
        .filter(|redirect| place(redirect).is_some())
        .min_by_key(place)
}

fn names<'s>(scopes: impl Iterator<Item = &'s &'static Scope>) -> Vec<&'static str> {
    scopes.map(|scope| scope.name).collect()
}

/// A name that ends no comment and no text in quotes.
fn plain(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            '"' | '`' => '\'',
            '\\' | '$' => '/',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// A name that package managers take.
fn package(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    match words.first() {
        Some(first) if first.starts_with(|c: char| c.is_ascii_alphabetic()) => words.join("-"),
        _ => format!("loop-app-{}", words.join("-"))
            .trim_end_matches('-')
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_comment() {
        assert_eq!(plain("a \"b\"\n*/ `c` \\ $d"), "a 'b' */ 'c' / /d");
        assert_eq!(package("My Lab Aggregator!"), "my-lab-aggregator");
        assert_eq!(package("23 & me"), "loop-app-23-me");
        assert_eq!(package("Ünï"), "n");
    }

    #[test]
    fn the_call_is_one_that_the_scopes_open() {
        let scope = |name| connect_core::protocol::scope::find(name).expect("in the catalogue");
        let sample = |name| Sample::for_scopes(&[scope(name)]);
        assert_eq!(sample("read:biomarkers").path, "/v1/biomarkers/me");
        assert_eq!(sample("read:check_ins").path, "/v1/check-ins");
        assert_eq!(sample("read:payments").variable, "LOOP_PAYMENTS_URL");
        let any = sample("openid");
        assert_eq!((any.path, any.scope), ("/v1/lab-catalog/markers", None));
    }
}
