//! The token ledger: issuing, redeeming and rotating, many requests to a statement.
//!
//! A [`LedgerUnit`] says which rows it needs and then decides, without waiting, on an overlay of those rows. The engine
//! loads the rows of a whole group in two statements, lets every unit decide in turn (each sees what those before it
//! did), and writes what came of it with one statement for each table. A unit decides again if the group has to be run
//! one by one, so [`LedgerUnit::decide`] must not keep anything between runs.

use std::collections::{BTreeMap, HashMap};

use connect_core::domain::credential::{
    Credential, CredentialKind, CredentialState, InvalidTransition,
};
use connect_core::domain::journal::{Kind, Origin, Seq};
use connect_core::domain::secret::CredentialHash;
use connect_core::id::{ClientId, CredentialId, GrantId, UserId};
use connect_core::protocol::scope::ScopeSet;
use connect_core::{Env, Moment, Timestamp};
use serde_json::Value;
use tokio::sync::oneshot;

use super::tx::WorldTx;
use crate::error::StoreError;
use crate::{alerts, credentials, grants};

/// A decision about credentials and grants.
pub trait LedgerUnit: Send + 'static {
    /// What the caller gets once it is committed.
    type Output: Send + 'static;
    /// The rows it needs.
    fn keys(&self) -> Keys;
    /// Decides. Changes go through `ledger`; a refusal is an output like any other and must come before any change.
    fn decide(&self, ledger: &mut Ledger<'_>) -> Decision<Self::Output>;
}

/// Rows to load.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// Credentials by hash. With a code, and with a refresh token that was rotated, comes its grant's active refresh
    /// token.
    pub credentials: Vec<CredentialHash>,
    /// Active grants by persona and app, with their active refresh tokens.
    pub grants: Vec<(UserId, ClientId)>,
}

/// What a unit decided.
#[derive(Debug)]
pub struct Decision<T> {
    /// For the caller.
    pub output: T,
    /// A consequence that reaches rows beyond those loaded.
    pub cascade: Option<Cascade>,
}

impl<T> Decision<T> {
    /// A decision without further consequence.
    pub const fn plain(output: T) -> Self {
        Self {
            output,
            cascade: None,
        }
    }
}

/// A consequence that reaches many rows.
#[derive(Debug, Clone)]
pub enum Cascade {
    /// Everything that came from one code dies (ruling 4).
    RevokeFamily {
        /// The code.
        root: CredentialId,
        /// Where it comes from; `cause` is the entry that says the code was replayed.
        origin: Origin,
    },
    /// The grant dies with every token of it, and the person is told (ruling 3).
    RevokeGrant {
        /// The grant.
        grant: GrantId,
        /// Where it comes from; `cause` is the entry that says why.
        origin: Origin,
        /// What the person is told.
        alert: Option<alerts::NewAlert>,
    },
}

/// A credential to be inserted, with its sealed value.
#[derive(Debug, Clone)]
pub struct NewCredential {
    /// The row.
    pub credential: Credential,
    /// The value, sealed.
    pub sealed: Vec<u8>,
}

/// A grant, as the ledger needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// Its id.
    pub id: GrantId,
    /// The app.
    pub client_id: ClientId,
    /// The persona.
    pub user_id: UserId,
    /// What was consented to.
    pub scope: ScopeSet,
    /// First consent.
    pub created_at: Timestamp,
    /// Last change of scope.
    pub updated_at: Timestamp,
}

struct Held {
    new: NewCredential,
    change: Change,
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Change {
    None,
    Ended,
    Issued,
}

/// The overlay that units decide on.
pub struct Ledger<'tx> {
    tx: &'tx mut WorldTx,
    at: Moment,
    rows: HashMap<CredentialHash, Held>,
    /// In the order they were issued: ids are in a map that forgets it.
    issued: Vec<CredentialHash>,
    active_refresh: HashMap<GrantId, CredentialHash>,
    grants: HashMap<(UserId, ClientId), GrantRow>,
    grants_changed: BTreeMap<GrantId, (GrantRow, grants::Provenance)>,
    grants_used: BTreeMap<GrantId, i64>,
}

impl Ledger<'_> {
    /// The moment of the decision.
    #[must_use]
    pub const fn moment(&self) -> Moment {
        self.at
    }

    /// A loaded or newly issued credential.
    #[must_use]
    pub fn credential(&self, hash: &CredentialHash) -> Option<&Credential> {
        self.rows.get(hash).map(|held| &held.new.credential)
    }

    /// The active refresh token of a grant.
    #[must_use]
    pub fn active_refresh(&self, grant: &GrantId) -> Option<&Credential> {
        self.credential(self.active_refresh.get(grant)?)
    }

    /// The active grant of a persona for an app.
    #[must_use]
    pub fn grant(&self, user: &UserId, client: &ClientId) -> Option<&GrantRow> {
        self.grants.get(&(user.clone(), client.clone()))
    }

    /// Ends an active credential.
    ///
    /// # Errors
    /// When it is not active (as written; time is the caller's to judge) or was not loaded.
    pub fn end(
        &mut self,
        hash: &CredentialHash,
        to: CredentialState,
    ) -> Result<(), InvalidTransition> {
        let missing = InvalidTransition {
            from: CredentialState::Expired,
            to,
        };
        let held = self.rows.get_mut(hash).ok_or(missing)?;
        let credential = &mut held.new.credential;
        credential.state = credential.state.end_as(to)?;
        credential.ended_at = Some(self.at.sandbox);
        if held.change == Change::None {
            held.change = Change::Ended;
        }
        if let Some(grant) = &credential.grant_id
            && self.active_refresh.get(grant) == Some(hash)
        {
            self.active_refresh.remove(grant);
        }
        Ok(())
    }

    /// Adds a credential.
    pub fn issue(&mut self, new: NewCredential) {
        let hash = new.credential.hash;
        if new.credential.kind == CredentialKind::RefreshToken
            && let Some(grant) = &new.credential.grant_id
        {
            self.active_refresh.insert(grant.clone(), hash);
        }
        self.issued.push(hash);
        self.rows.insert(
            hash,
            Held {
                new,
                change: Change::Issued,
            },
        );
    }

    /// Adds a grant, or writes its new scope.
    pub fn put_grant(&mut self, grant: GrantRow, origin: &Origin, issued_by: Seq) {
        let provenance = grants::Provenance {
            trace: origin.trace.clone(),
            issued_by,
        };
        self.grants_changed
            .insert(grant.id.clone(), (grant.clone(), provenance));
        self.grants
            .insert((grant.user_id.clone(), grant.client_id.clone()), grant);
    }

    /// Notes that a grant was used now.
    pub fn use_grant(&mut self, grant: &GrantId) {
        self.grants_used
            .insert(grant.clone(), self.at.sandbox.as_millis());
    }

    /// Writes a journal entry at the moment of the decision.
    pub fn journal(&mut self, origin: &Origin, kind: Kind, subject: &str, detail: &Value) -> Seq {
        self.tx.journal_at(self.at, origin, kind, subject, detail)
    }

    async fn load<'tx>(
        tx: &'tx mut WorldTx,
        at: Moment,
        keys: &Keys,
    ) -> Result<Ledger<'tx>, StoreError> {
        let mut loaded = credentials::by_hashes(tx.connection(), &keys.credentials).await?;
        let mut grant_rows = Vec::new();
        if !keys.grants.is_empty() {
            grant_rows = grants::active_by_pairs(tx.connection(), &keys.grants).await?;
        }
        // One that was rotated may be presented again within a grace period, and its successor then makes room.
        let wants_active = |row: &&Credential| match row.kind {
            CredentialKind::Code => true,
            CredentialKind::RefreshToken => row.state == CredentialState::Rotated,
            _ => false,
        };
        let wanted = loaded.iter().filter(wants_active);
        let wanted: Vec<&GrantId> = wanted.filter_map(|row| row.grant_id.as_ref()).collect();
        if !wanted.is_empty() {
            let refresh = credentials::active_refresh_of(tx.connection(), &wanted).await?;
            loaded.extend(refresh);
        }
        let mut ledger = Ledger {
            tx,
            at,
            rows: HashMap::with_capacity(loaded.len() * 3),
            issued: Vec::new(),
            active_refresh: HashMap::new(),
            grants: HashMap::new(),
            grants_changed: BTreeMap::new(),
            grants_used: BTreeMap::new(),
        };
        for credential in loaded {
            if credential.kind == CredentialKind::RefreshToken
                && credential.state == CredentialState::Active
                && let Some(grant) = &credential.grant_id
            {
                ledger.active_refresh.insert(grant.clone(), credential.hash);
            }
            let new = NewCredential {
                credential,
                sealed: Vec::new(),
            };
            ledger.rows.insert(
                new.credential.hash,
                Held {
                    new,
                    change: Change::None,
                },
            );
        }
        for grant in grant_rows {
            ledger
                .grants
                .insert((grant.user_id.clone(), grant.client_id.clone()), grant);
        }
        Ok(ledger)
    }

    /// Leaves what was decided with the transaction, to be written.
    fn settle(self) {
        let Ledger {
            tx,
            rows,
            issued,
            grants_changed,
            grants_used,
            ..
        } = self;
        let pending = &mut tx.pending;
        pending.ended.extend(
            rows.values()
                .filter(|held| held.change == Change::Ended)
                .map(|held| credentials::ended_row(&held.new.credential)),
        );
        pending.granted.extend(
            grants_changed
                .values()
                .map(|(grant, provenance)| grants::row(grant, provenance)),
        );
        pending.used.extend(
            grants_used
                .iter()
                .map(|(grant, at)| grants::used_row(grant, *at)),
        );
        pending.issued.extend(
            issued
                .iter()
                .filter_map(|hash| rows.get(hash))
                .map(|held| credentials::new_row(&held.new)),
        );
    }
}

/// A unit in the writer's queue, its type forgotten.
pub(crate) trait ErasedUnit: Send {
    fn keys(&self) -> Keys;
    fn decide(&mut self, ledger: &mut Ledger<'_>) -> Option<Cascade>;
    fn finish(self: Box<Self>, committed: Result<(), String>);
}

pub(crate) struct PendingUnit<U: LedgerUnit> {
    unit: U,
    output: Option<U::Output>,
    reply: oneshot::Sender<Result<U::Output, StoreError>>,
}

impl<U: LedgerUnit> PendingUnit<U> {
    pub(crate) const fn new(
        unit: U,
        reply: oneshot::Sender<Result<U::Output, StoreError>>,
    ) -> Self {
        Self {
            unit,
            output: None,
            reply,
        }
    }
}

impl<U: LedgerUnit> ErasedUnit for PendingUnit<U> {
    fn keys(&self) -> Keys {
        self.unit.keys()
    }

    fn decide(&mut self, ledger: &mut Ledger<'_>) -> Option<Cascade> {
        let decision = self.unit.decide(ledger);
        self.output = Some(decision.output);
        decision.cascade
    }

    fn finish(self: Box<Self>, committed: Result<(), String>) {
        let answer = match (committed, self.output) {
            (Ok(()), Some(output)) => Ok(output),
            (Ok(()), None) => Err(StoreError::Commit("the unit was not run".into())),
            (Err(why), _) => Err(StoreError::Commit(why)),
        };
        let _ = self.reply.send(answer);
    }
}

/// Runs units in order, sharing statements between them up to the next cascade. What they decided is pending afterwards.
pub(crate) async fn run(
    tx: &mut WorldTx,
    env: &Env,
    units: &mut [Box<dyn ErasedUnit>],
) -> Result<(), StoreError> {
    let mut next = 0;
    while next < units.len() {
        let mut keys = Keys::default();
        for unit in &units[next..] {
            let more = unit.keys();
            keys.credentials.extend(more.credentials);
            keys.grants.extend(more.grants);
        }
        let mut ledger = Ledger::load(tx, env.moment(), &keys).await?;
        let mut cascade = None;
        while next < units.len() && cascade.is_none() {
            cascade = units[next].decide(&mut ledger);
            next += 1;
        }
        ledger.settle();
        let Some(cascade) = cascade else { continue };
        tx.flush().await?;
        match cascade {
            Cascade::RevokeFamily { root, origin } => {
                credentials::revoke_family(tx, &origin, &root).await?;
            }
            Cascade::RevokeGrant {
                grant,
                origin,
                alert,
            } => {
                grants::revoke(tx, &origin, &grant, alert).await?;
            }
        }
    }
    Ok(())
}
