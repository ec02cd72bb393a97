//! Secrets of apps: minting, rotating with a day of grace, remaking after a loss, and opening the newest.

use connect_core::domain::credential::{CredentialKind, CredentialState, ROTATED_SECRET_LIFETIME};
use connect_core::domain::journal::{Kind, Origin, Seq};
use connect_core::domain::secret::SecretText;
use connect_core::id::ClientId;
use connect_store::sealing::{KeyError, SealError, Sealer};
use connect_store::{StoreError, WorldTx, clients, credentials, services};
use serde_json::json;

use super::{Registered, RegistrationError};
use crate::Identity;
use crate::issue::Minted;

/// Why a secret can't be shown.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sealing key can't be had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// It can't be opened with the key there is.
    #[error(transparent)]
    Lost(#[from] SealError),
}

impl Identity {
    /// Gives an app a new client secret; the old one works 24 hours more.
    ///
    /// # Errors
    /// [`RegistrationError::Unknown`], and [`RegistrationError::NoSecret`] for a public app.
    pub async fn rotate_secret(
        &self,
        id: &ClientId,
        origin: Origin,
    ) -> Result<Registered, RegistrationError> {
        let record = self
            .world
            .client(id)
            .await?
            .ok_or_else(|| RegistrationError::Unknown(id.clone()))?;
        let client = record.client.clone();
        if !client.app_type.is_confidential() {
            return Err(RegistrationError::NoSecret {
                name: client.name,
                app_type: client.app_type.as_str(),
            });
        }
        let kind = CredentialKind::ClientSecret;
        let secret = self.put_secret(id, kind, None, origin).await?;
        Ok(Registered {
            client,
            client_secret: Some(secret),
            webhook_signing_secret: None,
        })
    }

    /// Makes `secret` an app's newest of its kind; the one before works 24 hours more. Whether an app of this type has
    /// such a secret is the caller's to know.
    pub async fn give_secret(
        &self,
        id: &ClientId,
        kind: CredentialKind,
        secret: SecretText,
        origin: Origin,
    ) -> Result<(), RegistrationError> {
        self.put_secret(id, kind, Some(secret), origin)
            .await
            .map(drop)
    }

    async fn put_secret(
        &self,
        id: &ClientId,
        kind: CredentialKind,
        given: Option<SecretText>,
        origin: Origin,
    ) -> Result<SecretText, RegistrationError> {
        let sealer = self.vault.sealer().await?;
        let minted = self.secret(&sealer, kind, given);
        let (id, secret) = (id.clone(), minted.value.clone());
        self.world
            .write(move |tx| {
                Box::pin(async move {
                    // Deleted since it was looked at: nobody could use the secret.
                    if !clients::exists(tx, &id).await? {
                        return Err(RegistrationError::Unknown(id));
                    }
                    let ends = origin.at.sandbox.plus(ROTATED_SECRET_LIFETIME);
                    let detail = json!({ "new": minted.id, "kind": kind, "old_works_until": ends });
                    let seq = tx.journal(&origin, Kind::SecretRotated, id.as_str(), &detail);
                    let old = credentials::of_client(services::reading(tx), &id, kind).await?;
                    for old in old.iter().filter(|old| {
                        old.state == CredentialState::Active && old.expires_at.is_none()
                    }) {
                        credentials::set_expiry(tx, &old.id, ends).await?;
                    }
                    Ok(insert(tx, &id, &minted, &origin, seq).await?)
                })
            })
            .await?;
        Ok(secret)
    }

    /// Replaces an app's secret of one kind at once, after its sealed value was lost. `false` when it has none.
    pub async fn remake_secret(
        &self,
        id: &ClientId,
        kind: CredentialKind,
        origin: Origin,
    ) -> Result<bool, RegistrationError> {
        let sealer = self.vault.sealer().await?;
        let minted = self.secret(&sealer, kind, None);
        let id = id.clone();
        let remade = self
            .world
            .write(move |tx| {
                Box::pin(async move {
                    let old: Vec<_> = credentials::active_of_client(tx, &id, kind).await?;
                    if old.is_empty() {
                        return Ok(false);
                    }
                    let detail = json!({ "new": minted.id, "kind": kind, "because": "the sealing key was lost" });
                    let seq = tx.journal(&origin, Kind::SecretRotated, id.as_str(), &detail);
                    let of_it = Origin { cause: Some(seq), ..origin };
                    for credential in old {
                        credentials::revoke(tx, &of_it, &credential).await?;
                    }
                    insert(tx, &id, &minted, &of_it, seq).await?;
                    Ok::<_, StoreError>(true)
                })
            })
            .await?;
        Ok(remade)
    }

    /// An app's newest secret of one kind that is in force, opened; none when it has none.
    pub async fn newest_secret(
        &self,
        id: &ClientId,
        kind: CredentialKind,
    ) -> Result<Option<SecretText>, SecretError> {
        let mut connection = self.world.read().await?;
        let all = credentials::of_client(&mut connection, id, kind).await?;
        let Some(newest) = all
            .into_iter()
            .find(|secret| secret.state == CredentialState::Active)
        else {
            return Ok(None);
        };
        let sealed = credentials::sealed(&mut connection, &newest.hash).await?;
        drop(connection);
        let Some((credential, sealed)) = sealed else {
            return Ok(None);
        };
        let sealer = self.vault.sealer().await?;
        let opened = sealer.open(&sealed, credential.as_str().as_bytes())?;
        let text = String::from_utf8_lossy(&opened).into_owned();
        Ok(Some(SecretText::new(text)))
    }

    /// A secret with its sealed form: the given one, or a new random one.
    pub(super) fn secret(
        &self,
        sealer: &Sealer,
        kind: CredentialKind,
        given: Option<SecretText>,
    ) -> Minted {
        match given {
            Some(value) => Minted::of(&self.env, sealer, kind, value, self.env.id()),
            None => Minted::new(&self.env, sealer, kind),
        }
    }
}

/// Adds the new secret, issued by the journal entry `seq`.
async fn insert(
    tx: &mut WorldTx,
    id: &ClientId,
    minted: &Minted,
    origin: &Origin,
    seq: Seq,
) -> Result<(), StoreError> {
    let mut row = minted.row(origin.trace.clone(), seq, origin.at.sandbox);
    row.credential.client_id = Some(id.clone());
    credentials::insert(tx, &row).await?;
    tx.client_changed(id);
    Ok(())
}
