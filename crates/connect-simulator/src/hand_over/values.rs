//! Values of a session under the names that a program has for them, so that none of them stands in it.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::mask::Mask;
use crate::session::Session;

/// What a program keeps under a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Var {
    /// From the environment: `LOOP_TOKEN_URL`.
    Setting(String),
    /// The redirect URI, with the port that was free.
    RedirectUri,
    /// What follows `Basic` in a header.
    Basic,
    /// PKCE.
    Verifier,
    Challenge,
    State,
    Nonce,
    Code,
    /// Tokens, by the number of the answer that brought them, from 1.
    AccessToken(usize),
    RefreshToken(usize),
    IdToken(usize),
    /// The keys that the server publishes.
    Keys,
}

impl Var {
    pub(super) fn setting(name: &str) -> Self {
        Self::Setting(name.to_owned())
    }

    /// `access_token_2`; of a setting `token_url`.
    pub(super) fn snake(&self) -> String {
        let numbered = |name: &str, number: usize| match number {
            1 => name.to_owned(),
            number => format!("{name}_{number}"),
        };
        match self {
            Self::Setting(name) => name.trim_start_matches("LOOP_").to_ascii_lowercase(),
            Self::RedirectUri => "redirect_uri".to_owned(),
            Self::Basic => "credentials".to_owned(),
            Self::Verifier => "verifier".to_owned(),
            Self::Challenge => "challenge".to_owned(),
            Self::State => "state".to_owned(),
            Self::Nonce => "nonce".to_owned(),
            Self::Code => "code".to_owned(),
            Self::AccessToken(number) => numbered("access_token", *number),
            Self::RefreshToken(number) => numbered("refresh_token", *number),
            Self::IdToken(number) => numbered("id_token", *number),
            Self::Keys => "keys".to_owned(),
        }
    }

    /// Its name in the environment; empty for what is not there.
    pub(super) fn environment(&self) -> &str {
        match self {
            Self::Setting(name) => name,
            _ => "",
        }
    }

    /// Whether nobody may see it.
    fn is_secret(&self) -> bool {
        match self {
            Self::Setting(name) => name == "LOOP_CLIENT_SECRET",
            Self::RedirectUri | Self::State | Self::Nonce | Self::Challenge | Self::Keys => false,
            _ => true,
        }
    }
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Var(Var),
}

/// A text with variables in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Text(pub(super) Vec<Piece>);

impl Text {
    /// The variables in it.
    pub(super) fn vars(&self) -> impl Iterator<Item = &Var> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Var(var) => Some(var),
            Piece::Text(_) => None,
        })
    }

    /// Whether it is this variable and nothing else.
    pub(super) fn is(&self, wanted: &Var) -> bool {
        matches!(self.0.as_slice(), [Piece::Var(var)] if var == wanted)
    }
}

/// The values that are known so far.
pub(super) struct Values<'s> {
    mask: &'s Mask,
    known: Vec<(String, Var)>,
}

/// A known value that is shorter is found only where it is the whole.
const SHORTEST: usize = 10;
/// So many characters of a secret in a row give it away.
const TELLING: usize = 10;

impl<'s> Values<'s> {
    /// What is known before anything was sent.
    pub(super) fn of(session: &Session, mask: &'s Mask) -> Self {
        let mut values = Self {
            mask,
            known: Vec::new(),
        };
        let setup = &session.setup;
        values.add(&setup.client_id, Var::setting("LOOP_CLIENT_ID"));
        values.add(session.redirect_uri(), Var::RedirectUri);
        values.add(&setup.redirect_uri, Var::RedirectUri);
        if let Some(secret) = &setup.client_secret {
            values.add(secret, Var::setting("LOOP_CLIENT_SECRET"));
            let www = |text: &str| -> String {
                form_urlencoded::byte_serialize(text.as_bytes()).collect()
            };
            for pair in [
                format!("{}:{}", www(&setup.client_id), www(secret)),
                format!("{}:{secret}", setup.client_id),
            ] {
                values.add(&STANDARD.encode(pair), Var::Basic);
            }
        }
        let facts = &session.facts;
        for (value, var) in [
            (&facts.verifier, Var::Verifier),
            (&facts.challenge, Var::Challenge),
            (&facts.state, Var::State),
            (&facts.nonce, Var::Nonce),
            (&facts.code, Var::Code),
        ] {
            if let Some(value) = value {
                values.add(value, var);
            }
        }
        values
    }

    /// Keeps a value under a name.
    pub(super) fn add(&mut self, value: &str, var: Var) {
        let is_new = self.known.iter().all(|(known, _)| known != value);
        if is_new && !value.is_empty() {
            self.known.push((value.to_owned(), var));
        }
    }

    /// The value of the field `name`, with variables for what is known, and something harmless for what is neither
    /// known nor fit to be seen: it is as wrong as what was sent.
    pub(super) fn resolve(&self, name: &str, value: &str) -> Text {
        if let Some((_, var)) = self.known.iter().find(|(known, _)| known == value) {
            return Text(vec![Piece::Var(var.clone())]);
        }
        let mut pieces = Vec::new();
        let mut rest = value;
        while let Some((at, length, var)) = self.first_in(rest) {
            if at > 0 {
                pieces.push(Piece::Text(rest[..at].to_owned()));
            }
            pieces.push(Piece::Var(var.clone()));
            rest = &rest[at + length..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        let alone = pieces.len() == 1;
        for piece in &mut pieces {
            let Piece::Text(text) = piece else { continue };
            let in_place = format!("?{name}={text}");
            let tells = self.tells(text)
                || !self.mask.is_clean(text)
                || alone && !self.mask.is_clean(&in_place);
            if tells {
                *text = match name {
                    "Authorization" => stand_in_header(text),
                    name => format!("not_the_{name}"),
                };
            }
        }
        Text(pieces)
    }

    /// The first known value within a text: where, how long, and what. The longest, when several begin there.
    fn first_in(&self, text: &str) -> Option<(usize, usize, &Var)> {
        let long = self.known.iter().filter(|(it, _)| it.len() >= SHORTEST);
        let found = long.filter_map(|(it, var)| Some((text.find(it.as_str())?, it.len(), var)));
        found.min_by_key(|(at, length, _)| (*at, std::cmp::Reverse(*length)))
    }

    /// Whether a text holds a part of a secret.
    fn tells(&self, text: &str) -> bool {
        let secrets = self.known.iter().filter(|(_, var)| var.is_secret());
        let parts: BTreeSet<&[u8]> = secrets
            .flat_map(|(value, _)| value.as_bytes().windows(TELLING))
            .collect();
        let mut windows = text.as_bytes().windows(TELLING);
        windows.any(|window| parts.contains(window))
    }
}

/// A header that says as little: its scheme stays.
fn stand_in_header(text: &str) -> String {
    match text.split_once(' ') {
        // `not:right` in Base64.
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("basic") => {
            format!("{scheme} bm90OnJpZ2h0")
        }
        Some((scheme, _)) if scheme.len() < 12 => format!("{scheme} not_the_token"),
        _ => "not_the_token".to_owned(),
    }
}
