//! What just happened, in plain words for a room: presenter mode says a sentence for a journal entry.

use connect_core::domain::journal::Kind;

/// One sentence or two for an entry of this kind; none for what a room need not hear about.
#[must_use]
pub const fn caption(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::AppCreated => "A new app was registered.",
        Kind::AppUpdated => "An app’s registration was changed.",
        Kind::AppEnabled => "An app was switched on.",
        Kind::AppDisabled => "An app was switched off. Its tokens stopped working at once.",
        Kind::AppDeleted => "An app was removed with everything it had been given.",
        Kind::AppBaaChanged => "An app’s agreement on health data moved on.",
        Kind::SecretRotated => "An app got a new secret. The old one works for 24 hours more.",
        Kind::PersonCreated => "A new persona joined.",
        Kind::PersonUpdated => "A persona’s details changed.",
        Kind::PersonDeleted => "A persona left, with all of their data.",
        Kind::AuthorizationDenied => "The person said no, and the app was told so.",
        Kind::SessionStarted => "A person signed in.",
        Kind::SessionEnded => "A person signed out.",
        Kind::GrantCreated => "A person gave an app access to some of their data.",
        Kind::GrantUpdated => "A person changed what an app may see.",
        Kind::GrantRevoked => {
            "A person took an app’s access back. Its tokens stopped working at once."
        }
        Kind::CodeIssued => "The person agreed, and the app was handed a short-lived code.",
        Kind::CodeRedeemed => "The app exchanged its code for tokens.",
        Kind::CodeReplayed => {
            "Someone used a code a second time. It was refused, and the tokens it had given were revoked."
        }
        Kind::RefreshTokenRotated => {
            "The app renewed its access: the old refresh token stopped working, a new one took its place."
        }
        Kind::RefreshTokenReplaced => {
            "The app was connected once more: a new refresh token took the old one’s place."
        }
        Kind::RefreshTokenReused => {
            "An old refresh token came back. That looks like theft, so everything under this consent was revoked."
        }
        Kind::M2mTokenIssued => "A service signed in as itself, without a person.",
        Kind::CredentialRevoked => "A token was revoked and stopped working at once.",
        Kind::CredentialExpired => "A credential came to the end of its life.",
        Kind::KeyCreated => "A new signing key was made.",
        Kind::KeyRetired => "A signing key was retired.",
        Kind::KeyUnpublished => "A retired signing key was taken out of the published ones.",
        Kind::AlertRaised => "A person was alerted.",
        Kind::RecordCreated => "New health data arrived.",
        Kind::RecordUpdated => "Health data changed.",
        Kind::RecordDeleted => "Health data was removed.",
        Kind::EventOccurred => "Something happened that an app may be told about.",
        Kind::ClockAdvanced => "The clock was moved forward.",
        Kind::ClockPaused => "The clock stands still.",
        Kind::ClockResumed => "The clock runs again.",
        Kind::SettingsUpdated => "A setting was changed.",
        Kind::TargetUnlocked => "The simulator may talk to another server from now on.",
        Kind::TargetLocked => "The simulator talks to that other server no longer.",
        Kind::WorkspaceSeeded => "The world was set up.",
        Kind::WorkspaceCleared => "The activity was cleared: a clean stage.",
        Kind::WorkspaceReset => "The world was made anew.",
        // The consent page is on the screen then; and what a console shows is no event of the world.
        Kind::AuthorizationStarted | Kind::ExchangeRevealed => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_are_sentences_of_their_own() {
        let all: Vec<_> = Kind::ALL.iter().filter_map(|kind| caption(*kind)).collect();
        assert!(all.iter().all(|text| text.ends_with('.')));
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
    }
}
