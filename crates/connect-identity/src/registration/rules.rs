//! The rules of the developer portal (facts.md §2 and §11, rulings 8, 9 and 23), every flaw at once.

use std::time::Duration;

use connect_core::Timestamp;
use connect_core::domain::app::{AppType, Client, Profile};
use connect_core::domain::credential::{ACCESS_TOKEN_LIFETIME, ACCESS_TOKEN_LIFETIME_MIN};
use connect_core::id::ClientId;
use connect_core::protocol::redirect;
use connect_core::protocol::scope::{ScopeError, ScopeSet};
use url::Url;

use super::{Flaw, NewApp};

/// Checks every rule of registration and gives the app as it will be, or every flaw.
pub(super) fn validate(
    new: &NewApp,
    id: ClientId,
    profile: Profile,
    at: Timestamp,
) -> Result<Client, Vec<Flaw>> {
    let mut flaws = Vec::new();
    let mut flaw = |field: String, message: String| flaws.push(Flaw { field, message });
    let length = new.name.trim().chars().count();
    if !(1..=255).contains(&length) {
        flaw(
            "name".into(),
            format!("1 to 255 characters are needed, {length} were given"),
        );
    }
    if new.app_type != AppType::M2m && new.redirect_uris.is_empty() {
        flaw(
            "redirect_uris".into(),
            "at least one is needed, for example http://localhost:3000/callback".into(),
        );
    }
    if new.app_type == AppType::M2m && !new.redirect_uris.is_empty() {
        flaw(
            "redirect_uris".into(),
            "an m2m app signs nobody in and has none".into(),
        );
    }
    for (index, uri) in new.redirect_uris.iter().enumerate() {
        if let Err(error) = redirect::check_registration(uri, profile) {
            flaw(format!("redirect_uris[{index}]"), error.to_string());
        } else if new.redirect_uris[..index].contains(uri) {
            flaw(
                format!("redirect_uris[{index}]"),
                format!("`{uri}` is listed twice"),
            );
        }
    }
    let scopes = scopes(new, &mut flaw);
    for (index, origin) in new.allowed_origins.iter().enumerate() {
        if let Some(message) = wrong_origin(origin) {
            flaw(format!("allowed_origins[{index}]"), message);
        }
    }
    for (field, value) in [("client_uri", &new.client_uri), ("logo_uri", &new.logo_uri)] {
        if let Some(value) = value
            && !Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "https" | "http" | "data"))
        {
            flaw(
                field.into(),
                format!(
                    "`{}` is not an http(s) URL",
                    value.chars().take(120).collect::<String>()
                ),
            );
        }
    }
    if let Some(value) = &new.webhook_url
        && let Some(message) = wrong_webhook(value)
    {
        flaw("webhook_url".into(), message);
    }
    let lifetime = new.access_token_lifetime_seconds;
    let allowed = ACCESS_TOKEN_LIFETIME_MIN.as_secs()..=ACCESS_TOKEN_LIFETIME.as_secs();
    if !allowed.contains(&lifetime) {
        flaw(
            "access_token_lifetime_seconds".into(),
            format!("300 to 3600 seconds are allowed, {lifetime} were given"),
        );
    }
    if !matches!(new.brand_id.as_str(), "loop" | "loopbio") {
        flaw("brand_id".into(), "`loop` or `loopbio`".into());
    }
    if !flaws.is_empty() {
        return Err(flaws);
    }
    Ok(Client {
        id,
        name: new.name.trim().to_owned(),
        app_type: new.app_type,
        redirect_uris: new.redirect_uris.clone(),
        allowed_scopes: scopes,
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
        access_token_lifetime: Duration::from_secs(lifetime),
        id_token_alg: new.id_token_alg,
        created_at: at,
        updated_at: at,
    })
}

fn scopes(new: &NewApp, flaw: &mut impl FnMut(String, String)) -> ScopeSet {
    let mut set = ScopeSet::default();
    if new.scopes.is_empty() {
        flaw(
            "scopes".into(),
            "at least one is needed, for example read:biomarkers".into(),
        );
    }
    for (index, name) in new.scopes.iter().enumerate() {
        let field = format!("scopes[{index}]");
        match ScopeSet::parse(name) {
            Ok(one) => {
                for scope in one.iter() {
                    if scope.machine_only == (new.app_type == AppType::M2m) {
                        set.insert(scope);
                    } else if scope.machine_only {
                        flaw(
                            field.clone(),
                            format!("`{}` is for m2m apps only", scope.name),
                        );
                    } else {
                        flaw(
                            field.clone(),
                            format!(
                                "`{}` is a person's to give; an m2m app can hold admin scopes only",
                                scope.name
                            ),
                        );
                    }
                }
            }
            Err(error @ (ScopeError::Grammar(_) | ScopeError::Unknown(_))) => {
                flaw(field, error.to_string());
            }
        }
    }
    set
}

fn wrong_origin(origin: &str) -> Option<String> {
    let shown: String = origin.chars().take(120).collect();
    let parsed = Url::parse(origin).ok()?;
    let plain = matches!(parsed.scheme(), "http" | "https")
        && parsed.path() == "/"
        && parsed.query().is_none()
        && parsed.fragment().is_none()
        && !origin.contains('*')
        && !origin.contains('@');
    (!plain).then(|| format!("`{shown}` is not an origin; write scheme, host and port only, for example http://localhost:5173"))
}

fn wrong_webhook(value: &str) -> Option<String> {
    let shown: String = value.chars().take(120).collect();
    let Ok(url) = Url::parse(value) else {
        return Some(format!("`{shown}` is not a URL"));
    };
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => None,
        "http" if loopback => None,
        _ => Some(format!(
            "`{shown}` must be https, or http to this machine (ruling 23)"
        )),
    }
}
