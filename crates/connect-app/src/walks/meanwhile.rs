//! What happened to a session's credentials while it was not looked at: another session of the same app and persona, a
//! person who withdrew their consent or is gone.

use connect_core::domain::credential::CredentialState as Stored;
use connect_core::domain::secret::SecretText;
use connect_simulator::session::{By, Cause, Credential, CredentialState, Ending, Session};
use connect_store::StoreError;
use connect_store::journal::{self, JournalFilter};

use crate::App;

/// Brings what a session thinks of its credentials up to what this sandbox knows of them. Of another target nothing is
/// known but what the session itself was told.
///
/// # Errors
/// When the store fails.
pub(crate) async fn meanwhile(app: &App, session: &mut Session) -> Result<(), StoreError> {
    if !session.target.own {
        return Ok(());
    }
    // One that was revoked stays so: there is nothing to look up.
    let open = |it: &&mut Credential| it.state != CredentialState::Revoked;
    for credential in session.credentials.iter_mut().filter(open) {
        let value = SecretText::new(credential.value.as_str());
        let found = app.0.world.find_credential(&value).await?;
        // What an unanswered request of the session may have done is nobody else's doing.
        let known = credential.state != CredentialState::Unsure;
        let id = found.as_ref().map(|found| found.id.to_string());
        let at = found.as_ref().and_then(|found| found.ended_at);
        credential.state = match found.map(|found| found.state) {
            // What the session itself has seen end stays ended to it: that it does in the sandbox is foreseen, not copied.
            // What ends by time is judged by its time.
            Some(Stored::Active | Stored::Expired)
                if credential.state == CredentialState::Unsure =>
            {
                CredentialState::Active
            }
            Some(Stored::Active | Stored::Expired) => credential.state,
            Some(Stored::Used) => CredentialState::Used,
            Some(Stored::Rotated) => CredentialState::Rotated,
            Some(Stored::Replaced) => CredentialState::Replaced,
            // One that is not there any more opens nothing either.
            Some(Stored::Revoked) | None => CredentialState::Revoked,
        };
        if credential.state == CredentialState::Revoked && known {
            let (cause, by) = match id {
                Some(id) => ended_by(app, &id).await?,
                None => (Cause::Elsewhere, By::Somebody),
            };
            credential.ended = Some(Ending {
                cause,
                at,
                run: None,
                by,
            });
        }
    }
    Ok(())
}

/// What ended a credential, and who: as the journal has it.
async fn ended_by(app: &App, credential: &str) -> Result<(Cause, By), StoreError> {
    let mut reading = app.0.world.read().await?;
    let filter = JournalFilter {
        subject: Some(credential.to_owned()),
        kind: Some("credential.revoked".to_owned()),
        ..JournalFilter::default()
    };
    let own = journal::list(&mut reading, &filter, true, 1).await?;
    let Some(own) = own.into_iter().next() else {
        return Ok((Cause::Elsewhere, By::Somebody));
    };
    let by = match (&*own.actor_type, &own.exchange) {
        ("client", _) => By::TheApp,
        ("user", _) => By::ThePerson,
        ("console", _) => By::TheConsole,
        _ => By::Somebody,
    };
    let Some(exchange) = own.exchange else {
        return Ok((Cause::Revocation, by));
    };
    // What the same request brought beside it says why.
    let filter = JournalFilter {
        exchange: Some(exchange),
        ..JournalFilter::default()
    };
    let beside = journal::list(&mut reading, &filter, false, 100).await?;
    let cause = beside.iter().find_map(|entry| match &*entry.kind {
        "refresh_token.reused" => Some(Cause::Reuse),
        "code.replayed" => Some(Cause::Replay),
        "grant.revoked" => Some(Cause::Disconnect),
        _ => None,
    });
    Ok((cause.unwrap_or(Cause::Revocation), by))
}
