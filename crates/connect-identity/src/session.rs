//! The browser's session: a cookie, its row among the credentials, and the token that ties forms to it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect_core::Timestamp;
use connect_core::domain::actor::Actor;
use connect_core::domain::credential::{Credential, CredentialKind};
use connect_core::domain::journal::{Kind, Origin};
use connect_core::domain::secret::{CredentialHash, SecretText};
use connect_core::id::{InteractionId, UserId};
use connect_store::{StoreError, credentials, interactions};
use http::HeaderValue;
use http::header;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::Identity;
use crate::call::{Call, Failure};
use crate::issue::Minted;

/// How long a browser stays signed in (assumed), in sandbox time.
const LIFETIME: std::time::Duration = std::time::Duration::from_hours(12);

/// A browser's session as found.
pub(crate) struct Session {
    pub(crate) value: SecretText,
    pub(crate) credential: Credential,
}

impl Session {
    /// Who is signed in; a fresh browser has a session with nobody in it.
    pub(crate) fn user(&self) -> Option<&UserId> {
        self.credential.user_id.as_ref()
    }

    /// When they signed in (sandbox time).
    pub(crate) fn auth_time(&self) -> Timestamp {
        self.credential.issued_at
    }
}

/// The cookie's value, if the browser sent one.
fn cookie(identity: &Identity, call: &Call) -> Option<SecretText> {
    let header = call.header(header::COOKIE)?;
    header.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == &*identity.cookie).then(|| SecretText::new(value))
    })
}

/// The live session of this browser.
pub(crate) async fn find(identity: &Identity, call: &Call) -> Result<Option<Session>, Failure> {
    let Some(value) = cookie(identity, call) else {
        return Ok(None);
    };
    let found = identity.world.find_credential(&value).await?;
    let now = identity.env.now();
    Ok(found
        .filter(|credential| {
            credential.kind == CredentialKind::SessionCookie && credential.is_live(now)
        })
        .map(|credential| Session { value, credential }))
}

/// Starts a session, ending the one before it: signing in always changes the cookie (session fixation).
pub(crate) async fn start(
    identity: &Identity,
    call: &Call,
    origin: &Origin,
    user: Option<&UserId>,
    before: Option<&Session>,
) -> Result<Session, Failure> {
    let sealer = identity.vault.sealer().await?;
    let minted = Minted::new(&identity.env, &sealer, CredentialKind::SessionCookie);
    let origin = Origin {
        actor: user.map_or(Actor::System, |user| Actor::User(user.clone())),
        ..origin.clone()
    };
    let before = before.map(|session| (session.credential.id.clone(), session.credential.hash));
    let user = user.cloned();
    let value = minted.value.clone();
    let credential = identity
        .world
        .write(move |tx| {
            Box::pin(async move {
                if let Some((before, _)) = &before {
                    credentials::revoke(tx, &origin, before).await?;
                }
                let seq = tx.journal(
                    &origin,
                    Kind::SessionStarted,
                    minted.id.as_str(),
                    &json!({ "user_id": user }),
                );
                let now = origin.at.sandbox;
                let mut new = minted.row(origin.trace.clone(), seq, now);
                new.credential.user_id = user;
                new.credential.expires_at = Some(now.plus(LIFETIME));
                credentials::insert(tx, &new).await?;
                if let Some((_, before)) = &before {
                    interactions::rebind(tx, before, &new.credential.hash).await?;
                }
                Ok::<_, StoreError>(new.credential)
            })
        })
        .await?;
    call.exchange
        .note(|notes| notes.credentials.push(credential.hash));
    Ok(Session { value, credential })
}

/// Ends a session.
pub(crate) async fn end(
    identity: &Identity,
    origin: &Origin,
    session: &Session,
) -> Result<(), Failure> {
    let (origin, id, user) = (
        origin.clone(),
        session.credential.id.clone(),
        session.user().cloned(),
    );
    identity
        .world
        .write(move |tx| {
            Box::pin(async move {
                if credentials::revoke(tx, &origin, &id).await? {
                    tx.journal(
                        &origin,
                        Kind::SessionEnded,
                        id.as_str(),
                        &json!({ "user_id": user }),
                    );
                }
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    Ok(())
}

/// `Set-Cookie` for a session: not readable by script, sent on top-level navigation, no `Secure` over http.
pub(crate) fn set_cookie(identity: &Identity, session: &Session) -> HeaderValue {
    let text = format!(
        "{}={}; Path=/; HttpOnly; SameSite=Lax",
        identity.cookie,
        session.value.expose()
    );
    let mut value = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// The token that ties a form to this browser and this interaction (RFC 6749 §10.12). Derived, so it is never stored.
pub(crate) fn csrf(session: &SecretText, interaction: &InteractionId) -> SecretText {
    let digest = Sha256::new()
        .chain_update(b"connect csrf\0")
        .chain_update(session.expose().as_bytes())
        .chain_update(b"\0")
        .chain_update(interaction.as_str().as_bytes())
        .finalize();
    SecretText::new(format!("lph_cs_{}", URL_SAFE_NO_PAD.encode(digest)))
}

/// Whether `sent` is the token of this browser and interaction, in constant time.
pub(crate) fn csrf_matches(sent: &str, session: &SecretText, interaction: &InteractionId) -> bool {
    CredentialHash::of(sent).matches(&csrf(session, interaction).hash())
}
