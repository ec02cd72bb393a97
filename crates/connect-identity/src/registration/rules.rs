//! The rules of the developer portal (facts.md §2 and §11, rulings 8, 9 and 23), every flaw at once.

use std::collections::BTreeSet;
use std::time::Duration;

use connect_core::Timestamp;
use connect_core::domain::app::{self, AppType, Client, Profile};
use connect_core::domain::credential::{ACCESS_TOKEN_LIFETIME, ACCESS_TOKEN_LIFETIME_MIN};
use connect_core::domain::standing::Clause;
use connect_core::id::ClientId;
use connect_core::protocol::redirect::RedirectFlaw;
use connect_core::protocol::scope::{ScopeError, ScopeSet};
use connect_core::protocol::{redirect, scope};
use url::Url;

use super::{Flaw, NewApp};

const CLIENTS: Clause = Clause::documented("/reference/api/identity/post_v1_admin_oauth-clients");
const SECURITY: Clause = Clause::documented("/connect/security");
const SCOPES: Clause = Clause::documented("/connect/scopes");
/// How like a scope a name must be for that scope to be what was meant (Jaro-Winkler, 1 is equal).
const LIKE: f64 = 0.9;
const MACHINES: Clause = Clause::documented("/concepts/system-overview");

/// A flaw, and the rule that it breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenRule {
    /// What is wrong.
    pub flaw: Flaw,
    /// What governs it.
    pub clause: Clause,
}

impl BrokenRule {
    fn new(clause: Clause, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            flaw: Flaw::new(field, message),
            clause,
        }
    }
}

/// Everything that is wrong with an app under `profile`; nothing is changed.
#[must_use]
pub fn check(new: &NewApp, profile: Profile) -> Vec<Flaw> {
    flaws(broken(new, profile))
}

/// The same, each with what governs it.
#[must_use]
pub fn broken(new: &NewApp, profile: Profile) -> Vec<BrokenRule> {
    weigh(new, profile).1
}

fn flaws(broken: Vec<BrokenRule>) -> Vec<Flaw> {
    broken.into_iter().map(|rule| rule.flaw).collect()
}

/// Checks every rule of registration and gives the app as it will be, or every flaw.
pub(super) fn validate(
    new: &NewApp,
    id: ClientId,
    profile: Profile,
    at: Timestamp,
) -> Result<Client, Vec<Flaw>> {
    let (allowed_scopes, broken) = weigh(new, profile);
    if !broken.is_empty() {
        return Err(flaws(broken));
    }
    Ok(Client {
        id,
        name: new.name.trim().to_owned(),
        app_type: new.app_type,
        redirect_uris: new.redirect_uris.clone(),
        allowed_scopes,
        allowed_origins: new
            .allowed_origins
            .iter()
            .map(|origin| origin.trim_end_matches('/').to_owned())
            .collect(),
        client_uri: new.client_uri.clone(),
        logo_uri: new.logo_uri.clone(),
        webhook_url: new.webhook_url.clone(),
        brand_id: new.brand_id.clone(),
        service: new.service.clone(),
        is_first_party: new.is_first_party,
        enabled: true,
        baa_status: new.baa_status,
        access_token_lifetime: Duration::from_secs(new.access_token_lifetime_seconds),
        id_token_alg: new.id_token_alg,
        created_at: at,
        updated_at: at,
    })
}

/// The scopes that the app may have, and everything that is wrong with it.
fn weigh(new: &NewApp, profile: Profile) -> (ScopeSet, Vec<BrokenRule>) {
    let of = |clause: Clause| move |flaw: Flaw| BrokenRule { flaw, clause };
    let mut all: Vec<BrokenRule> = app::name_flaw(&new.name)
        .map(of(CLIENTS))
        .into_iter()
        .collect();
    redirect_uris(new, profile, &mut all);
    let scopes = scopes(new, &mut all);
    for (index, origin) in new.allowed_origins.iter().enumerate() {
        let clause = Clause::standard("RFC 6454 §6.2");
        let message = wrong_origin(origin);
        all.extend(
            message.map(|text| BrokenRule::new(clause, format!("allowed_origins[{index}]"), text)),
        );
    }
    for (field, value) in [("client_uri", &new.client_uri), ("logo_uri", &new.logo_uri)] {
        if let Some(value) = value
            && !Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "https" | "http" | "data"))
        {
            let message = format!("`{}` is not an http(s) URL", shown(value));
            all.push(BrokenRule::new(CLIENTS, field, message));
        }
    }
    let webhook = new.webhook_url.as_deref().and_then(wrong_webhook);
    let https = Clause::documented("/connect/webhooks");
    all.extend(webhook.map(|message| BrokenRule::new(https, "webhook_url", message)));
    let lifetime = new.access_token_lifetime_seconds;
    let allowed = ACCESS_TOKEN_LIFETIME_MIN.as_secs()..=ACCESS_TOKEN_LIFETIME.as_secs();
    if !allowed.contains(&lifetime) {
        let message = format!("300 to 3600 seconds are allowed, {lifetime} were given");
        let clause = Clause::documented("/connect/tokens");
        all.push(BrokenRule::new(
            clause,
            "access_token_lifetime_seconds",
            message,
        ));
    }
    let brands = Clause::documented("/concepts/brands-and-multi-tenancy");
    all.extend(app::brand_flaw(&new.brand_id).map(of(brands)));
    service(new, &mut all);
    (scopes, all)
}

fn redirect_uris(new: &NewApp, profile: Profile, all: &mut Vec<BrokenRule>) {
    if new.app_type != AppType::M2m && new.redirect_uris.is_empty() {
        let message = "at least one is needed, for example http://localhost:3000/callback";
        all.push(BrokenRule::new(CLIENTS, "redirect_uris", message));
    }
    if new.app_type == AppType::M2m && !new.redirect_uris.is_empty() {
        let message = "an m2m app signs nobody in and has none";
        let clause = Clause::documented("/concepts/auth-model");
        all.push(BrokenRule::new(clause, "redirect_uris", message));
    }
    for (index, uri) in new.redirect_uris.iter().enumerate() {
        let field = format!("redirect_uris[{index}]");
        if let Err(error) = redirect::check_registration(uri, profile) {
            all.push(BrokenRule::new(
                of_redirect(&error),
                field,
                error.to_string(),
            ));
        } else if new.redirect_uris[..index].contains(uri) {
            let clause = Clause::assumed("no page speaks of a URI listed twice");
            let message = format!("`{uri}` is listed twice");
            all.push(BrokenRule::new(clause, field, message));
        }
    }
}

/// What governs a rule about redirect URIs (facts.md §11, rulings 8 and 9).
const fn of_redirect(flaw: &RedirectFlaw) -> Clause {
    match flaw {
        RedirectFlaw::NotAbsolute(_) => Clause::standard("RFC 6749 §3.1.2"),
        RedirectFlaw::Fragment(_)
        | RedirectFlaw::Query(_)
        | RedirectFlaw::InsecureHost(_)
        | RedirectFlaw::Wildcard(_) => SECURITY,
        RedirectFlaw::UserInfo(_) => Clause::standard("RFC 9110 §4.2.4"),
        RedirectFlaw::ForbiddenScheme(_) => {
            Clause::assumed("https, http to this machine, or an app's own scheme")
        }
        RedirectFlaw::SchemeNotReverseDns(_) => Clause::standard("RFC 8252 §7.1"),
        RedirectFlaw::Character(_) => Clause::standard("RFC 3986 §2"),
    }
}

/// Whose tokens an app may introspect hangs on this (ruling 13).
fn service(new: &NewApp, all: &mut Vec<BrokenRule>) {
    let Some(service) = &new.service else { return };
    let clause = Clause::assumed("no page says who may introspect");
    if new.app_type != AppType::M2m {
        let message = "only an m2m app can speak for a service";
        all.push(BrokenRule::new(clause, "service", message));
    }
    let known: BTreeSet<&str> = scope::CATALOGUE.iter().map(|scope| scope.service).collect();
    if !known.contains(service.as_str()) {
        let known = Vec::from_iter(known).join(", ");
        let message = format!("there is no such service; there are {known}");
        all.push(BrokenRule::new(clause, "service", message));
    }
}

fn scopes(new: &NewApp, all: &mut Vec<BrokenRule>) -> ScopeSet {
    let mut set = ScopeSet::default();
    if new.scopes.is_empty() {
        let message = "at least one is needed, for example read:biomarkers";
        all.push(BrokenRule::new(CLIENTS, "scopes", message));
    }
    for (index, name) in new.scopes.iter().enumerate() {
        let mut broken = |clause: Clause, message: String| {
            all.push(BrokenRule::new(clause, format!("scopes[{index}]"), message));
        };
        match ScopeSet::parse(name) {
            Ok(one) => {
                for scope in one.iter() {
                    if scope.machine_only == (new.app_type == AppType::M2m) {
                        set.insert(scope);
                    } else if scope.machine_only {
                        broken(SCOPES, format!("`{}` is for m2m apps only", scope.name));
                    } else {
                        let message = format!(
                            "`{}` is a person's to give; an m2m app can hold admin scopes only",
                            scope.name
                        );
                        broken(MACHINES, message);
                    }
                }
            }
            Err(error @ ScopeError::Grammar(_)) => {
                broken(Clause::standard("RFC 6749 §3.3"), error.to_string());
            }
            Err(error @ ScopeError::Unknown(_)) => {
                broken(SCOPES, unknown(&error, name, new.app_type));
            }
        }
    }
    set
}

/// That there is no such scope, and which one was probably meant.
fn unknown(error: &ScopeError, name: &str, app_type: AppType) -> String {
    let near = scope::CATALOGUE
        .iter()
        .filter(|scope| scope.machine_only == (app_type == AppType::M2m))
        .map(|scope| (strsim::jaro_winkler(name, scope.name), scope.name))
        .filter(|(likeness, _)| *likeness > LIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((_, near)) => format!("{error}; did you mean `{near}`?"),
        None => error.to_string(),
    }
}

fn wrong_origin(origin: &str) -> Option<String> {
    let is_plain = !origin.contains(['*', '@'])
        && Url::parse(origin).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.path() == "/"
                && url.query().is_none()
                && url.fragment().is_none()
        });
    (!is_plain).then(|| {
        format!(
            "`{}` is not an origin; write scheme, host and port only, for example http://localhost:5173",
            shown(origin)
        )
    })
}

fn wrong_webhook(value: &str) -> Option<String> {
    let Ok(url) = Url::parse(value) else {
        return Some(format!("`{}` is not a URL", shown(value)));
    };
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => None,
        "http" if loopback => None,
        _ => Some(format!(
            "`{}` must be https, or http to this machine",
            shown(value)
        )),
    }
}

/// As much of a value as a message shows.
fn shown(value: &str) -> String {
    value.chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(change: impl FnOnce(&mut NewApp)) -> Vec<String> {
        let mut new = NewApp {
            redirect_uris: vec!["https://example.com/cb".to_owned()],
            scopes: vec!["openid".to_owned()],
            ..NewApp::new("App", AppType::Web)
        };
        change(&mut new);
        check(&new, Profile::Loop)
            .into_iter()
            .map(|flaw| flaw.field)
            .collect()
    }

    #[test]
    fn an_origin_is_scheme_host_and_port_and_nothing_else() {
        for origin in ["http://localhost:5173", "https://example.com/"] {
            assert_eq!(
                fields(|app| app.allowed_origins = vec![origin.into()]),
                [""; 0]
            );
        }
        for origin in [
            "",
            "*",
            "localhost:5173",
            "//example.com",
            "ftp://example.com",
            "https://example.com/app",
            "https://example.com?x",
            "https://example.com#x",
            "https://*.example.com",
            "https://me@example.com",
        ] {
            assert_eq!(
                fields(|app| app.allowed_origins = vec![origin.into()]),
                ["allowed_origins[0]"],
                "{origin}"
            );
        }
    }

    #[test]
    fn only_a_machine_speaks_for_a_service_that_there_is() {
        assert_eq!(
            fields(|app| app.service = Some("clinical".into())),
            ["service"]
        );
        let machine = |app: &mut NewApp, service: &str| {
            app.app_type = AppType::M2m;
            app.redirect_uris.clear();
            app.scopes = vec!["admin:clinical".into()];
            app.service = Some(service.into());
        };
        assert_eq!(fields(|app| machine(app, "clinical")), [""; 0]);
        assert_eq!(fields(|app| machine(app, "klinik")), ["service"]);
    }

    #[test]
    fn every_flaw_is_told_at_once() {
        assert_eq!(
            fields(|app| {
                app.name = " ".into();
                app.redirect_uris.push("/cb".into());
                app.scopes.push("read:everything".into());
                app.brand_id = "acme".into();
                app.webhook_url = Some("http://example.com/hook".into());
                app.access_token_lifetime_seconds = 1;
            }),
            [
                "name",
                "redirect_uris[1]",
                "scopes[1]",
                "webhook_url",
                "access_token_lifetime_seconds",
                "brand_id"
            ]
        );
    }
}
