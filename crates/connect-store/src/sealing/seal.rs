//! Sealing and opening values.
//!
//! A sealed value is `version (1 byte) ‖ key tag (4) ‖ nonce (24) ‖ ciphertext ‖ authenticator (16)`, made with
//! XChaCha20-Poly1305 (RFC 8439 with the 192-bit nonce of draft-irtf-cfrg-xchacha-03). The context is authenticated
//! with it, so a sealed value opens only where it was sealed for.

use std::fmt;

use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::key::SealingKey;

const VERSION: u8 = 1;
const KEY_TAG: std::ops::Range<usize> = 1..5;
const NONCE: std::ops::Range<usize> = 5..29;
const HEADER_LEN: usize = NONCE.end;
const AUTHENTICATOR_LEN: usize = 16;

/// Seals and opens values with one key. Shared freely between threads; overwritten when the last owner drops it.
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    key_tag: [u8; 4],
}

impl Sealer {
    /// How many bytes longer a sealed value is than its plaintext.
    pub const OVERHEAD: usize = HEADER_LEN + AUTHENTICATOR_LEN;
    /// The length of a nonce in bytes.
    pub const NONCE_LEN: usize = 24;

    /// Takes the key, whose own copy is overwritten.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the key must not outlive its sealer"
    )]
    pub fn new(key: SealingKey) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(key.bytes().into()),
            key_tag: key.tag(),
        }
    }

    /// Seals `plaintext` for the one place named by `context` (table, column and row, say).
    ///
    /// `nonce` must be 24 fresh random bytes: used twice with the same key, it would give both plaintexts away.
    #[must_use]
    pub fn seal(&self, plaintext: &[u8], context: &[u8], nonce: [u8; Self::NONCE_LEN]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(plaintext.len() + Self::OVERHEAD);
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.key_tag);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plaintext);
        let authenticator = self
            .cipher
            .encrypt_inout_detached(
                &XNonce::from(nonce),
                context,
                (&mut sealed[HEADER_LEN..]).into(),
            )
            .expect("a plaintext is far below the cipher's limit of 256 GiB");
        sealed.extend_from_slice(&authenticator);
        sealed
    }

    /// Opens what [`Self::seal`] sealed for the same `context`. The plaintext is overwritten when dropped.
    ///
    /// # Errors
    /// [`SealError`]; nothing of the plaintext is released unless the whole of it is authentic.
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        match sealed.first() {
            None => return Err(SealError::Truncated { len: 0 }),
            Some(&VERSION) => {}
            Some(&version) => return Err(SealError::UnknownVersion { version }),
        }
        let Some((header, body)) = sealed.split_at_checked(HEADER_LEN) else {
            return Err(SealError::Truncated { len: sealed.len() });
        };
        let Some((ciphertext, authenticator)) = body.split_last_chunk::<AUTHENTICATOR_LEN>() else {
            return Err(SealError::Truncated { len: sealed.len() });
        };
        if header[KEY_TAG] != self.key_tag {
            return Err(SealError::OtherKey);
        }
        let nonce: [u8; Self::NONCE_LEN] = header[NONCE]
            .try_into()
            .expect("the range of the nonce is as long as a nonce");
        let mut plaintext = Zeroizing::new(ciphertext.to_vec());
        self.cipher
            .decrypt_inout_detached(
                &XNonce::from(nonce),
                context,
                plaintext.as_mut_slice().into(),
                &Tag::from(*authenticator),
            )
            .map_err(|_| SealError::Altered)?;
        Ok(plaintext)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(hidden)")
    }
}

/// Why a sealed value does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It was sealed with another key: one that was replaced since, or another workspace's. The value is lost.
    #[error("this value was sealed with another key and is lost")]
    OtherKey,
    /// Ciphertext, authenticator or context differ from what was sealed.
    #[error("this sealed value was altered, or belongs to another row")]
    Altered,
    /// Too short to be a sealed value.
    #[error(
        "this sealed value is cut short: {len} bytes, where the shortest has {}",
        Sealer::OVERHEAD
    )]
    Truncated {
        /// Its length in bytes.
        len: usize,
    },
    /// The first byte names a format this version does not know.
    #[error(
        "this sealed value has format {version}, which this version of Connect Console does not know"
    )]
    UnknownVersion {
        /// The first byte.
        version: u8,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: &[u8] = b"credentials/value/01";

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(SealingKey::random(&mut |bytes| bytes.fill(byte)))
    }

    fn sealed() -> Vec<u8> {
        sealer(1).seal(b"lph_at_secret", CONTEXT, [9; 24])
    }

    #[test]
    fn a_sealed_value_opens_to_what_was_sealed() {
        for len in [0, 1, 50, 64, 65, 100_000] {
            let plaintext = vec![0x5a; len];
            let sealed = sealer(1).seal(&plaintext, CONTEXT, [9; 24]);
            assert_eq!(sealed.len(), len + Sealer::OVERHEAD);
            assert_eq!(sealed.capacity(), sealed.len());
            assert_eq!(*sealer(1).open(&sealed, CONTEXT).unwrap(), plaintext);
        }
    }

    #[test]
    fn the_plaintext_is_not_in_the_sealed_value() {
        assert!(!sealed().windows(6).any(|part| part == b"lph_at"));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        for at in 0..sealed().len() {
            for bit in 0..8 {
                let mut changed = sealed();
                changed[at] ^= 1 << bit;
                let error = sealer(1).open(&changed, CONTEXT).unwrap_err();
                let expected = match at {
                    0 => SealError::UnknownVersion {
                        version: changed[0],
                    },
                    1..5 => SealError::OtherKey,
                    _ => SealError::Altered,
                };
                assert_eq!(error, expected, "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_value_moved_to_another_row_does_not_open() {
        assert_eq!(
            sealer(1)
                .open(&sealed(), b"credentials/value/02")
                .unwrap_err(),
            SealError::Altered
        );
        assert_eq!(
            sealer(1).open(&sealed(), b"").unwrap_err(),
            SealError::Altered
        );
    }

    #[test]
    fn a_value_cut_short_anywhere_does_not_open() {
        for len in 0..sealed().len() {
            let expected = if len < Sealer::OVERHEAD {
                SealError::Truncated { len }
            } else {
                SealError::Altered
            };
            assert_eq!(
                sealer(1).open(&sealed()[..len], CONTEXT).unwrap_err(),
                expected
            );
        }
    }

    #[test]
    fn a_value_sealed_with_another_key_is_lost_rather_than_altered() {
        assert_eq!(
            sealer(2).open(&sealed(), CONTEXT).unwrap_err(),
            SealError::OtherKey
        );
    }

    #[test]
    fn an_unknown_format_is_named() {
        let mut future = sealed();
        future[0] = 2;
        assert_eq!(
            sealer(1).open(&future, CONTEXT).unwrap_err(),
            SealError::UnknownVersion { version: 2 }
        );
    }

    #[test]
    fn the_format_is_fixed() {
        // Written once; a change here makes every workspace's sealed values unreadable.
        let known = sealer(1).seal(b"ab", b"c", [3; 24]);
        assert_eq!(*sealer(1).open(&known, b"c").unwrap(), b"ab");
        assert_eq!(known, KNOWN);
    }

    const KNOWN: &[u8] = &[
        1, 146, 11, 250, 31, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
        3, 47, 98, 185, 235, 238, 149, 196, 136, 46, 237, 195, 120, 238, 218, 241, 0, 197, 182,
    ];
}
