//! Which journal entry ended a credential, for explanations.

use connect_core::domain::credential::{Credential, CredentialState};
use connect_core::domain::refusal::Refusal;

use super::{Entry, JournalFilter, list};
use crate::World;
use crate::error::StoreError;

/// Kinds of entry that end credentials.
const ENDINGS: [&str; 7] = [
    "credential.revoked",
    "grant.revoked",
    "code.replayed",
    "refresh_token.reused",
    "app.deleted",
    "person.deleted",
    "credential.expired",
];

/// Adds to a refusal which entry ended the credential, and who did it: `…; journal entry 65 (grant.revoked) by user
/// user_…`. The refusal of a credential that was not ended by anybody stays as it is.
///
/// # Errors
///
/// When the journal can't be read.
pub async fn explain(
    world: &World,
    refusal: Refusal,
    credential: &Credential,
) -> Result<Refusal, StoreError> {
    if !matches!(
        credential.state,
        CredentialState::Revoked | CredentialState::Used | CredentialState::Rotated
    ) {
        return Ok(refusal);
    }
    let Some(entry) = of(world, credential).await? else {
        return Ok(refusal);
    };
    let by = entry.actor_id.map_or(entry.actor_type.clone(), |id| {
        format!("{} {id}", entry.actor_type)
    });
    let received = format!(
        "{}; journal entry {} ({}) by {by}",
        refusal.received, entry.seq.0, entry.kind
    );
    Ok(refusal.received(received))
}

/// The entry that ended a credential: about itself, its grant, or what it was made from.
async fn of(world: &World, credential: &Credential) -> Result<Option<Entry>, StoreError> {
    let subjects = [
        Some(credential.id.as_str()),
        credential
            .grant_id
            .as_ref()
            .map(connect_core::id::GrantId::as_str),
        credential
            .root
            .as_ref()
            .map(connect_core::id::CredentialId::as_str),
        credential
            .parent
            .as_ref()
            .map(connect_core::id::CredentialId::as_str),
        credential
            .client_id
            .as_ref()
            .map(connect_core::id::ClientId::as_str),
    ];
    let mut connection = world.read().await?;
    let mut best: Option<Entry> = None;
    for subject in subjects.into_iter().flatten() {
        let filter = JournalFilter {
            subject: Some(subject.to_owned()),
            ..JournalFilter::default()
        };
        let entries = list(&mut connection, &filter, true, 50).await?;
        let fitting = entries
            .into_iter()
            .filter(|entry| ENDINGS.contains(&entry.kind.as_str()))
            .find(|entry| credential.ended_at.is_none_or(|ended| entry.at == ended));
        best = best.or(fitting);
    }
    Ok(best)
}
