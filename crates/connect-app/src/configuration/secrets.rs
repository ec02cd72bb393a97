//! Secrets of apps as a file gives them and an export shows them.

use connect_core::domain::credential::{
    Credential, CredentialDetail, CredentialKind, CredentialState, ROTATED_SECRET_LIFETIME,
};
use connect_core::domain::journal::{Kind, Origin};
use connect_core::domain::secret::SecretText;
use connect_core::id::{ClientId, CredentialId};
use connect_core::protocol::scope::ScopeSet;
use connect_store::{NewCredential, StoreError, credentials};
use serde_json::json;

use super::error::ConfigurationError;
use super::file::Secret;
use crate::App;

/// Shortest text after the prefix: 96 bits where it is random, and long enough to be known as a credential wherever it
/// appears.
const SHORTEST: usize = 16;
/// Longest text after the prefix.
const LONGEST: usize = 128;

/// What is wrong with a secret's form (ruling 31).
pub(super) fn malformed(secret: &Secret, kind: CredentialKind) -> Option<String> {
    let prefix = kind.prefix();
    let body = secret.0.expose().strip_prefix(prefix).unwrap_or("");
    let right = (SHORTEST..=LONGEST).contains(&body.len()) && body.bytes().all(is_url_safe);
    (!right).then(|| {
        format!(
            "a secret is `{prefix}` and {SHORTEST} to {LONGEST} letters, digits, `-` or `_` after it; leave it out to \
             have one made"
        )
    })
}

/// A letter, a digit, `-` or `_`.
pub(super) const fn is_url_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// How a given secret stands to the app it is given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nobody has it.
    New,
    /// It is in force.
    InForce,
    /// It was rotated away, and ends or has ended.
    RotatedAway,
    /// It is, or was, another app's, or something else.
    Taken,
}

/// Looks a given secret up.
pub(super) async fn standing(
    app: &App,
    of: Option<&ClientId>,
    secret: &Secret,
) -> Result<Standing, StoreError> {
    let known = credentials::by_hashes(&mut *app.0.world.read().await?, &[secret.0.hash()]).await?;
    Ok(match known.first() {
        None => Standing::New,
        Some(known) if of.is_none() || known.client_id.as_ref() != of => Standing::Taken,
        Some(known) if known.state == CredentialState::Active && known.expires_at.is_none() => {
            Standing::InForce
        }
        Some(_) => Standing::RotatedAway,
    })
}

/// Makes `secret` the app's newest; one of the same kind that was in force before works 24 hours more.
pub(super) async fn replace(
    app: &App,
    client: &ClientId,
    kind: CredentialKind,
    secret: &Secret,
    origin: Origin,
) -> Result<(), ConfigurationError> {
    let vault = app.0.vault.sealer().await?;
    let id: CredentialId = app.0.env.id();
    let sealed = vault.seal(
        secret.0.expose().as_bytes(),
        id.as_str().as_bytes(),
        app.0.env.random(),
    );
    let old = credentials::of_client(&mut *app.0.world.read().await?, client, kind).await?;
    let (client, hash) = (client.clone(), secret.0.hash());
    app.0
        .world
        .write(move |tx| {
            Box::pin(async move {
                let now = origin.at.sandbox;
                let ends = now.plus(ROTATED_SECRET_LIFETIME);
                let detail = json!({ "new": id, "old_works_until": ends, "kind": kind.as_str() });
                let issued_by = tx.journal(&origin, Kind::SecretRotated, client.as_str(), &detail);
                for old in old
                    .iter()
                    .filter(|old| old.state == CredentialState::Active && old.expires_at.is_none())
                {
                    credentials::set_expiry(tx, &old.id, ends).await?;
                }
                let credential = Credential {
                    id,
                    hash,
                    kind,
                    state: CredentialState::Active,
                    client_id: Some(client.clone()),
                    user_id: None,
                    grant_id: None,
                    parent: None,
                    root: None,
                    scope: ScopeSet::default(),
                    issued_at: now,
                    expires_at: None,
                    ended_at: None,
                    trace: origin.trace.clone(),
                    issued_by,
                    detail: CredentialDetail::default(),
                };
                credentials::insert(tx, &NewCredential { credential, sealed }).await?;
                tx.client_changed(&client);
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    Ok(())
}

/// The newest secret of an app that is in force.
pub(super) async fn newest(
    app: &App,
    client: &ClientId,
    name: &str,
    kind: CredentialKind,
) -> Result<Option<Secret>, ConfigurationError> {
    let mut connection = app.0.world.read().await?;
    let all = credentials::of_client(&mut connection, client, kind).await?;
    let Some(newest) = all
        .into_iter()
        .find(|known| known.state == CredentialState::Active)
    else {
        return Ok(None);
    };
    let Some((id, sealed)) = credentials::sealed(&mut connection, &newest.hash).await? else {
        return Ok(None);
    };
    drop(connection);
    let what = if kind == CredentialKind::ClientSecret {
        "client secret"
    } else {
        "webhook signing secret"
    };
    let opened = app
        .0
        .vault
        .sealer()
        .await?
        .open(&sealed, id.as_str().as_bytes())
        .map_err(|source| ConfigurationError::Lost {
            what,
            app: name.to_owned(),
            source,
        })?;
    Ok(Some(Secret(SecretText::new(
        String::from_utf8_lossy(&opened).into_owned(),
    ))))
}
