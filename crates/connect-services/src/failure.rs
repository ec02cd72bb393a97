//! Why an operation could not be carried out: the caller's fault as a refusal, ours as a failure of the store.

use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_store::StoreError;
use connect_wire::ExchangeHandle;
use connect_wire::answer::Refused;

use crate::schema::Violation;

/// A failure.
#[derive(Debug)]
pub struct Failure(Cause);

#[derive(Debug)]
enum Cause {
    Refused(Box<Refused>, Vec<Violation>),
    Broken(StoreError),
}

impl Failure {
    /// A refusal with the fields that are at fault.
    pub(crate) fn invalid(refusal: Refusal, violations: Vec<Violation>) -> Self {
        Self(Cause::Refused(Box::new(refusal.into()), violations))
    }

    /// What to answer with. A failure of ours is logged; the log never holds a value of a row.
    pub(crate) fn into_refused(self, exchange: &ExchangeHandle) -> (Refused, Vec<Violation>) {
        match self.0 {
            Cause::Refused(refused, violations) => (*refused, violations),
            Cause::Broken(error) => {
                tracing::error!(exchange = %exchange.id(), %error, "a request could not be answered");
                (broken(&error).into(), Vec::new())
            }
        }
    }
}

fn broken(error: &StoreError) -> Refusal {
    Refusal::new(
        "sandbox_works",
        ErrorCode::InternalError,
        "The sandbox could not answer; its log says why",
        Clause::documented("/reference/errors"),
    )
    .expected("a working sandbox")
    .received(error.to_string())
    .fix("`connect-sandbox status` says what is wrong with the workspace.")
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Refused::from(refusal).into()
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self(Cause::Refused(Box::new(refused), Vec::new()))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self(Cause::Broken(error))
    }
}
