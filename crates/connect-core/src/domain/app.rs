//! Apps (OAuth clients) and personas, as the rest of the program sees them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::flaw::Flaw;
use super::id::{ClientId, UserId};
use super::time::Timestamp;
use crate::protocol::scope::ScopeSet;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema, ts_rs::TS)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The word itself, as stored and sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
            /// The value the word names.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// What kind of app was registered.
    AppType {
        /// Runs on a server and keeps a secret.
        Web = "web",
        /// Runs in a browser.
        Spa = "spa",
        /// Runs on a phone.
        Mobile = "mobile",
        /// Runs on a desktop.
        Native = "native",
        /// Acts for itself, with no person.
        M2m = "m2m",
    }
}

impl AppType {
    /// Whether the app keeps a secret: `confidential` on the wire, else `public`.
    #[must_use]
    pub const fn is_confidential(self) -> bool {
        matches!(self, Self::Web | Self::M2m)
    }

    /// `client_type` on the wire.
    #[must_use]
    pub const fn client_type(self) -> &'static str {
        if self.is_confidential() {
            "confidential"
        } else {
            "public"
        }
    }

    /// Whether a loopback redirect URI may come with any port (ruling 8, RFC 8252 §7.3).
    #[must_use]
    pub const fn ignores_loopback_port(self) -> bool {
        matches!(self, Self::Native | Self::Mobile)
    }
}

words! {
    /// Where the app's business associate agreement stands: scopes of health data need a signed one.
    BaaStatus {
        /// Not asked for.
        None = "none",
        /// Asked for; PHI scopes are still refused.
        Applied = "applied",
        /// In force.
        Signed = "signed",
    }
}

words! {
    /// How the app's id_tokens are signed.
    IdTokenAlg {
        /// Ed25519, the default.
        EdDsa = "EdDSA",
        /// RSA with SHA-256.
        Rs256 = "RS256",
        /// P-256 with SHA-256.
        Es256 = "ES256",
    }
}

words! {
    /// Which enforcement profile is on.
    Profile {
        /// What the seed documents show works as they show it.
        Loop = "loop",
        /// The security page to the letter, plus OAuth 2.1.
        Strict = "strict",
    }
}

/// Names of the services in paths, host names and audiences, identity first (facts.md §1).
pub const SERVICES: [&str; 8] = [
    IDENTITY,
    "clinical",
    "patient-graph",
    "payments",
    "membership",
    "community",
    "comms",
    "follows",
];

/// The service that gives out tokens; the others take them.
pub const IDENTITY: &str = "identity";

/// Brands of the platform (ruling 20).
pub const BRANDS: [&str; 2] = ["loop", "loopbio"];

/// Most characters of the name of an app or a persona.
pub const LONGEST_NAME: usize = 255;

/// Most bytes of a language tag (RFC 5646 §4.4.1).
pub const LONGEST_LOCALE: usize = 35;

/// What is wrong with the brand of an app or a persona.
#[must_use]
pub fn brand_flaw(brand_id: &str) -> Option<Flaw> {
    (!BRANDS.contains(&brand_id))
        .then(|| Flaw::new("brand_id", format!("`{}`", BRANDS.join("` or `"))))
}

/// What is wrong with the name of an app or a persona.
#[must_use]
pub fn name_flaw(name: &str) -> Option<Flaw> {
    let length = name.trim().chars().count();
    (!(1..=LONGEST_NAME).contains(&length)).then(|| {
        let message = format!("1 to {LONGEST_NAME} characters are needed, {length} were given");
        Flaw::new("name", message)
    })
}

/// A registered app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// `client_id` on the wire.
    pub id: ClientId,
    /// `client_name` on the wire.
    pub name: String,
    /// What kind of app it is.
    pub app_type: AppType,
    /// Exact strings (ruling 8).
    pub redirect_uris: Vec<String>,
    /// Scopes the app may request.
    pub allowed_scopes: ScopeSet,
    /// Origins that may call from a browser (ruling 28).
    pub allowed_origins: Vec<String>,
    /// The app's own page.
    pub client_uri: Option<String>,
    /// The app's logo.
    pub logo_uri: Option<String>,
    /// Where webhooks go.
    pub webhook_url: Option<String>,
    /// The brand it belongs to.
    pub brand_id: String,
    /// The Loop service it speaks for, when it is a seeded service client (ruling 13).
    pub service: Option<String>,
    /// Loop's own app (ruling 26).
    pub is_first_party: bool,
    /// Switched on.
    pub enabled: bool,
    /// Its BAA.
    pub baa_status: BaaStatus,
    /// Life of its access tokens: 5 minutes to 1 hour (/connect/tokens).
    pub access_token_lifetime: Duration,
    /// How its id_tokens are signed.
    pub id_token_alg: IdTokenAlg,
    /// When it was registered (sandbox time).
    pub created_at: Timestamp,
    /// When it last changed (sandbox time).
    pub updated_at: Timestamp,
}

/// A persona.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// `sub` on the wire, and `patient_id` in the services.
    pub id: UserId,
    /// Sign-in name and `email` claim.
    pub email: String,
    /// `name` claim.
    pub name: String,
    /// `brand` claim.
    pub brand_id: String,
    /// For example `en-US`.
    pub locale: String,
    /// One line for people, shown where a persona is chosen.
    pub description: String,
    /// When it was created (sandbox time).
    pub created_at: Timestamp,
    /// When it last changed (sandbox time).
    pub updated_at: Timestamp,
}

impl Person {
    /// Everything that is wrong with it: the rules of `people_create`, `people_update` and `connect.toml`.
    #[must_use]
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let (local, domain) = self.email.split_once('@').unwrap_or_default();
        let has_gap = |c: char| c.is_whitespace() || c.is_control();
        if local.is_empty() || domain.is_empty() || self.email.contains(has_gap) {
            let message = "an address such as ada@example.com is needed";
            flaws.push(Flaw::new("email", message));
        }
        flaws.extend(name_flaw(&self.name));
        flaws.extend(brand_flaw(&self.brand_id));
        if !(1..=LONGEST_LOCALE).contains(&self.locale.len()) {
            let message = "a language tag such as en-US is needed";
            flaws.push(Flaw::new("locale", message));
        }
        flaws
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flawed(change: impl FnOnce(&mut Person)) -> Vec<String> {
        let mut person = Person {
            id: UserId::from_text("user_1"),
            email: "ada@example.com".to_owned(),
            name: "Ada".to_owned(),
            brand_id: "loop".to_owned(),
            locale: "en-GB".to_owned(),
            description: String::new(),
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
        };
        change(&mut person);
        person.flaws().into_iter().map(|flaw| flaw.field).collect()
    }

    #[test]
    fn every_rule_of_a_persona_names_its_field() {
        assert_eq!(flawed(|_| {}), [""; 0]);
        for email in ["", "ada", "@example.com", "ada@", "a da@example.com"] {
            assert_eq!(flawed(|p| p.email = email.to_owned()), ["email"], "{email}");
        }
        for name in [String::new(), " ".to_owned(), "ü".repeat(256)] {
            assert_eq!(flawed(|p| p.name = name), ["name"]);
        }
        assert_eq!(flawed(|p| p.name = "ü".repeat(255)), [""; 0]);
        assert_eq!(flawed(|p| p.brand_id = "acme".to_owned()), ["brand_id"]);
        for locale in [String::new(), "x".repeat(36)] {
            assert_eq!(flawed(|p| p.locale = locale), ["locale"]);
        }
        assert_eq!(
            flawed(|p| (p.email, p.name) = Default::default()),
            ["email", "name"]
        );
    }
}
