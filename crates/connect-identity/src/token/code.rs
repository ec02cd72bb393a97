//! The authorization_code grant: one code, one exchange (RFC 6749 §4.1.3, RFC 7636 §4.6, ruling 4).

use std::time::Duration;

use connect_core::Timestamp;
use connect_core::domain::actor::Actor;
use connect_core::domain::credential::{
    Credential, CredentialKind, CredentialState, REFRESH_TOKEN_LIFETIME,
};
use connect_core::domain::finding::Finding;
use connect_core::domain::journal::{Kind, Origin, Seq};
use connect_core::domain::refusal::Refusal;
use connect_core::domain::secret::CredentialHash;
use connect_core::domain::standing::Clause;
use connect_core::id::ClientId;
use connect_core::protocol::error::ErrorCode;
use connect_core::protocol::form::Params;
use connect_core::protocol::pkce::{self, Slip};
use connect_store::clients::ClientRecord;
use connect_store::{Cascade, Decision, Keys, Ledger, LedgerUnit};
use serde_json::json;

use super::{Issued, id_token, invalid_grant};
use crate::Identity;
use crate::call::{Call, Failure};
use crate::issue::Minted;

/// A code with what was sent beside it.
struct RedeemCode {
    origin: Origin,
    code: CredentialHash,
    client: ClientId,
    redirect_uri: Option<String>,
    verifier: Option<String>,
    access: Minted,
    refresh: Minted,
    access_lifetime: Duration,
}

/// Whether the exchange succeeded, and what is known either way.
struct Outcome {
    verdict: Result<(), Box<Refusal>>,
    passed: Vec<&'static str>,
    code: Option<Credential>,
    seq: Option<Seq>,
}

pub(super) async fn grant(
    identity: &Identity,
    call: &Call,
    params: &Params,
    client: &ClientRecord,
) -> Result<Issued, Failure> {
    let code = call.check("code_present", params.get("code").ok_or_else(missing))?;
    let verifier = params.get("code_verifier");
    let sealer = identity.vault.sealer().await?;
    let access = Minted::new(&identity.env, &sealer, CredentialKind::AccessToken);
    let refresh = Minted::new(&identity.env, &sealer, CredentialKind::RefreshToken);
    let (access_value, refresh_value) = (access.value.clone(), refresh.value.clone());
    let hash = CredentialHash::of(code);
    let trace = identity.env.id();
    let unit = RedeemCode {
        origin: call.origin(Actor::Client(client.client.id.clone()), trace, None),
        code: hash,
        client: client.client.id.clone(),
        redirect_uri: params.get("redirect_uri").map(str::to_owned),
        verifier: verifier.map(str::to_owned),
        access,
        refresh,
        access_lifetime: client.client.access_token_lifetime,
    };
    let outcome = identity.world.ledger(unit).await?;
    call.exchange.note(|notes| {
        notes.checks.extend(&outcome.passed);
        if let Some(code) = &outcome.code {
            notes.credentials.push(hash);
            notes.trace = Some(code.trace.clone());
            notes.cause = Some(code.issued_by);
            notes.user.clone_from(&code.user_id);
            notes.grant.clone_from(&code.grant_id);
        }
    });
    // What was refused before the verifier was looked at has nothing to do with it.
    if let Some(verifier) = verifier
        && outcome.passed.contains(&"code_verifier_well_formed")
    {
        call.fact("challenge_computed", pkce::challenge(verifier));
    }
    outcome.verdict.map_err(|refusal| Failure::from(*refusal))?;
    let Some(code) = outcome.code else {
        return Err(missing().into());
    };
    call.exchange.note(|notes| {
        notes
            .credentials
            .extend([access_value.hash(), refresh_value.hash()]);
    });
    let asked = code.detail.issuer.as_deref().unwrap_or_default();
    if asked != call.issuer() {
        call.find(Finding::new(
            "issuer_changed",
            format!("The authorization request was addressed to {asked}, the token request to {}. They are two issuers; the id_token names the first.", call.issuer()),
            Clause::assumed("an issuer for each name the sandbox is reached by"),
        ));
    }
    let origin = call.origin(Actor::System, code.trace.clone(), outcome.seq);
    let id_token = id_token::sign(identity, client, &code, &origin).await?;
    Ok(Issued {
        access: access_value,
        refresh: refresh_value,
        expires_in: client.client.access_token_lifetime.as_secs(),
        scope: code.scope.to_string(),
        id_token,
    })
}

impl LedgerUnit for RedeemCode {
    type Output = Outcome;

    fn keys(&self) -> Keys {
        Keys {
            credentials: vec![self.code],
            grants: Vec::new(),
        }
    }

    fn decide(&self, ledger: &mut Ledger<'_>) -> Decision<Outcome> {
        let now = ledger.moment().sandbox;
        let found = ledger.credential(&self.code).cloned();
        let mut passed = Vec::new();
        let checked = self.check(found.as_ref(), now, &mut passed);
        let mut outcome = Outcome {
            verdict: Ok(()),
            passed,
            code: found.clone(),
            seq: None,
        };
        let Some(code) = found else {
            outcome.verdict = checked.map_err(|(refusal, _)| refusal);
            return Decision::plain(outcome);
        };
        let origin = Origin {
            trace: code.trace.clone(),
            cause: Some(code.issued_by),
            ..self.origin.clone()
        };
        match checked {
            Ok(()) => {
                outcome.seq = Some(self.redeem(ledger, &code, &origin, now));
                Decision::plain(outcome)
            }
            Err((refusal, consequence)) => {
                outcome.verdict = Err(refusal);
                Decision {
                    output: outcome,
                    cascade: self.consequence(consequence, ledger, &code, origin),
                }
            }
        }
    }
}

/// What a failed check brings with it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Consequence {
    Nothing,
    /// The code is spent: a failed proof does not open a second guess.
    Burn,
    /// A used code came again: what it had issued dies.
    Replay,
}

type Checked = Result<(), (Box<Refusal>, Consequence)>;

impl RedeemCode {
    fn check(
        &self,
        code: Option<&Credential>,
        now: Timestamp,
        passed: &mut Vec<&'static str>,
    ) -> Checked {
        let refuse = |refusal: Refusal, consequence| Err((Box::new(refusal), consequence));
        let Some(code) = code else {
            return refuse(unknown(), Consequence::Nothing);
        };
        if code.kind != CredentialKind::Code {
            return refuse(not_a_code(code.kind), Consequence::Nothing);
        }
        passed.push("code_known");
        if code.client_id.as_ref() != Some(&self.client) {
            return refuse(other_client(), Consequence::Nothing);
        }
        passed.push("code_of_this_client");
        match code.state_at(now) {
            CredentialState::Active => {}
            CredentialState::Used => return refuse(used(code), Consequence::Replay),
            CredentialState::Expired => return refuse(expired(code, now), Consequence::Nothing),
            state => return refuse(ended(code, state), Consequence::Nothing),
        }
        passed.extend(["code_unused", "code_unexpired"]);
        if self.redirect_uri != code.detail.redirect_uri {
            return refuse(
                other_redirect(code, self.redirect_uri.as_deref()),
                Consequence::Nothing,
            );
        }
        passed.push("redirect_uri_repeated");
        let expected = code.detail.code_challenge.as_deref().unwrap_or_default();
        let Some(verifier) = &self.verifier else {
            return refuse(no_verifier(expected), Consequence::Burn);
        };
        if let Err(flaw) = pkce::check_form(verifier) {
            return refuse(malformed_verifier(&flaw), Consequence::Burn);
        }
        passed.push("code_verifier_well_formed");
        if !pkce::verify(verifier, expected) {
            return refuse(wrong_verifier(expected, verifier), Consequence::Burn);
        }
        passed.push("code_verifier_matches");
        Ok(())
    }

    fn redeem(
        &self,
        ledger: &mut Ledger<'_>,
        code: &Credential,
        origin: &Origin,
        now: Timestamp,
    ) -> Seq {
        let detail = json!({
            "client_id": code.client_id, "user_id": code.user_id, "grant_id": code.grant_id,
            "access_token": self.access.id, "refresh_token": self.refresh.id,
        });
        let seq = ledger.journal(origin, Kind::CodeRedeemed, code.id.as_str(), &detail);
        // The checks have just found it active.
        let _ = ledger.end(&code.hash, CredentialState::Used);
        if let Some(grant) = &code.grant_id {
            let before = ledger
                .active_refresh(grant)
                .map(|old| (old.hash, old.id.clone(), old.trace.clone()));
            if let Some((hash, id, trace)) = before
                && ledger.end(&hash, CredentialState::Replaced).is_ok()
            {
                let of_it = Origin {
                    cause: Some(seq),
                    trace,
                    ..origin.clone()
                };
                ledger.journal(
                    &of_it,
                    Kind::RefreshTokenReplaced,
                    id.as_str(),
                    &json!({ "by": self.refresh.id }),
                );
            }
            ledger.use_grant(grant);
        }
        for (minted, lifetime) in [
            (&self.access, self.access_lifetime),
            (&self.refresh, REFRESH_TOKEN_LIFETIME),
        ] {
            let mut new = minted.row(code.trace.clone(), seq, now);
            let credential = &mut new.credential;
            credential.client_id.clone_from(&code.client_id);
            credential.user_id.clone_from(&code.user_id);
            credential.grant_id.clone_from(&code.grant_id);
            credential.parent = Some(code.id.clone());
            credential.root = Some(code.id.clone());
            credential.scope = code.scope.clone();
            credential.expires_at = Some(now.plus(lifetime));
            credential.detail = id_token::inherited(&code.detail);
            ledger.issue(new);
        }
        seq
    }

    fn consequence(
        &self,
        consequence: Consequence,
        ledger: &mut Ledger<'_>,
        code: &Credential,
        origin: Origin,
    ) -> Option<Cascade> {
        match consequence {
            Consequence::Nothing => None,
            Consequence::Burn => {
                if ledger.end(&code.hash, CredentialState::Revoked).is_ok() {
                    let detail = json!({ "kind": "code", "with": "failed PKCE proof" });
                    ledger.journal(&origin, Kind::CredentialRevoked, code.id.as_str(), &detail);
                }
                None
            }
            Consequence::Replay => {
                let seq = ledger.journal(
                    &origin,
                    Kind::CodeReplayed,
                    code.id.as_str(),
                    &json!({ "client_id": self.client }),
                );
                let origin = Origin {
                    cause: Some(seq),
                    at: ledger.moment(),
                    ..origin
                };
                Some(Cascade::RevokeFamily {
                    root: code.id.clone(),
                    origin,
                })
            }
        }
    }
}

const GRANT: Clause = Clause::documented("/connect/errors invalid_grant; RFC 6749 §4.1.3");
const PKCE: Clause = Clause::standard("RFC 7636 §4.6");

fn missing() -> Refusal {
    Refusal::new("code_present", ErrorCode::InvalidRequest, "code is missing", Clause::documented("Connect quickstart, step 4"))
        .expected("`code`, from the callback")
        .received("no `code`")
        .fix("Send the `code` parameter of the callback URL. If the callback had `error` instead, there is no code.")
}

fn unknown() -> Refusal {
    invalid_grant("code_known", "The authorization code is unknown", GRANT)
        .expected("a code issued by this sandbox")
        .received("a code that was never issued here")
        .fix("Take the `code` from the callback as it is (URL-decoded once), and send it to the sandbox that issued it.")
}

fn not_a_code(kind: CredentialKind) -> Refusal {
    invalid_grant(
        "code_known",
        "The value is not an authorization code",
        GRANT,
    )
    .expected("an authorization code (`lph_ac_…`)")
    .received(format!("a credential of the kind {}", kind.as_str()))
    .fix("Send the `code` of the callback.")
}

fn other_client() -> Refusal {
    invalid_grant(
        "code_of_this_client",
        "The authorization code was issued to another client",
        GRANT,
    )
    .expected("a code issued to this client_id")
    .received("a code of another app")
    .fix("Use the same client_id in the authorization request and in the token request.")
}

fn used(code: &Credential) -> Refusal {
    let at = code
        .ended_at
        .map_or_else(String::new, |at| format!(" at {at}"));
    invalid_grant("code_unused", "The authorization code was used before; the tokens it gave are revoked", Clause::standard("RFC 6749 §4.1.2, §10.5"))
        .expected("a code that is exchanged once")
        .received(format!("a code that was exchanged{at}"))
        .fix("Exchange each code once. A page reload of the callback, a retry after a timeout, or a double render in development are common causes. Start the flow again: the tokens of the first exchange are dead now.")
}

fn expired(code: &Credential, now: Timestamp) -> Refusal {
    let end = code.expires_at.unwrap_or(now);
    invalid_grant(
        "code_unexpired",
        "The authorization code has expired",
        Clause::documented("/connect/glossary: 60 seconds"),
    )
    .expected("an exchange within 60 seconds")
    .received(format!(
        "a code that expired at {end}, {} s ago",
        now.millis_since(end) / 1000
    ))
    .fix("Exchange the code right in the callback handler, and start the flow again.")
}

fn ended(code: &Credential, state: CredentialState) -> Refusal {
    let at = code
        .ended_at
        .map_or_else(String::new, |at| format!(" at {at}"));
    invalid_grant("code_unused", "The authorization code is not valid any more", GRANT)
        .expected("an active code")
        .received(format!("a code that became {}{at}", state.as_str()))
        .fix("Start the flow again. A failed PKCE proof spends the code, and so does revoking the grant.")
}

fn other_redirect(code: &Credential, sent: Option<&str>) -> Refusal {
    invalid_grant(
        "redirect_uri_repeated",
        "redirect_uri is not the one of the authorization request",
        GRANT,
    )
    .expected(code.detail.redirect_uri.clone().unwrap_or_default())
    .received(sent.map_or_else(
        || "no `redirect_uri`".to_owned(),
        |sent| sent.chars().take(600).collect(),
    ))
    .fix("Send the same `redirect_uri` in both requests, character for character.")
}

fn no_verifier(expected: &str) -> Refusal {
    invalid_grant("code_verifier_matches", "code_verifier is missing", PKCE)
        .expected(format!("the verifier behind the challenge {expected}"))
        .received("no `code_verifier`")
        .fix("Keep the verifier with `state` in the session when the flow starts, and send it as `code_verifier`. This code is spent; start again.")
}

fn malformed_verifier(flaw: &pkce::PkceFlaw) -> Refusal {
    invalid_grant("code_verifier_well_formed", "code_verifier is malformed", Clause::standard("RFC 7636 §4.1"))
        .expected("43 to 128 characters of A-Z, a-z, 0-9, - . _ ~")
        .received(flaw.to_string())
        .fix("Make the verifier from 32 random bytes in base64url without padding. This code is spent; start again.")
}

fn wrong_verifier(expected: &str, verifier: &str) -> Refusal {
    let fix = match pkce::slip(verifier, expected) {
        Some(Slip::Same) => {
            "The challenge and the verifier are the same text: either the challenge was sent as the verifier, or the verifier was never hashed. The challenge is BASE64URL(SHA256(verifier)). This code is spent; start again."
        }
        Some(Slip::Hexadecimal | Slip::EncodedHexadecimal) => {
            "The challenge was made of the digest in hexadecimal. Take the 32 bytes of the digest and write those in base64url. This code is spent; start again."
        }
        None => {
            "The verifier is not the one this flow began with: a session that was overwritten by a second tab, or a verifier made anew in the callback, are common causes. This code is spent; start again."
        }
    };
    invalid_grant(
        "code_verifier_matches",
        "code_verifier does not match the code_challenge",
        PKCE,
    )
    .expected(expected)
    .received(pkce::challenge(verifier))
    .fix(fix)
}
