//! Whose rows a call is about: identity comes from the token alone (ruling 19).

use std::sync::Arc;

use connect_core::domain::app::Person;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::id::UserId;
use connect_core::protocol::error::ErrorCode;

use crate::call::{Call, Subject};
use crate::failure::Failure;
use crate::shown::shown;

impl Call {
    /// Refuses a `brand_id` that is not the token's.
    pub(crate) fn same_brand(&self, given: &str) -> Result<(), Failure> {
        if given == self.brand() {
            self.passed("brand_matches");
            return Ok(());
        }
        Err(Refusal::new(
            "brand_matches",
            ErrorCode::Forbidden,
            "The brand is not that of the token",
            Clause::documented("/connect/errors forbidden"),
        )
        .expected(format!("`{}`, the brand of the token", self.brand()))
        .received(format!("`{}`", shown(given, 80)))
        .fix("Send the `brand` of the id_token, or of introspection.")
        .into())
    }

    /// The person of the token, if `given` is that person; anybody else is not there.
    pub(crate) fn own(&self, member: &'static str, given: &str) -> Result<Arc<Person>, Failure> {
        let person = self.person()?;
        if person.id.as_str() == given {
            self.passed("own_data");
            return Ok(person);
        }
        Err(not_visible(
            "own_data",
            "There is no such person, or not for this token",
            format!("{member} = `{}`, the person of the token", person.id),
            given,
            "Take the id from `sub` of the id_token or of introspection: a token opens its own person's data only.",
        ))
    }

    /// The person `given` names: for a person's token that person, for a machine's anybody of its brand.
    pub(crate) async fn reachable(
        &self,
        member: &'static str,
        given: &str,
    ) -> Result<Arc<Person>, Failure> {
        let Subject::Machine { brand } = &self.caller.subject else {
            return self.own(member, given);
        };
        let found = self
            .services
            .world
            .person(&UserId::from_text(given))
            .await?;
        match found.filter(|person| person.brand_id == *brand) {
            Some(person) => {
                self.passed("person_of_the_brand");
                self.exchange
                    .note(|notes| notes.user = Some(person.id.clone()));
                Ok(person)
            }
            None => Err(not_visible(
                "person_of_the_brand",
                "There is no such person in this brand",
                format!("{member}: a person of the brand `{brand}`"),
                given,
                "Take the id of a persona, or name another brand in X-Brand-Id.",
            )),
        }
    }
}

/// 404 for what is absent and for what is not visible, which look alike on the wire.
pub(crate) fn not_visible(
    check: &'static str,
    description: &'static str,
    expected: String,
    given: &str,
    fix: &'static str,
) -> Failure {
    Refusal::new(
        check,
        ErrorCode::NotFound,
        description,
        Clause::documented("/connect/errors not_found"),
    )
    .expected(expected)
    .received(format!("`{}`", shown(given, 80)))
    .fix(fix)
    .into()
}
