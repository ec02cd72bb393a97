//! One call of an operation, after every check that comes before the operation's own: who calls, with what, when.

use std::sync::Arc;

use bytes::Bytes;
use connect_core::domain::actor::Actor;
use connect_core::domain::app::Person;
use connect_core::domain::credential::Credential;
use connect_core::domain::finding::Finding;
use connect_core::domain::journal::Origin;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_core::{Env, Timestamp};
use connect_store::clients::ClientRecord;
use connect_store::services::Connection;
use connect_store::{ReadConnection, WorldTx};
use connect_wire::ExchangeHandle;
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;

use crate::Services;
use crate::access::idempotency::{self, Key};
use crate::answer::Answer;
use crate::body;
use crate::catalogue::Operation;
use crate::failure::Failure;
use crate::query::Query;

/// On whose behalf a call is made.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A person's, who consented.
    Person(Arc<Person>),
    /// Nobody's: a machine with this brand.
    Machine {
        /// The brand it works in.
        brand: String,
    },
}

/// Who calls.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The token.
    pub credential: Credential,
    /// The app.
    pub client: Arc<ClientRecord>,
    /// On whose behalf.
    pub subject: Subject,
}

/// A call.
pub struct Call {
    pub(crate) services: Arc<Services>,
    pub(crate) exchange: ExchangeHandle,
    pub(crate) operation: &'static Operation,
    pub(crate) path: Vec<(&'static str, String)>,
    pub(crate) query: Query,
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
    pub(crate) caller: Caller,
    pub(crate) key: Option<Key>,
}

impl Call {
    /// The sandbox time that this call is judged by.
    pub(crate) fn now(&self) -> Timestamp {
        self.exchange.started().sandbox
    }

    /// Time, randomness, ids.
    pub(crate) fn env(&self) -> Arc<Env> {
        Arc::clone(&self.services.env)
    }

    /// An open part of the path.
    pub(crate) fn part(&self, name: &str) -> &str {
        self.path
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value)
    }

    /// The brand the call works in.
    pub(crate) fn brand(&self) -> &str {
        match &self.caller.subject {
            Subject::Person(person) => &person.brand_id,
            Subject::Machine { brand } => brand,
        }
    }

    /// The person of the token. Operations whose gate lets only people in may ask.
    pub(crate) fn person(&self) -> Result<Arc<Person>, Failure> {
        match &self.caller.subject {
            Subject::Person(person) => Ok(Arc::clone(person)),
            Subject::Machine { .. } => Err(Refusal::new(
                "token_of_a_person",
                ErrorCode::Forbidden,
                "This operation needs the token of a person",
                Clause::documented("/concepts/auth-model"),
            )
            .expected("an access token from the authorization code flow")
            .received("a machine's token, which speaks for nobody")
            .fix("Send the person through the flow and use the access token you get.")
            .into()),
        }
    }

    /// Where a change made by this call comes from.
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            at: self.exchange.started(),
            actor: Actor::Client(self.caller.client.client.id.clone()),
            trace: self.caller.credential.trace.clone(),
            cause: Some(self.caller.credential.issued_by),
            exchange: Some(self.exchange.id().clone()),
        }
    }

    /// Notes a check that passed.
    pub(crate) fn passed(&self, check: &'static str) {
        self.exchange.note(|notes| notes.passed(check));
    }

    /// Notes a finding.
    pub(crate) fn find(&self, finding: Finding) {
        self.exchange.note(|notes| notes.find(finding));
    }

    /// The request body, which fits its schema.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        body::read(self)
    }

    /// A connection to read from.
    pub(crate) async fn read(&self) -> Result<ReadConnection, Failure> {
        Ok(self.services.world.read().await?)
    }

    /// Changes the world in one unit of work, once for each `Idempotency-Key`: a repeated request gets the first one's
    /// answer, and nothing is done again.
    pub(crate) async fn write<W>(&self, work: W) -> Result<Answer, Failure>
    where
        W: for<'tx> FnOnce(
                &'tx mut WorldTx,
                &'tx Origin,
            ) -> BoxFuture<'tx, Result<Answer, Failure>>
            + Send
            + 'static,
    {
        idempotency::once(self, work).await
    }

    /// Computes an answer from rows without changing them; kept like that of a change when the request carries a key.
    pub(crate) async fn compute<W>(&self, work: W) -> Result<Answer, Failure>
    where
        W: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<Answer, Failure>>
            + Send
            + 'static,
    {
        if self.key.is_none() {
            return work(&mut *self.read().await?).await;
        }
        self.write(move |tx, _| work(connect_store::services::reading(tx)))
            .await
    }
}
