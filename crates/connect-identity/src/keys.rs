//! Signing keys: made when first needed, rotated on request, published until their last token has expired.
//!
//! Only the public halves are needed for discovery and JWKS; a private half is unsealed when it first signs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect_core::domain::app::IdTokenAlg;
use connect_core::domain::credential::M2M_TOKEN_LIFETIME;
use connect_core::domain::journal::{Kind, Origin};
use connect_core::id::KeyId;
use connect_core::{Env, Timestamp};
use connect_store::sealing::{self, Vault};
use connect_store::services::Connection;
use connect_store::signing_keys::{self, SigningKey};
use connect_store::{StoreError, World, WorldTx};
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

/// How long a retired key stays published: the longest life of anything it signed.
const PUBLISHED_AFTER: Duration = M2M_TOKEN_LIFETIME;

/// Why a key can't sign.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sealing key can't be had.
    #[error(transparent)]
    Sealing(#[from] sealing::KeyError),
    /// The key was sealed with another sealing key.
    #[error(
        "the signing key {kid} can't be unsealed; make new keys with `connect-sandbox rpc keys_rotate`"
    )]
    Lost {
        /// Which key.
        kid: String,
    },
    /// A key could not be made or encoded.
    #[error("a signing key could not be made: {0}")]
    Make(String),
    /// Signing failed.
    #[error("a token could not be signed")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

/// The workspace's signing keys.
pub struct KeyRing {
    env: Arc<Env>,
    world: World,
    vault: Arc<Vault>,
    published: Mutex<Published>,
    private: Mutex<HashMap<String, Arc<EncodingKey>>>,
    making: tokio::sync::Mutex<()>,
    first: OnceCell<()>,
}

/// The keys as read last. What was being read while they changed is of an older generation, and is not kept.
#[derive(Default)]
struct Published {
    keys: Option<Arc<Vec<SigningKey>>>,
    generation: u64,
}

impl KeyRing {
    /// An empty ring over the store; nothing is read yet.
    #[must_use]
    pub fn new(env: Arc<Env>, world: World, vault: Arc<Vault>) -> Self {
        Self {
            env,
            world,
            vault,
            published: Mutex::default(),
            private: Mutex::new(HashMap::new()),
            making: tokio::sync::Mutex::new(()),
            first: OnceCell::new(),
        }
    }

    /// Every published key, newest first.
    pub async fn published(&self) -> Result<Arc<Vec<SigningKey>>, KeyError> {
        let generation = match self.read_before() {
            Ok(known) => return Ok(known),
            Err(generation) => generation,
        };
        let keys = Arc::new(signing_keys::list(&mut *self.world.read().await?).await?);
        let mut published = self.lock_published();
        if published.generation == generation {
            published.keys = Some(Arc::clone(&keys));
        }
        Ok(keys)
    }

    /// What was read before, or the generation that is read now.
    fn read_before(&self) -> Result<Arc<Vec<SigningKey>>, u64> {
        let published = self.lock_published();
        published.keys.clone().ok_or(published.generation)
    }

    fn lock_published(&self) -> MutexGuard<'_, Published> {
        self.published
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets which keys are published: they have changed.
    pub fn forget_published(&self) {
        let mut published = self.lock_published();
        published.keys = None;
        published.generation += 1;
    }

    /// Forgets what was read: the world was restored or reset.
    pub fn forget(&self) {
        self.forget_published();
        self.private
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// The key that signs with `alg`, if there is one.
    async fn active(&self, alg: IdTokenAlg) -> Result<Option<SigningKey>, KeyError> {
        Ok(self
            .published()
            .await?
            .iter()
            .find(|key| key.alg == alg && key.retired_at.is_none())
            .cloned())
    }

    /// Makes sure that a key for `alg` exists; it is published from then on, before its first use.
    pub async fn ensure(&self, alg: IdTokenAlg, origin: &Origin) -> Result<(), KeyError> {
        if self.active(alg).await?.is_some() {
            return Ok(());
        }
        let _one_at_a_time = self.making.lock().await;
        if self.active(alg).await?.is_none() {
            self.make(alg, origin).await?;
        }
        Ok(())
    }

    /// Makes a new key for `alg`; the old one is published until its last token has expired.
    pub async fn rotate(&self, alg: IdTokenAlg, origin: &Origin) -> Result<String, KeyError> {
        let _one_at_a_time = self.making.lock().await;
        self.make(alg, origin).await
    }

    async fn make(&self, alg: IdTokenAlg, origin: &Origin) -> Result<String, KeyError> {
        let id: KeyId = self.env.id();
        let kid = id.as_str().to_owned();
        let env = Arc::clone(&self.env);
        let (private, mut jwk) = tokio::task::spawn_blocking(move || generate(&env, alg))
            .await
            .map_err(|error| KeyError::Make(error.to_string()))??;
        jwk["kid"] = json!(kid);
        jwk["alg"] = json!(alg.as_str());
        jwk["use"] = json!("sig");
        let sealer = self.vault.sealer().await?;
        let key = SigningKey {
            sealed: sealer.seal(&private, kid.as_bytes(), self.env.random()),
            kid: kid.clone(),
            alg,
            public_jwk: jwk,
            retired_at: None,
            created_at: origin.at.sandbox,
        };
        let old = self.active(alg).await?;
        let origin = origin.clone();
        self.world
            .write(move |tx| {
                Box::pin(async move {
                    let seq = tx.journal(
                        &origin,
                        Kind::KeyCreated,
                        &key.kid,
                        &json!({ "alg": key.alg }),
                    );
                    signing_keys::insert(tx, &key).await?;
                    if let Some(old) = old {
                        let of_it = Origin {
                            cause: Some(seq),
                            ..origin
                        };
                        signing_keys::retire(tx, &old.kid, of_it.at.sandbox).await?;
                        tx.journal(
                            &of_it,
                            Kind::KeyRetired,
                            &old.kid,
                            &json!({ "alg": old.alg, "replaced_by": key.kid }),
                        );
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .await?;
        self.forget_published();
        Ok(kid)
    }

    /// Signs `claims` with the active key for `alg`; makes that key first if there is none.
    pub async fn sign<C: Serialize + Sync>(
        &self,
        alg: IdTokenAlg,
        typ: &str,
        claims: &C,
        origin: &Origin,
    ) -> Result<String, KeyError> {
        self.ensure(alg, origin).await?;
        let Some(key) = self.active(alg).await? else {
            return Err(KeyError::Make(format!("no {} key", alg.as_str())));
        };
        let encoding = self.private(&key).await?;
        let mut header = Header::new(match alg {
            IdTokenAlg::EdDsa => Algorithm::EdDSA,
            IdTokenAlg::Rs256 => Algorithm::RS256,
            IdTokenAlg::Es256 => Algorithm::ES256,
        });
        header.typ = Some(typ.to_owned());
        header.kid = Some(key.kid);
        Ok(jsonwebtoken::encode(&header, claims, &encoding)?)
    }

    async fn private(&self, key: &SigningKey) -> Result<Arc<EncodingKey>, KeyError> {
        if let Some(known) = self
            .private
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key.kid)
        {
            return Ok(Arc::clone(known));
        }
        let der = self
            .vault
            .sealer()
            .await?
            .open(&key.sealed, key.kid.as_bytes())
            .map_err(|_| KeyError::Lost {
                kid: key.kid.clone(),
            })?;
        let encoding = Arc::new(match key.alg {
            IdTokenAlg::EdDsa => EncodingKey::from_ed_der(&der),
            IdTokenAlg::Rs256 => EncodingKey::from_rsa_der(&der),
            IdTokenAlg::Es256 => EncodingKey::from_ec_der(&der),
        });
        self.private
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.kid.clone(), Arc::clone(&encoding));
        Ok(encoding)
    }

    /// The key that signs by default exists from the first start on, so that JWKS is never empty.
    pub async fn first(&self, origin: &Origin) -> Result<(), KeyError> {
        self.first
            .get_or_try_init(|| self.ensure(IdTokenAlg::EdDsa, origin))
            .await?;
        Ok(())
    }

    /// The next moment at which a retired key stops being published (sandbox time).
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn next_unpublished(
        reading: &mut Connection,
    ) -> Result<Option<Timestamp>, StoreError> {
        let first = signing_keys::first_retired(reading).await?;
        Ok(first.map(|retired| retired.plus(PUBLISHED_AFTER)))
    }

    /// Stops publishing the keys whose time is over at `moment`; gives their ids. Once that is committed,
    /// [`KeyRing::forget_published`] is due.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unpublish(tx: &mut WorldTx, moment: Timestamp) -> Result<Vec<String>, StoreError> {
        let longest = i64::try_from(PUBLISHED_AFTER.as_millis()).unwrap_or(i64::MAX);
        signing_keys::remove_retired(tx, moment.plus_millis(-longest)).await
    }
}

type KeyMaterial = (zeroize::Zeroizing<Vec<u8>>, Value);

/// A private key in DER, and the public JWK.
fn generate(env: &Env, alg: IdTokenAlg) -> Result<KeyMaterial, KeyError> {
    let failed = |error: &dyn std::fmt::Display| KeyError::Make(error.to_string());
    match alg {
        IdTokenAlg::EdDsa => {
            let key = ed25519_dalek::SigningKey::from_bytes(&env.random());
            let der = key.to_pkcs8_der().map_err(|error| failed(&error))?;
            let x = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
            Ok((
                zeroize::Zeroizing::new(der.as_bytes().to_vec()),
                json!({ "kty": "OKP", "crv": "Ed25519", "x": x }),
            ))
        }
        IdTokenAlg::Es256 => {
            use p256::pkcs8::EncodePrivateKey as _;
            let key = loop {
                // All but about one in 2^32 random numbers are keys.
                if let Ok(key) = p256::SecretKey::from_slice(&env.random::<32>()) {
                    break key;
                }
            };
            let der = key.to_pkcs8_der().map_err(|error| failed(&error))?;
            let point = key.public_key().to_encoded_point(false);
            let coordinate = |bytes: Option<&p256::FieldBytes>| {
                URL_SAFE_NO_PAD.encode(bytes.map_or(&[][..], |b| &b[..]))
            };
            let jwk = json!({ "kty": "EC", "crv": "P-256", "x": coordinate(point.x()), "y": coordinate(point.y()) });
            Ok((zeroize::Zeroizing::new(der.as_bytes().to_vec()), jwk))
        }
        IdTokenAlg::Rs256 => {
            let key =
                rsa::RsaPrivateKey::new(&mut EnvRng(env), 2048).map_err(|error| failed(&error))?;
            let der = key.to_pkcs1_der().map_err(|error| failed(&error))?;
            let jwk = json!({
                "kty": "RSA",
                "n": URL_SAFE_NO_PAD.encode(key.n().to_bytes_be()),
                "e": URL_SAFE_NO_PAD.encode(key.e().to_bytes_be()),
            });
            Ok((zeroize::Zeroizing::new(der.as_bytes().to_vec()), jwk))
        }
    }
}

/// `Env`'s randomness in the form the RSA crate wants.
struct EnvRng<'env>(&'env Env);

impl rsa::rand_core::RngCore for EnvRng<'_> {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.0.random())
    }
    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.0.random())
    }
    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl rsa::rand_core::CryptoRng for EnvRng<'_> {}
