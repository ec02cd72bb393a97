//! Cutting credentials out of bytes before they are stored, and putting them back for whoever may see them.
//!
//! A credential with a row of its own is remembered by its hash; any other value that looks like one, or stands where
//! one belongs, is sealed beside the exchange. What stays in the bytes is a marker: `[refresh_token 1a2b3c4d]`, the
//! first digits of the hash, so that a reader still sees which is which.

use connect_core::domain::redaction;
use connect_core::domain::secret::CredentialHash;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Exchange, NewExchange, Traffic};
use crate::credentials;
use crate::error::StoreError;
use crate::sealing::{Sealer, Vault};
use crate::world::World;

/// Where a credential stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredCut {
    /// In the request (`true`) or the response.
    #[serde(rename = "q")]
    in_request: bool,
    /// First byte of the marker in the stored bytes.
    #[serde(rename = "a")]
    at: usize,
    /// Length of the marker.
    #[serde(rename = "n")]
    len: usize,
    /// SHA-256 of the credential, in hexadecimal, when it has a row of its own.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    /// Place and length in the sealed bytes otherwise; none when there was no key to seal with.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    sealed: Option<(usize, usize)>,
}

/// What is stored of an exchange's bytes.
pub(super) struct Cleaned {
    pub(super) request: Vec<u8>,
    pub(super) response: Vec<u8>,
    pub(super) cuts: String,
    pub(super) sealed: Vec<u8>,
}

/// Supplies nonces.
pub(super) type Nonces<'n> = &'n mut dyn FnMut() -> [u8; 24];

/// Whether some credential in the bytes has no row of its own, so that a key is needed to keep it.
pub(super) fn needs_key(exchange: &NewExchange) -> bool {
    [&exchange.request, &exchange.response]
        .into_iter()
        .any(|bytes| {
            redaction::find_in_message(bytes).iter().any(|cut| {
                !exchange
                    .notes
                    .credentials
                    .contains(&hash_of(&bytes[cut.start..cut.end]))
            })
        })
}

fn hash_of(bytes: &[u8]) -> CredentialHash {
    CredentialHash::of(&String::from_utf8_lossy(bytes))
}

/// Cuts every credential out of an exchange's bytes.
pub(super) fn clean(
    exchange: &NewExchange,
    sealer: Option<&Sealer>,
    nonces: Nonces<'_>,
) -> Cleaned {
    let mut cuts = Vec::new();
    let mut sealed = Vec::new();
    let mut side = |bytes: &[u8], in_request: bool| {
        let found = redaction::find_in_message(bytes);
        if found.is_empty() {
            return bytes.to_vec();
        }
        let mut kept = Vec::with_capacity(bytes.len());
        let mut from = 0;
        for cut in found {
            kept.extend_from_slice(&bytes[from..cut.start]);
            from = cut.end;
            let value = &bytes[cut.start..cut.end];
            let hash = hash_of(value);
            let marker = format!("[{} {}]", cut.what, &hash.to_hex()[..8]);
            let mut stored = StoredCut {
                in_request,
                at: kept.len(),
                len: marker.len(),
                hash: None,
                sealed: None,
            };
            if exchange.notes.credentials.contains(&hash) {
                stored.hash = Some(hash.to_hex());
            } else if let Some(sealer) = sealer {
                let value = sealer.seal(value, exchange.id.as_str().as_bytes(), nonces());
                stored.sealed = Some((sealed.len(), value.len()));
                sealed.extend_from_slice(&value);
            }
            kept.extend_from_slice(marker.as_bytes());
            cuts.push(stored);
        }
        kept.extend_from_slice(&bytes[from..]);
        kept
    };
    let request = side(&exchange.request, true);
    let response = side(&exchange.response, false);
    Cleaned {
        request,
        response,
        cuts: serde_json::to_string(&cuts).unwrap_or_else(|_| String::from("[]")),
        sealed,
    }
}

/// An exchange's bytes with every credential back in its place.
#[derive(Debug)]
pub struct Reveal {
    /// Bytes received.
    pub request: Zeroizing<Vec<u8>>,
    /// Bytes sent.
    pub response: Zeroizing<Vec<u8>>,
    /// How many credentials could not be put back: their rows or the sealing key are gone.
    pub lost: usize,
}

/// Why nothing could be revealed.
#[derive(Debug, thiserror::Error)]
pub enum RevealError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sealing key can't be had.
    #[error(transparent)]
    Key(#[from] crate::sealing::KeyError),
}

impl Traffic {
    /// Puts the credentials back into an exchange's bytes.
    pub async fn reveal(
        &self,
        exchange: &Exchange,
        world: &World,
        vault: &Vault,
    ) -> Result<Reveal, RevealError> {
        let sealer = vault.sealer().await?;
        let mut connection = world.read().await?;
        let mut request = Zeroizing::new(Vec::with_capacity(exchange.request.len() * 2));
        let mut response = Zeroizing::new(Vec::with_capacity(exchange.response.len() * 2));
        let (mut request_from, mut response_from, mut lost) = (0, 0, 0);
        for cut in &exchange.cuts {
            let (stored, out, from) = if cut.in_request {
                (&exchange.request, &mut request, &mut request_from)
            } else {
                (&exchange.response, &mut response, &mut response_from)
            };
            out.extend_from_slice(stored.get(*from..cut.at).unwrap_or_default());
            *from = cut.at + cut.len;
            if let Some(value) = value_of(cut, exchange, &sealer, &mut connection).await? {
                out.extend_from_slice(&value);
            } else {
                lost += 1;
                out.extend_from_slice(stored.get(cut.at..cut.at + cut.len).unwrap_or_default());
            }
        }
        request.extend_from_slice(exchange.request.get(request_from..).unwrap_or_default());
        response.extend_from_slice(exchange.response.get(response_from..).unwrap_or_default());
        Ok(Reveal {
            request,
            response,
            lost,
        })
    }
}

async fn value_of(
    cut: &StoredCut,
    exchange: &Exchange,
    sealer: &Sealer,
    connection: &mut sqlx::SqliteConnection,
) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    if let Some(hash) = cut.hash.as_deref().and_then(CredentialHash::from_hex) {
        let Some((id, sealed)) = credentials::sealed(connection, &hash).await? else {
            return Ok(None);
        };
        return Ok(sealer.open(&sealed, id.as_str().as_bytes()).ok());
    }
    let Some((at, len)) = cut.sealed else {
        return Ok(None);
    };
    let Some(sealed) = exchange.sealed.get(at..at + len) else {
        return Ok(None);
    };
    Ok(sealer.open(sealed, exchange.summary.id.as_bytes()).ok())
}
