//! Bearer tokens at every API of the platform: how they are sent, and whether one opens anything (RFC 6750,
//! facts.md §10). Shared by the identity service's account endpoints and the resource services.

use crate::Timestamp;
use crate::domain::credential::{Credential, CredentialKind, CredentialState};
use crate::domain::refusal::Refusal;
use crate::domain::secret::SecretText;
use crate::domain::standing::Clause;
use crate::protocol::error::ErrorCode;

/// Takes the token out of the `Authorization` header, the only place it may be in.
///
/// `elsewhere` says that an `access_token` parameter was sent as well (query string or form body).
pub fn from_header(authorization: &[&str], elsewhere: bool) -> Result<SecretText, Refusal> {
    let clause = Clause::standard("RFC 6750 §2, §3.1");
    if authorization.len() > 1 || (elsewhere && !authorization.is_empty()) {
        return Err(Refusal::new(
            "token_in_one_place",
            ErrorCode::MalformedRequest,
            "The access token was sent in more than one place",
            clause,
        )
        .expected("one `Authorization: Bearer` header")
        .received(if elsewhere {
            "a header and an `access_token` parameter"
        } else {
            "several Authorization headers"
        })
        .fix("Keep the Authorization header and remove the other."));
    }
    if elsewhere {
        return Err(Refusal::new(
            "token_in_header",
            ErrorCode::Unauthenticated,
            "The access token must be sent in the Authorization header",
            clause,
        )
        .expected("`Authorization: Bearer lph_at_…`")
        .received("an `access_token` parameter")
        .fix("Move the token into the Authorization header: URLs end up in logs."));
    }
    let Some(header) = authorization.first() else {
        return Err(Refusal::new(
            "token_present",
            ErrorCode::Unauthenticated,
            "An access token is required",
            Clause::documented("/reference/errors unauthenticated"),
        )
        .expected("`Authorization: Bearer lph_at_…`")
        .received("no Authorization header")
        .fix("Send the access token of the token answer."));
    };
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        let scheme: String = scheme
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(20)
            .collect();
        return Err(Refusal::new(
            "token_present",
            ErrorCode::Unauthenticated,
            "A Bearer token is required",
            Clause::documented("/connect/tokens"),
        )
        .expected("`Authorization: Bearer lph_at_…`")
        .received(if token.is_empty() {
            "a scheme without a token".to_owned()
        } else {
            format!("the scheme {scheme}")
        })
        .fix("Write `Bearer`, one space, and the access token."));
    }
    Ok(SecretText::new(token))
}

/// Whether what was found for a bearer token opens anything at `now`. Access tokens do, and machine tokens where
/// `machines` are let in.
pub fn judge<'c>(
    token: &SecretText,
    found: Option<&'c Credential>,
    now: Timestamp,
    machines: bool,
) -> Result<&'c Credential, Refusal> {
    let refuse = |check, description: &'static str| {
        Refusal::new(
            check,
            ErrorCode::InvalidToken,
            description,
            Clause::documented("/reference/errors invalid_token; RFC 6750 §3.1"),
        )
    };
    let Some(credential) = found else {
        let looks = match token.expose() {
            text if text.starts_with("lph_at_") => {
                "a value shaped like an access token, but never issued here"
            }
            text if text.starts_with("lph_rt_") => "a value shaped like a refresh token",
            text if text.starts_with("eyJ") => {
                "a JWT: an id_token is for the app alone and opens no API"
            }
            _ => "a value that no token of this sandbox looks like",
        };
        return Err(refuse("token_known", "The access token is not known")
            .expected("an access token issued by this sandbox")
            .received(looks)
            .fix("Send `access_token` of the token answer. Tokens of production or another workspace are not known here."));
    };
    let machine = credential.kind == CredentialKind::M2mToken;
    if credential.kind != CredentialKind::AccessToken && !(machine && machines) {
        let fix = if machine {
            "A machine's token speaks for no person; use the authorization code flow."
        } else {
            "Send `access_token` of the token answer instead."
        };
        return Err(
            refuse("token_is_access_token", "The token is not an access token")
                .expected("an access token (`lph_at_…`)")
                .received(format!(
                    "a credential of the kind {}",
                    credential.kind.as_str()
                ))
                .fix(fix),
        );
    }
    let at = |moment: Option<Timestamp>| {
        moment.map_or_else(String::new, |moment| format!(" at {moment}"))
    };
    match credential.state_at(now) {
        CredentialState::Active => Ok(credential),
        CredentialState::Expired => Err(refuse("token_unexpired", "The access token has expired")
            .expected("a token within its life (1 hour unless the app sets less)")
            .received(format!("a token that expired{}", at(credential.expires_at)))
            .fix("Refresh, and retry once with the new access token.")),
        state => Err(refuse("token_unrevoked", "The access token was revoked")
            .expected("an active token")
            .received(format!("a token that became {}{}", state.as_str(), at(credential.ended_at)))
            .fix("The journal says who revoked it and why. Refresh once; if that fails too, the person has to connect the app again.")),
    }
}

/// Whether the token holds `scope`. The refusal's challenge must name the scope (ruling 1).
pub fn holds(credential: &Credential, scope: &str) -> Result<(), Refusal> {
    if credential.scope.allows(scope) {
        return Ok(());
    }
    Err(Refusal::new(
        "scope_held",
        ErrorCode::InsufficientScope,
        "The access token lacks a scope",
        Clause::documented("/reference/errors insufficient_scope"),
    )
    .expected(format!("`{scope}`"))
    .received(format!("{}", credential.scope))
    .fix("Send the person through the flow again and ask for the missing scope too."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_taken_from_one_place_only() {
        assert!(from_header(&["Bearer abc"], false).is_ok());
        assert!(from_header(&["bearer abc"], false).is_ok());
        let check = |headers: &[&str], elsewhere| {
            from_header(headers, elsewhere).expect_err("refused").check
        };
        assert_eq!(check(&["Bearer abc"], true), "token_in_one_place");
        assert_eq!(
            check(&["Bearer a", "Bearer b"], false),
            "token_in_one_place"
        );
        assert_eq!(check(&[], true), "token_in_header");
        assert_eq!(check(&[], false), "token_present");
        assert_eq!(check(&["Basic abc"], false), "token_present");
        assert_eq!(check(&["Bearer"], false), "token_present");
    }
}
