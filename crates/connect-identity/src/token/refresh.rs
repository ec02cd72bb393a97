//! The refresh_token grant: every refresh rotates, and reuse kills the grant (facts.md §5, ruling 3).

use std::time::Duration;

use connect_core::Timestamp;
use connect_core::domain::actor::Actor;
use connect_core::domain::credential::{
    Credential, CredentialKind, CredentialState, REFRESH_TOKEN_LIFETIME,
};
use connect_core::domain::journal::{Kind, Origin, Seq};
use connect_core::domain::refusal::Refusal;
use connect_core::domain::secret::CredentialHash;
use connect_core::domain::standing::Clause;
use connect_core::id::{AlertId, ClientId};
use connect_core::protocol::error::ErrorCode;
use connect_core::protocol::form::Params;
use connect_core::protocol::scope::{ScopeError, ScopeSet};
use connect_store::alerts::NewAlert;
use connect_store::clients::ClientRecord;
use connect_store::journal::ending;
use connect_store::{Cascade, Decision, Keys, Ledger, LedgerUnit};
use serde_json::json;

use super::{Issued, id_token, invalid_grant};
use crate::Identity;
use crate::call::{Call, Failure};
use crate::issue::Minted;

/// A refresh token with what was sent beside it.
struct Refresh {
    origin: Origin,
    token: CredentialHash,
    client: ClientId,
    client_name: String,
    asked: Option<ScopeSet>,
    access: Minted,
    successor: Minted,
    access_lifetime: Duration,
    grace: Duration,
    alert: AlertId,
}

/// Whether the refresh succeeded, and what is known either way.
struct Outcome {
    verdict: Result<ScopeSet, Box<Refusal>>,
    passed: Vec<&'static str>,
    token: Option<Credential>,
    seq: Option<Seq>,
}

pub(super) async fn grant(
    identity: &Identity,
    call: &Call,
    params: &Params,
    client: &ClientRecord,
) -> Result<Issued, Failure> {
    let token = call.check(
        "refresh_token_present",
        params.get("refresh_token").ok_or_else(missing),
    )?;
    let asked = params
        .get("scope")
        .map(ScopeSet::parse)
        .transpose()
        .map_err(|error| bad_scope(&error));
    let asked = call.check("scopes_exist", asked)?;
    let sealer = identity.vault.sealer().await?;
    let access = Minted::new(&identity.env, &sealer, CredentialKind::AccessToken);
    let refresh = Minted::new(&identity.env, &sealer, CredentialKind::RefreshToken);
    let (access_value, refresh_value) = (access.value.clone(), refresh.value.clone());
    let hash = CredentialHash::of(token);
    let settings = identity.settings.get();
    let unit = Refresh {
        origin: call.origin(
            Actor::Client(client.client.id.clone()),
            identity.env.id(),
            None,
        ),
        token: hash,
        client: client.client.id.clone(),
        client_name: client.client.name.clone(),
        asked,
        access,
        successor: refresh,
        access_lifetime: client.client.access_token_lifetime,
        grace: Duration::from_secs(u64::from(settings.refresh_grace_seconds)),
        alert: identity.env.id(),
    };
    let outcome = identity.world.ledger(unit).await?;
    call.exchange.note(|notes| {
        notes.checks.extend(&outcome.passed);
        if let Some(token) = &outcome.token {
            notes.credentials.push(hash);
            notes.trace = Some(token.trace.clone());
            notes.cause = Some(token.issued_by);
            notes.user.clone_from(&token.user_id);
            notes.grant.clone_from(&token.grant_id);
        }
    });
    let scope = match (outcome.verdict, &outcome.token) {
        (Ok(scope), _) => scope,
        (Err(refusal), Some(token)) if refusal.check == REVOKED => {
            return Err(ending::explain(&identity.world, *refusal, token)
                .await?
                .into());
        }
        (Err(refusal), _) => return Err((*refusal).into()),
    };
    let Some(token) = outcome.token else {
        return Err(missing().into());
    };
    call.exchange.note(|notes| {
        notes
            .credentials
            .extend([access_value.hash(), refresh_value.hash()]);
    });
    let origin = call.origin(Actor::System, token.trace.clone(), outcome.seq);
    let id_token = id_token::sign(
        identity,
        client,
        &Credential {
            scope: scope.clone(),
            ..token
        },
        &origin,
    )
    .await?;
    Ok(Issued {
        access: access_value,
        refresh: refresh_value,
        expires_in: client.client.access_token_lifetime.as_secs(),
        scope: scope.to_string(),
        id_token,
    })
}

impl LedgerUnit for Refresh {
    type Output = Outcome;

    fn keys(&self) -> Keys {
        Keys {
            credentials: vec![self.token],
            grants: Vec::new(),
        }
    }

    fn decide(&self, ledger: &mut Ledger<'_>) -> Decision<Outcome> {
        let now = ledger.moment().sandbox;
        let found = ledger.credential(&self.token).cloned();
        let mut passed = Vec::new();
        let successor = found
            .as_ref()
            .and_then(|token| within_grace(ledger, token, now, self.grace));
        let verdict = self.check(found.as_ref(), now, successor.is_some(), &mut passed);
        let reused =
            matches!(&verdict, Err(refusal) if refusal.check == "refresh_token_not_rotated");
        let mut outcome = Outcome {
            verdict,
            passed,
            token: found.clone(),
            seq: None,
        };
        let Some(token) = found else {
            return Decision::plain(outcome);
        };
        let origin = Origin {
            at: ledger.moment(),
            trace: token.trace.clone(),
            cause: Some(token.issued_by),
            ..self.origin.clone()
        };
        if let Ok(scope) = &outcome.verdict {
            outcome.seq = Some(self.rotate(ledger, &token, successor.as_ref(), scope, &origin));
            return Decision::plain(outcome);
        }
        let cascade = reused.then(|| self.reuse(ledger, &token, origin)).flatten();
        Decision {
            output: outcome,
            cascade,
        }
    }
}

impl Refresh {
    fn check(
        &self,
        token: Option<&Credential>,
        now: Timestamp,
        in_grace: bool,
        passed: &mut Vec<&'static str>,
    ) -> Result<ScopeSet, Box<Refusal>> {
        let token = token.ok_or_else(|| Box::new(unknown()))?;
        if token.kind != CredentialKind::RefreshToken {
            return Err(Box::new(not_a_refresh_token(token.kind)));
        }
        passed.push("refresh_token_known");
        if token.client_id.as_ref() != Some(&self.client) {
            return Err(Box::new(other_client()));
        }
        passed.push("refresh_token_of_this_client");
        match token.state_at(now) {
            CredentialState::Active => {}
            CredentialState::Rotated if in_grace => {}
            CredentialState::Rotated => return Err(Box::new(rotated(token))),
            CredentialState::Replaced => return Err(Box::new(replaced(token))),
            CredentialState::Expired => return Err(Box::new(expired(token))),
            state => return Err(Box::new(ended(token, state))),
        }
        passed.extend(["refresh_token_not_rotated", "refresh_token_unexpired"]);
        let scope = match &self.asked {
            None => token.scope.clone(),
            Some(asked) => {
                let more = asked.minus(&token.scope);
                if !more.is_empty() {
                    return Err(Box::new(more_scope(&token.scope, &more)));
                }
                asked.clone()
            }
        };
        passed.push("scopes_within_grant");
        Ok(scope)
    }

    /// Issues the tokens that follow `token`. `before`: what followed it first, when it is presented once more within
    /// the grace period; nobody has used that, so it counts as replaced and not as rotated.
    fn rotate(
        &self,
        ledger: &mut Ledger<'_>,
        token: &Credential,
        before: Option<&Credential>,
        scope: &ScopeSet,
        origin: &Origin,
    ) -> Seq {
        let now = ledger.moment().sandbox;
        let mut detail = json!({
            "client_id": token.client_id, "user_id": token.user_id, "grant_id": token.grant_id,
            "access_token": self.access.id, "refresh_token": self.successor.id,
        });
        if let Some(before) = before {
            detail["instead_of"] = json!(before.id);
        }
        let seq = ledger.journal(
            origin,
            Kind::RefreshTokenRotated,
            token.id.as_str(),
            &detail,
        );
        // The checks have just found the one or the other active.
        let _ = match before {
            Some(before) => ledger.end(&before.hash, CredentialState::Replaced),
            None => ledger.end(&token.hash, CredentialState::Rotated),
        };
        if let Some(grant) = &token.grant_id {
            ledger.use_grant(grant);
        }
        let parts = [
            (&self.access, self.access_lifetime, scope),
            (&self.successor, REFRESH_TOKEN_LIFETIME, &token.scope),
        ];
        for (minted, lifetime, scope) in parts {
            let mut new = minted.row(token.trace.clone(), seq, now);
            let credential = &mut new.credential;
            credential.client_id.clone_from(&token.client_id);
            credential.user_id.clone_from(&token.user_id);
            credential.grant_id.clone_from(&token.grant_id);
            credential.parent = Some(token.id.clone());
            credential.root.clone_from(&token.root);
            credential.scope = scope.clone();
            credential.expires_at = Some(now.plus(lifetime));
            credential.detail = token.detail.clone();
            ledger.issue(new);
        }
        seq
    }

    fn reuse(
        &self,
        ledger: &mut Ledger<'_>,
        token: &Credential,
        origin: Origin,
    ) -> Option<Cascade> {
        let (grant, user) = (token.grant_id.clone()?, token.user_id.clone()?);
        let detail = json!({ "client_id": self.client, "grant_id": grant });
        let seq = ledger.journal(
            &origin,
            Kind::RefreshTokenReused,
            token.id.as_str(),
            &detail,
        );
        let alert = NewAlert {
            id: self.alert.clone(),
            user_id: user,
            kind: "refresh_token_reused",
            message: format!(
                "{} used an access key that had already been replaced. It may have been copied, so we disconnected the app. Connect it again if you trust it.",
                self.client_name
            ),
        };
        Some(Cascade::RevokeGrant {
            grant,
            origin: Origin {
                cause: Some(seq),
                ..origin
            },
            alert: Some(alert),
        })
    }
}

/// What followed `token`, when it was rotated less than `grace` ago and nothing has happened since: neither was its
/// successor used, nor a new run of the flow made, nor the grant revoked.
fn within_grace(
    ledger: &Ledger<'_>,
    token: &Credential,
    now: Timestamp,
    grace: Duration,
) -> Option<Credential> {
    let ended = token.ended_at?;
    let next = ledger.active_refresh(token.grant_id.as_ref()?)?;
    let is_in_time = token.state == CredentialState::Rotated && now < ended.plus(grace);
    (is_in_time && next.parent.as_ref() == Some(&token.id)).then(|| next.clone())
}

/// The check that a token fails which somebody revoked.
const REVOKED: &str = "refresh_token_not_revoked";

const GRANT: Clause = Clause::documented("/connect/errors invalid_grant; RFC 6749 §6");

fn missing() -> Refusal {
    Refusal::new(
        "refresh_token_present",
        ErrorCode::InvalidRequest,
        "refresh_token is missing",
        Clause::documented("Connect quickstart, step 6"),
    )
    .expected("`refresh_token`")
    .received("no `refresh_token`")
    .fix("Send the refresh token of the last token answer.")
}

fn bad_scope(error: &ScopeError) -> Refusal {
    Refusal::new(
        "scopes_exist",
        ErrorCode::InvalidScope,
        "A requested scope does not exist",
        Clause::standard("RFC 6749 §6"),
    )
    .expected("scopes of the catalogue, separated by spaces")
    .received(error.to_string())
    .fix("Leave `scope` out: a refresh then keeps what was granted.")
}

fn unknown() -> Refusal {
    invalid_grant("refresh_token_known", "The refresh token is unknown", GRANT)
        .expected("a refresh token issued by this sandbox")
        .received("a value that was never issued here")
        .fix("Send the newest `refresh_token` (`lph_rt_…`) this sandbox gave you; tokens of production or another workspace are not known here.")
}

fn not_a_refresh_token(kind: CredentialKind) -> Refusal {
    invalid_grant(
        "refresh_token_known",
        "The value is not a refresh token",
        GRANT,
    )
    .expected("a refresh token (`lph_rt_…`)")
    .received(format!("a credential of the kind {}", kind.as_str()))
    .fix("Store access and refresh token apart, and send the refresh token here.")
}

fn other_client() -> Refusal {
    invalid_grant(
        "refresh_token_of_this_client",
        "The refresh token was issued to another client",
        GRANT,
    )
    .expected("a refresh token of this client_id")
    .received("a refresh token of another app")
    .fix("Use the client_id the token was issued to.")
}

fn at(token: &Credential) -> String {
    token
        .ended_at
        .map_or_else(String::new, |at| format!(" at {at}"))
}

fn rotated(token: &Credential) -> Refusal {
    invalid_grant(
        "refresh_token_not_rotated",
        "The refresh token was used before; the whole grant is revoked",
        Clause::documented("/connect/tokens; RFC 9700 §4.14.2"),
    )
    .expected("the newest refresh token, which is used once")
    .received(format!("a refresh token that was exchanged for a new one{}", at(token)))
    .fix("Always store the new refresh token before using its access token. Two workers refreshing at once, or a lost answer, are common causes. The person has to connect the app again.")
}

fn replaced(token: &Credential) -> Refusal {
    invalid_grant(
        "refresh_token_not_replaced",
        "The refresh token was replaced by a newer one",
        Clause::documented("/connect/tokens: one active per user and client"),
    )
    .expected("the refresh token of the newest run of the flow")
    .received(format!("a refresh token that another took the place of{}", at(token)))
    .fix("Use the newest refresh token: a new run of the flow makes one, and so does a refresh that is repeated within the grace period. There is one for each person and app; nothing was revoked by this.")
}

fn expired(token: &Credential) -> Refusal {
    let end = token
        .expires_at
        .map_or_else(String::new, |end| format!(" at {end}"));
    invalid_grant(
        "refresh_token_unexpired",
        "The refresh token has expired",
        Clause::documented("/connect/tokens: 90 days from last use"),
    )
    .expected("a refresh token used within the last 90 days")
    .received(format!("a refresh token that expired{end}"))
    .fix("The person has to go through the flow again.")
}

fn ended(token: &Credential, state: CredentialState) -> Refusal {
    invalid_grant(REVOKED, "The refresh token was revoked", GRANT)
        .expected("an active refresh token")
        .received(format!("a refresh token that became {}{}", state.as_str(), at(token)))
        .fix("The person, the app or a replay revoked it: the journal says which. The person has to go through the flow again.")
}

fn more_scope(granted: &ScopeSet, more: &ScopeSet) -> Refusal {
    Refusal::new(
        "scopes_within_grant",
        ErrorCode::InvalidScope,
        "A refresh can not widen the scope",
        Clause::standard("RFC 6749 §6"),
    )
    .expected(format!("at most {granted}"))
    .received(format!("{more} besides"))
    .fix("Send the person through the flow again to ask for more.")
}
