//! The journal's words: what kinds of entry there are, and where a change comes from.

use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::id::{ExchangeId, TraceId};
use super::time::Moment;

/// An entry's place in the journal; also how other rows name it as their cause. Starts at 1, never used twice.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Seq(pub i64);

/// Where a change comes from: every write to the world is given one.
#[derive(Debug, Clone)]
pub struct Origin {
    /// When, on both clocks.
    pub at: Moment,
    /// By whom.
    pub actor: Actor,
    /// The trace it belongs to.
    pub trace: TraceId,
    /// The journal entry that led to it.
    pub cause: Option<Seq>,
    /// The exchange that brought it.
    pub exchange: Option<ExchangeId>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// What an entry says happened. The text is what is stored and filtered by.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[$doc])* $variant,)* }

        impl Kind {
            /// Every kind there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stored text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

kinds! {
    /// An app was registered.
    AppCreated = "app.created",
    /// An app's registration changed; `detail` has the changed members, old and new.
    AppUpdated = "app.updated",
    /// An app was switched on.
    AppEnabled = "app.enabled",
    /// An app was switched off: its tokens stop working at once.
    AppDisabled = "app.disabled",
    /// An app was deleted with its grants and credentials.
    AppDeleted = "app.deleted",
    /// An app's BAA moved between none, applied and signed.
    AppBaaChanged = "app.baa_changed",
    /// A new client secret; the old one lives 24 hours more.
    SecretRotated = "app.secret_rotated",
    /// A persona was created.
    PersonCreated = "person.created",
    /// A persona's data changed.
    PersonUpdated = "person.updated",
    /// A persona was deleted with what belongs to it.
    PersonDeleted = "person.deleted",
    /// An authorization request passed its checks and waits for the person.
    AuthorizationStarted = "authorization.started",
    /// The person said no.
    AuthorizationDenied = "authorization.denied",
    /// A browser signed in as a persona.
    SessionStarted = "session.started",
    /// A browser signed out or switched persona.
    SessionEnded = "session.ended",
    /// First consent of this persona for this app.
    GrantCreated = "grant.created",
    /// Consent given again; `detail` says which scopes were added.
    GrantUpdated = "grant.updated",
    /// The grant and every token of it died.
    GrantRevoked = "grant.revoked",
    /// A code was issued.
    CodeIssued = "code.issued",
    /// A code was exchanged for an access token and a refresh token; `detail` names them.
    CodeRedeemed = "code.redeemed",
    /// A used code was presented again: what it had issued died.
    CodeReplayed = "code.replayed",
    /// A refresh token was used; a new one and an access token took its place; `detail` names them.
    RefreshTokenRotated = "refresh_token.rotated",
    /// A new run of the flow took a refresh token's place (ruling 3).
    RefreshTokenReplaced = "refresh_token.replaced",
    /// A rotated refresh token was presented again: the grant died (ruling 3).
    RefreshTokenReused = "refresh_token.reused",
    /// A machine's token was issued.
    M2mTokenIssued = "m2m_token.issued",
    /// A credential was revoked.
    CredentialRevoked = "credential.revoked",
    /// A credential's time ran out.
    CredentialExpired = "credential.expired",
    /// A signing key was made.
    KeyCreated = "key.created",
    /// A signing key stopped signing; it stays published until its tokens have expired.
    KeyRetired = "key.retired",
    /// A retired signing key is published no longer: all that it signed has expired.
    KeyUnpublished = "key.unpublished",
    /// A message to a persona.
    AlertRaised = "alert.raised",
    /// A row of a service changed; `detail` says which.
    RecordCreated = "record.created",
    /// A row of a service changed; `detail` says which.
    RecordUpdated = "record.updated",
    /// A row of a service went.
    RecordDeleted = "record.deleted",
    /// A platform event happened.
    EventOccurred = "event.occurred",
    /// The credentials in an exchange were shown or handed out; `detail` says how.
    ExchangeRevealed = "exchange.revealed",
    /// Time was moved.
    ClockAdvanced = "clock.advanced",
    /// Time was stopped.
    ClockPaused = "clock.paused",
    /// Time goes on.
    ClockResumed = "clock.resumed",
    /// Settings changed; `detail` has old and new.
    SettingsUpdated = "settings.updated",
    /// The seed or a configuration file was applied.
    WorkspaceSeeded = "workspace.seeded",
    /// The simulator may send requests to another target from now on.
    TargetUnlocked = "target.unlocked",
    /// It may do so no longer.
    TargetLocked = "target.locked",
    /// Activity was cleared.
    WorkspaceCleared = "workspace.cleared",
    /// Everything but the demo apps' ids and secrets was made anew.
    WorkspaceReset = "workspace.reset",
}
