//! Issuing: consent becomes a grant and a code; credentials are made and sealed before the writer is asked.

use connect_core::Env;
use connect_core::domain::actor::Actor;
use connect_core::domain::credential::{
    CODE_LIFETIME, Credential, CredentialDetail, CredentialKind, CredentialState,
};
use connect_core::domain::journal::{Kind, Origin, Seq};
use connect_core::domain::secret::SecretText;
use connect_core::id::{ClientId, CredentialId, GrantId, TraceId, UserId};
use connect_core::protocol::scope::ScopeSet;
use connect_store::sealing::Sealer;
use connect_store::{Decision, GrantRow, Keys, Ledger, LedgerUnit, NewCredential};
use serde_json::json;

/// A credential's value with its sealed form and id; the rest is filled in where it is decided.
pub(crate) struct Minted {
    pub(crate) value: SecretText,
    pub(crate) id: CredentialId,
    kind: CredentialKind,
    sealed: Vec<u8>,
}

impl Minted {
    /// A new random credential of `kind` (ruling 31).
    pub(crate) fn new(env: &Env, sealer: &Sealer, kind: CredentialKind) -> Self {
        Self::of(env, sealer, kind, env.secret(kind.prefix()), env.id())
    }

    /// A credential whose value is given, such as a signed token.
    pub(crate) fn of(
        env: &Env,
        sealer: &Sealer,
        kind: CredentialKind,
        value: SecretText,
        id: CredentialId,
    ) -> Self {
        let sealed = sealer.seal(
            value.expose().as_bytes(),
            id.as_str().as_bytes(),
            env.random(),
        );
        Self {
            value,
            id,
            kind,
            sealed,
        }
    }

    /// The row, active, with everything that hangs on the decision still empty.
    pub(crate) fn row(
        &self,
        trace: TraceId,
        issued_by: Seq,
        at: connect_core::Timestamp,
    ) -> NewCredential {
        NewCredential {
            credential: Credential {
                id: self.id.clone(),
                hash: self.value.hash(),
                kind: self.kind,
                state: CredentialState::Active,
                client_id: None,
                user_id: None,
                grant_id: None,
                parent: None,
                root: None,
                scope: ScopeSet::default(),
                issued_at: at,
                expires_at: None,
                ended_at: None,
                trace,
                issued_by,
                detail: CredentialDetail::default(),
            },
            sealed: self.sealed.clone(),
        }
    }
}

/// Consent was given: make or widen the grant, and issue a code.
pub(crate) struct IssueCode {
    pub(crate) origin: Origin,
    pub(crate) user: UserId,
    pub(crate) client: ClientId,
    pub(crate) scope: ScopeSet,
    pub(crate) detail: CredentialDetail,
    pub(crate) grant: GrantId,
    pub(crate) code: Minted,
    /// Nobody was asked, so that the request itself is journalled here and not when its pages began.
    pub(crate) unasked: bool,
}

/// What came of it.
pub(crate) struct CodeIssued {
    pub(crate) grant: GrantId,
}

impl LedgerUnit for IssueCode {
    type Output = CodeIssued;

    fn keys(&self) -> Keys {
        Keys {
            credentials: Vec::new(),
            grants: vec![(self.user.clone(), self.client.clone())],
        }
    }

    fn decide(&self, ledger: &mut Ledger<'_>) -> Decision<CodeIssued> {
        let now = ledger.moment().sandbox;
        let mut origin = self.origin.clone();
        if self.unasked {
            let by_client = Origin {
                actor: Actor::Client(self.client.clone()),
                ..origin.clone()
            };
            let detail = json!({ "client_id": self.client, "scope": self.scope.to_string() });
            origin.cause = Some(ledger.journal(
                &by_client,
                Kind::AuthorizationStarted,
                self.client.as_str(),
                &detail,
            ));
        }
        let known = ledger.grant(&self.user, &self.client).cloned();
        let grant = match known {
            Some(grant) if self.scope.minus(&grant.scope).is_empty() => grant.id,
            known => {
                let (grant, seq) = self.widen(ledger, known, &origin, now);
                origin.cause = Some(seq);
                grant
            }
        };
        let detail = json!({ "client_id": self.client, "user_id": self.user, "grant_id": grant, "scope": self.scope.to_string() });
        let seq = ledger.journal(&origin, Kind::CodeIssued, self.code.id.as_str(), &detail);
        let mut new = self.code.row(self.origin.trace.clone(), seq, now);
        let code = &mut new.credential;
        code.client_id = Some(self.client.clone());
        code.user_id = Some(self.user.clone());
        code.grant_id = Some(grant.clone());
        code.scope = self.scope.clone();
        code.expires_at = Some(now.plus(CODE_LIFETIME));
        code.detail = self.detail.clone();
        ledger.issue(new);
        Decision::plain(CodeIssued { grant })
    }
}

impl IssueCode {
    /// Makes the grant, or adds the new scopes to it.
    fn widen(
        &self,
        ledger: &mut Ledger<'_>,
        known: Option<GrantRow>,
        origin: &Origin,
        now: connect_core::Timestamp,
    ) -> (GrantId, Seq) {
        let (kind, grant, added) = match known {
            Some(grant) => {
                let added = self.scope.minus(&grant.scope);
                let scope = grant.scope.union(&self.scope);
                (
                    Kind::GrantUpdated,
                    GrantRow {
                        scope,
                        updated_at: now,
                        ..grant
                    },
                    added,
                )
            }
            None => (
                Kind::GrantCreated,
                GrantRow {
                    id: self.grant.clone(),
                    client_id: self.client.clone(),
                    user_id: self.user.clone(),
                    scope: self.scope.clone(),
                    created_at: now,
                    updated_at: now,
                },
                self.scope.clone(),
            ),
        };
        let detail =
            json!({ "client_id": self.client, "user_id": self.user, "added": added.to_string() });
        let seq = ledger.journal(origin, kind, grant.id.as_str(), &detail);
        let id = grant.id.clone();
        ledger.put_grant(grant, origin, seq);
        (id, seq)
    }
}
