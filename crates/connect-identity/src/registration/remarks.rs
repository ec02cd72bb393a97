//! What registration accepts and a partner should know: what production would not take, what has to come before it
//! works, and what their library may stumble over.

use connect_core::domain::app::{AppType, BaaStatus, IdTokenAlg, Profile};
use connect_core::domain::standing::{Clause, Standing};
use connect_core::protocol::redirect::{self, RedirectRemark};
use connect_core::protocol::scope::{Scope, find};
use url::{Host, Url};

use super::NewApp;

const SECURITY: Clause = Clause::documented("/connect/security");
const NATIVE: Clause = Clause::standard("RFC 8252 §7.3");

/// A remark about one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// As in the request: `redirect_uris[1]`.
    pub field: String,
    /// What the remark is; stable.
    pub code: &'static str,
    /// What to know.
    pub message: String,
    /// Where it is written, and how sure it is.
    pub clause: Clause,
}

impl Remark {
    fn new(
        field: impl Into<String>,
        code: &'static str,
        clause: Clause,
        message: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            code,
            message: message.into(),
            clause,
        }
    }
}

/// Every remark on what `profile` accepts of an app; a field with a flaw has none.
#[must_use]
pub fn remarks(new: &NewApp, profile: Profile) -> Vec<Remark> {
    let mut all = Vec::new();
    for (index, uri) in new.redirect_uris.iter().enumerate() {
        redirect_uri(
            new.app_type,
            uri,
            format!("redirect_uris[{index}]"),
            profile,
            &mut all,
        );
    }
    scopes(new, profile, &mut all);
    origins(new, &mut all);
    addresses(new, &mut all);
    let broken = super::broken(new, profile);
    all.retain(|remark| broken.iter().all(|rule| rule.flaw.field != remark.field));
    all
}

fn redirect_uri(
    app_type: AppType,
    uri: &str,
    field: String,
    profile: Profile,
    all: &mut Vec<Remark>,
) {
    let Ok(remark) = redirect::check_registration(uri, profile) else {
        return;
    };
    let Ok(url) = Url::parse(uri) else { return };
    if remark == Some(RedirectRemark::SchemeNotReverseDns) {
        let message = format!(
            "Another app on the device can claim `{}:` as well; a scheme such as com.example.app: is yours alone. The \
             strict profile refuses this one.",
            url.scheme()
        );
        let clause = Clause::standard("RFC 8252 §7.1");
        all.push(Remark::new(
            &field,
            "redirect_scheme_not_reverse_dns",
            clause,
            message,
        ));
    }
    match url.scheme() {
        "http" if app_type.ignores_loopback_port() => {
            let message = "Any port is accepted in place of this one: listen on whichever is free and send that.";
            all.push(Remark::new(&field, "redirect_any_port", NATIVE, message));
            if url.host() == Some(Host::Domain("localhost")) {
                let message = "The name may lead elsewhere on a person's machine; 127.0.0.1 is what RFC 8252 recommends.";
                let clause = Clause::standard("RFC 8252 §8.3");
                all.push(Remark::new(
                    field,
                    "redirect_localhost_name",
                    clause,
                    message,
                ));
            }
        }
        "http" => {
            let message = "For development on this machine only: production takes https. The string is compared exactly, so \
                           another port, and localhost against 127.0.0.1, is another URI.";
            all.push(Remark::new(
                field,
                "redirect_http_loopback",
                SECURITY,
                message,
            ));
        }
        "https" => {}
        _ if matches!(app_type, AppType::Web | AppType::Spa) => {
            let message = "A scheme of its own opens an app on a device; a page or a server is not reached by it.";
            all.push(Remark::new(
                field,
                "redirect_scheme_for_page",
                SECURITY,
                message,
            ));
        }
        _ => {}
    }
}

fn scopes(new: &NewApp, profile: Profile, all: &mut Vec<Remark>) {
    let known: Vec<&Scope> = new.scopes.iter().filter_map(|name| find(name)).collect();
    let names = |keep: fn(&Scope) -> bool| {
        let names: Vec<&str> = known
            .iter()
            .filter(|scope| keep(scope))
            .map(|scope| scope.name)
            .collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    if new.baa_status != BaaStatus::Signed
        && let Some(names) = names(|scope| scope.phi)
    {
        let clause = Clause::documented("/connect/errors invalid_scope");
        let message = format!(
            "Protected health information ({names}): asking for it is refused with invalid_scope until the app's BAA is \
             signed. In production that takes 1 to 3 business days; here it is one press."
        );
        all.push(Remark::new("scopes", "scope_needs_baa", clause, message));
    }
    if let Some(names) = names(|scope| scope.standing == Standing::Assumed && !scope.machine_only) {
        let clause = Clause::assumed("the public scope page is cut");
        let message = format!("No page names {names}: in production they may be called otherwise.");
        all.push(Remark::new("scopes", "scope_assumed", clause, message));
    }
    if known.iter().any(|scope| scope.name == "openid") {
        let message = if profile == Profile::Strict {
            "Every authorization request with openid must send a nonce: this profile refuses it without."
        } else {
            "Send a nonce with openid: the security page requires it, though the quickstarts leave it out. Its absence is a \
             finding here, and refused in the strict profile."
        };
        all.push(Remark::new(
            "scopes",
            "openid_wants_nonce",
            SECURITY,
            message,
        ));
        if new.id_token_alg == IdTokenAlg::EdDsa {
            let clause = Clause::assumed("from the documented members of the JWKS");
            let message = "id_tokens are signed with EdDSA. Libraries that expect RS256 refuse them until they are told, in \
                           production too.";
            all.push(Remark::new(
                "id_token_alg",
                "id_token_eddsa",
                clause,
                message,
            ));
        }
    }
}

fn origins(new: &NewApp, all: &mut Vec<Remark>) {
    if new.app_type == AppType::Spa && new.allowed_origins.is_empty() {
        let origin = new.redirect_uris.iter().find_map(|uri| {
            let url = Url::parse(uri).ok()?;
            matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
        });
        let example = origin.unwrap_or_else(|| "http://localhost:5173".to_owned());
        let message = format!(
            "The browser keeps the page from the token endpoint and the services until the page's origin is listed, for \
             example {example}."
        );
        all.push(Remark::new(
            "allowed_origins",
            "spa_without_origin",
            SECURITY,
            message,
        ));
    }
    if matches!(new.app_type, AppType::Web | AppType::M2m) && !new.allowed_origins.is_empty() {
        let message = "Only a page's own script needs this; a server calls without an origin, and its secret has no place in \
                       a page.";
        all.push(Remark::new(
            "allowed_origins",
            "origin_not_needed",
            SECURITY,
            message,
        ));
    }
}

fn addresses(new: &NewApp, all: &mut Vec<Remark>) {
    if let Some(logo) = &new.logo_uri
        && !logo.starts_with("data:")
    {
        let clause = Clause::assumed("the sandbox asks nothing of other machines");
        let message = "The consent page here does not fetch it and shows the app's initial; a data: picture is shown.";
        all.push(Remark::new("logo_uri", "logo_not_fetched", clause, message));
    }
    let Some(url) = new
        .webhook_url
        .as_deref()
        .and_then(|url| Url::parse(url).ok())
    else {
        return;
    };
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "http" && loopback {
        let clause = Clause::documented("/connect/webhooks");
        let message = "For development on this machine only: production takes https.";
        all.push(Remark::new(
            "webhook_url",
            "webhook_http_loopback",
            clause,
            message,
        ));
    }
    if !loopback {
        let clause = Clause::assumed("the sandbox asks nothing of other machines");
        let message = "The sandbox sends to this machine alone until the host is unlocked.";
        all.push(Remark::new(
            "webhook_url",
            "webhook_other_machine",
            clause,
            message,
        ));
    }
    if !new.scopes.iter().any(|scope| scope.starts_with("read:")) {
        let clause = Clause::assumed("no page says which event needs which scope");
        let message = "An event is sent to apps that hold the read scope of what it is about, and this one asks for none.";
        all.push(Remark::new(
            "webhook_url",
            "webhook_without_scope",
            clause,
            message,
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(app_type: AppType, change: impl FnOnce(&mut NewApp)) -> Vec<(String, &'static str)> {
        let mut new = NewApp {
            redirect_uris: vec!["https://example.com/cb".to_owned()],
            scopes: vec!["profile".to_owned()],
            ..NewApp::new("App", app_type)
        };
        change(&mut new);
        remarks(&new, Profile::Loop)
            .into_iter()
            .map(|remark| (remark.field, remark.code))
            .collect()
    }

    fn of_redirect(app_type: AppType, uri: &str) -> Vec<&'static str> {
        codes(app_type, |app| {
            app.redirect_uris = vec![uri.to_owned()];
            app.allowed_origins = match app_type {
                AppType::Spa => vec!["https://example.com".to_owned()],
                _ => Vec::new(),
            };
        })
        .into_iter()
        .map(|(field, code)| {
            assert_eq!(field, "redirect_uris[0]");
            code
        })
        .collect()
    }

    #[test]
    fn a_plain_app_has_no_remarks() {
        assert_eq!(codes(AppType::Web, |_| {}), []);
    }

    #[test]
    fn what_production_would_not_take_of_a_redirect_uri_is_said() {
        use AppType::{Mobile, Native, Spa, Web};
        for (app_type, uri, expected) in [
            (
                Web,
                "http://localhost:3000/cb",
                &["redirect_http_loopback"][..],
            ),
            (Spa, "http://[::1]:3000/cb", &["redirect_http_loopback"]),
            (Native, "http://127.0.0.1/cb", &["redirect_any_port"]),
            (
                Native,
                "http://localhost/cb",
                &["redirect_any_port", "redirect_localhost_name"],
            ),
            (Mobile, "com.example.app:/cb", &[]),
            (Mobile, "myapp://cb", &["redirect_scheme_not_reverse_dns"]),
            (Web, "com.example.app:/cb", &["redirect_scheme_for_page"]),
            (Web, "http://example.com/cb", &[]),
        ] {
            assert_eq!(of_redirect(app_type, uri), expected, "{app_type:?} {uri}");
        }
    }

    #[test]
    fn scopes_say_what_has_to_come_before_and_what_is_guessed() {
        let of = |scopes: &[&str], baa| {
            codes(AppType::Web, |app| {
                app.scopes = scopes.iter().map(|&name| name.to_owned()).collect();
                app.baa_status = baa;
            })
            .into_iter()
            .map(|(_, code)| code)
            .collect::<Vec<_>>()
        };
        assert_eq!(
            of(&["read:biomarkers"], BaaStatus::Applied),
            ["scope_needs_baa"]
        );
        assert_eq!(of(&["read:biomarkers"], BaaStatus::Signed), [""; 0]);
        assert_eq!(of(&["read:payments"], BaaStatus::None), ["scope_assumed"]);
        assert_eq!(
            of(&["openid"], BaaStatus::None),
            ["openid_wants_nonce", "id_token_eddsa"]
        );
    }

    #[test]
    fn a_page_needs_its_origin_and_a_server_does_not() {
        assert_eq!(
            codes(AppType::Spa, |_| {}),
            [("allowed_origins".to_owned(), "spa_without_origin")]
        );
        let listed = |app: &mut NewApp| app.allowed_origins = vec!["https://a.example".to_owned()];
        assert_eq!(codes(AppType::Spa, listed), []);
        assert_eq!(
            codes(AppType::Web, listed),
            [("allowed_origins".to_owned(), "origin_not_needed")]
        );
    }

    #[test]
    fn addresses_on_other_machines_are_not_asked() {
        let of = |change: fn(&mut NewApp)| {
            codes(AppType::Web, change)
                .into_iter()
                .map(|(_, code)| code)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            of(|app| app.logo_uri = Some("https://a.example/logo.png".to_owned())),
            ["logo_not_fetched"]
        );
        assert_eq!(
            of(|app| app.webhook_url = Some("https://a.example/hook".to_owned())),
            ["webhook_other_machine", "webhook_without_scope"]
        );
        assert_eq!(
            of(|app| {
                app.scopes = vec!["read:follows".to_owned()];
                app.webhook_url = Some("http://localhost:3000/hook".to_owned());
            }),
            ["scope_assumed", "webhook_http_loopback"]
        );
    }
}
