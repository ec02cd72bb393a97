//! Cutting credentials out of bytes before they are stored, and putting them back for whoever may see them.
//!
//! A credential with a row of its own is remembered by its hash; any other value that looks like one, or stands where
//! one belongs, is sealed beside the exchange. What stays in the bytes is a marker: `[refresh_token 1a2b3c4d]`, the
//! first digits of the hash, so that a reader still sees which is which.

use connect_core::domain::redaction::{self, Cut};
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

/// A place in a blob: first byte, counted from 1 as SQLite does, and length.
pub(super) type Place = (usize, usize);

/// What is stored of an exchange's bytes, and where in the blob it was put.
pub(super) struct Stored {
    pub(super) request: Place,
    pub(super) response: Place,
    /// Sealed values.
    pub(super) sealed: Place,
    /// JSON of [`StoredCut`]s.
    pub(super) cuts: String,
}

/// Supplies nonces.
pub(super) type Nonces<'n> = &'n mut dyn FnMut() -> [u8; 24];

/// The credentials in an exchange's bytes.
pub(super) struct Found<'e> {
    exchange: &'e NewExchange,
    request: Vec<(Cut, CredentialHash)>,
    response: Vec<(Cut, CredentialHash)>,
}

impl<'e> Found<'e> {
    pub(super) fn new(exchange: &'e NewExchange) -> Self {
        let side = |bytes: &[u8]| {
            redaction::find_in_message(bytes)
                .into_iter()
                .map(|cut| {
                    let value = String::from_utf8_lossy(&bytes[cut.start..cut.end]);
                    (cut, CredentialHash::of(&value))
                })
                .collect()
        };
        Self {
            exchange,
            request: side(&exchange.request),
            response: side(&exchange.response),
        }
    }

    /// Whether it is known beyond these bytes.
    fn has_row(&self, hash: &CredentialHash) -> bool {
        self.exchange.notes.credentials.contains(hash)
    }

    /// Whether some credential has no row of its own, so that a key is needed to keep it.
    pub(super) fn needs_key(&self) -> bool {
        let mut all = self.request.iter().chain(&self.response);
        all.any(|(_, hash)| !self.has_row(hash))
    }

    /// Adds the bytes to `blob`, every credential cut out of them.
    pub(super) fn cut_into(
        &self,
        blob: &mut Vec<u8>,
        sealer: Option<&Sealer>,
        nonces: Nonces<'_>,
    ) -> Stored {
        let mut cuts = Vec::new();
        let mut sealed = Vec::new();
        let mut side = |bytes: &[u8], found: &[(Cut, CredentialHash)], in_request: bool| {
            let start = blob.len();
            let mut from = 0;
            for (cut, hash) in found {
                blob.extend_from_slice(&bytes[from..cut.start]);
                from = cut.end;
                let digits = hash.to_hex();
                let marker = format!("[{} {}]", cut.what, &digits[..8]);
                let mut stored = StoredCut {
                    in_request,
                    at: blob.len() - start,
                    len: marker.len(),
                    hash: None,
                    sealed: None,
                };
                if self.has_row(hash) {
                    stored.hash = Some(digits);
                } else if let Some(sealer) = sealer {
                    let context = self.exchange.id.as_str().as_bytes();
                    let value = sealer.seal(&bytes[cut.start..cut.end], context, nonces());
                    stored.sealed = Some((sealed.len(), value.len()));
                    sealed.extend_from_slice(&value);
                }
                blob.extend_from_slice(marker.as_bytes());
                cuts.push(stored);
            }
            blob.extend_from_slice(&bytes[from..]);
            (start + 1, blob.len() - start)
        };
        let request = side(&self.exchange.request, &self.request, true);
        let response = side(&self.exchange.response, &self.response, false);
        let sealed_at = (blob.len() + 1, sealed.len());
        blob.extend_from_slice(&sealed);
        Stored {
            request,
            response,
            sealed: sealed_at,
            cuts: serde_json::to_string(&cuts).unwrap_or_else(|_| String::from("[]")),
        }
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

impl Exchange {
    /// How many markers stand in the request.
    #[must_use]
    pub fn markers_in_request(&self) -> usize {
        self.cuts.iter().filter(|cut| cut.in_request).count()
    }

    /// Request and answer with other markers: `label` is given each one's kind and the digits of its hash.
    #[must_use]
    pub fn with_markers(&self, label: &mut dyn FnMut(&str, &str) -> String) -> (Vec<u8>, Vec<u8>) {
        let mut side = |bytes: &[u8], in_request: bool| {
            let mut out = Vec::with_capacity(bytes.len());
            let mut from = 0;
            for cut in self.cuts.iter().filter(|cut| cut.in_request == in_request) {
                let (Some(before), Some(marker)) =
                    (bytes.get(from..cut.at), bytes.get(cut.at..cut.at + cut.len))
                else {
                    continue;
                };
                let marker = String::from_utf8_lossy(marker);
                let inner = marker.trim_start_matches('[').trim_end_matches(']');
                let (what, digits) = inner.split_once(' ').unwrap_or((inner, ""));
                out.extend_from_slice(before);
                out.extend_from_slice(label(what, digits).as_bytes());
                from = cut.at + cut.len;
            }
            out.extend_from_slice(bytes.get(from..).unwrap_or_default());
            out
        };
        (side(&self.request, true), side(&self.response, false))
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
