//! What is noted on an exchange while it is answered: trace, checks, refusal, findings.

use serde::Serialize;

use super::finding::Finding;
use super::id::{ClientId, GrantId, TraceId, UserId};
use super::journal::Seq;
use super::refusal::Refusal;
use super::secret::CredentialHash;

/// How an exchange is said to have ended whose answer was sent whole.
pub const COMPLETED: &str = "answered completely";

/// Filled in by whoever answers the request; stored with its bytes.
#[derive(Debug, Default)]
pub struct Notes {
    /// The trace it belongs to; one of its own when it belongs to nothing yet.
    pub trace: Option<TraceId>,
    /// The journal entry that led to it.
    pub cause: Option<Seq>,
    /// The app that asked, once known.
    pub client: Option<ClientId>,
    /// The persona concerned, once known.
    pub user: Option<UserId>,
    /// The grant used, once known.
    pub grant: Option<GrantId>,
    /// The service that answered: `identity`, `clinical`…
    pub service: Option<&'static str>,
    /// The operation of the route catalogue: `token`, `biomarkers_me`…
    pub operation: Option<&'static str>,
    /// Names of the checks that passed, in order.
    pub checks: Vec<&'static str>,
    /// The check that failed.
    pub refusal: Option<Refusal>,
    /// Accepted, with a remark.
    pub findings: Vec<Finding>,
    /// Credentials presented or issued that have a row of their own.
    pub credentials: Vec<CredentialHash>,
    /// Facts worth showing beside the exchange, such as a computed challenge. Never a credential.
    pub facts: Vec<Fact>,
}

/// A named fact: `challenge_computed` = `E9Melhoa…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What it is.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

impl Notes {
    /// Notes a check that passed.
    pub fn passed(&mut self, check: &'static str) {
        self.checks.push(check);
    }

    /// Notes a finding.
    pub fn find(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Notes a fact.
    pub fn fact(&mut self, name: &'static str, value: impl Into<String>) {
        self.facts.push(Fact {
            name,
            value: value.into(),
        });
    }
}
