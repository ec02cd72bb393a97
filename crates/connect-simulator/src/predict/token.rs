//! `POST /v1/oauth/token`: the form, the grant type, the client, then what the grant itself asks for.

use connect_core::domain::standing::Clause;

use super::app::{authenticated, form};
use super::message::Message;
use super::rule::{Foreseen, refused};
use super::{Situation, code, refresh};

/// What will come of it; none when a credential is involved that this session has not seen.
pub(super) fn judge(message: &Message<'_>, now: &Situation<'_>) -> Option<Foreseen> {
    let params = match form(message) {
        Ok(params) => params,
        Err(stopped) => return Some(*stopped),
    };
    let clause = Clause::documented("/connect/errors unsupported_grant_type; RFC 6749 §5.2");
    let is_refresh = match params.get("grant_type") {
        Some("authorization_code") => false,
        Some("refresh_token") => true,
        None => {
            let because = "`grant_type` is missing.";
            return Some(refused(400, "invalid_request", clause, because));
        }
        Some("client_credentials") => {
            let clause = Clause::documented("/connect/errors");
            let because =
                "client_credentials is not a grant of this endpoint: machines ask at /v1/tokens.";
            return Some(refused(400, "unsupported_grant_type", clause, because));
        }
        Some(_) => {
            let because = "There are two grants here: authorization_code and refresh_token.";
            return Some(refused(400, "unsupported_grant_type", clause, because));
        }
    };
    let app = match authenticated(message, &params, now.session, now.known) {
        Ok(app) => app,
        Err(stopped) => return Some(*stopped),
    };
    if app.is_machine() {
        let clause = Clause::documented("/connect/errors unauthorized_client");
        let because = "A machine has no people and may not use their grants.";
        return Some(refused(400, "unauthorized_client", clause, because));
    }
    if is_refresh {
        refresh::judge(&params, &app, now)
    } else {
        code::judge(&params, &app, now)
    }
}
