//! The key, its public id, and the fingerprints by which another key is recognised.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A key of 256 random bits. Overwritten when dropped, never printed.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SealingKey([u8; SealingKey::LEN]);

impl SealingKey {
    /// The key's length in bytes.
    pub const LEN: usize = 32;

    /// A new key from the caller's randomness.
    pub fn random(random: &mut dyn FnMut(&mut [u8])) -> Self {
        let mut key = Self([0; Self::LEN]);
        random(&mut key.0);
        key
    }

    /// The bytes, for the cipher alone.
    pub(super) fn bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// The key as it is stored: base64url, without padding, so that keychains which keep only text (KDE Wallet) keep
    /// it unchanged.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(Self::LEN.div_ceil(3) * 4));
        URL_SAFE_NO_PAD.encode_string(self.0, &mut text);
        text
    }

    /// Reads what [`Self::to_text`] wrote; surrounding white space is ignored.
    ///
    /// # Errors
    /// [`NotAKey`] says how it differs from a key, without quoting it.
    pub(super) fn from_text(text: &[u8]) -> Result<Self, NotAKey> {
        let text = text.trim_ascii();
        let mut key = Self([0; Self::LEN]);
        // The decoder may write a little beyond what it decodes: give it room and compare lengths after.
        let mut decoded = Zeroizing::new([0_u8; 48]);
        match URL_SAFE_NO_PAD.decode_slice(text, decoded.as_mut_slice()) {
            Ok(Self::LEN) => {
                key.0.copy_from_slice(&decoded[..Self::LEN]);
                Ok(key)
            }
            Ok(len) => Err(NotAKey::Length { len }),
            Err(base64::DecodeSliceError::OutputSliceTooSmall) => Err(NotAKey::Length {
                len: text.len() / 4 * 3,
            }),
            Err(base64::DecodeSliceError::DecodeError(_)) => Err(NotAKey::Encoding),
        }
    }

    /// The fingerprint kept in the record, by which a changed key is recognised. Bound to the key's id, so that equal
    /// keys (which never happen) would not show.
    pub(super) fn check(&self, id: &KeyId) -> KeyCheck {
        let digest = Sha256::new()
            .chain_update(b"connect-console/sealing-key/check/1\0")
            .chain_update(id.0.as_bytes())
            .chain_update(self.0)
            .finalize();
        KeyCheck(hex::encode(&digest[..KeyCheck::BYTES]))
    }

    /// The four bytes that every sealed value carries to say which key sealed it.
    pub(super) fn tag(&self) -> [u8; 4] {
        let digest = Sha256::new()
            .chain_update(b"connect-console/sealing-key/tag/1\0")
            .chain_update(self.0)
            .finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(hidden)")
    }
}

/// Why some stored text is not a sealing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotAKey {
    /// It decodes to another number of bytes.
    #[error("it is {len} bytes long, not {}", SealingKey::LEN)]
    Length {
        /// Its length in bytes.
        len: usize,
    },
    /// It is not base64url.
    #[error("it is not base64url text")]
    Encoding,
}

/// The key's public name: 32 hexadecimal digits, random, saying nothing of the key. It is the `user` under which the
/// keychain keeps the key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

impl KeyId {
    const BYTES: usize = 16;

    /// A new id from the caller's randomness.
    pub(super) fn random(random: &mut dyn FnMut(&mut [u8])) -> Self {
        let mut bytes = [0; Self::BYTES];
        random(&mut bytes);
        Self(hex::encode(bytes))
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for KeyId {
    type Error = NotHex;

    fn try_from(text: String) -> Result<Self, NotHex> {
        checked_hex(text, Self::BYTES).map(Self)
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

/// The key's fingerprint: the first 128 bits of a hash of it, as 32 hexadecimal digits. Safe to store and to show: the
/// key is 256 random bits, so nothing shorter than trying them all leads back to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct KeyCheck(String);

impl KeyCheck {
    const BYTES: usize = 16;
}

impl TryFrom<String> for KeyCheck {
    type Error = NotHex;

    fn try_from(text: String) -> Result<Self, NotHex> {
        checked_hex(text, Self::BYTES).map(Self)
    }
}

impl From<KeyCheck> for String {
    fn from(check: KeyCheck) -> Self {
        check.0
    }
}

/// A text is not the lower-case hexadecimal of so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {digits} lower-case hexadecimal digits")]
pub struct NotHex {
    /// How many digits were expected.
    pub digits: usize,
}

fn checked_hex(text: String, bytes: usize) -> Result<String, NotHex> {
    let digits = bytes * 2;
    let right = text.len() == digits
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if right {
        Ok(text)
    } else {
        Err(NotHex { digits })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SealingKey {
        SealingKey::random(&mut |bytes| bytes.fill(byte))
    }

    fn id(byte: u8) -> KeyId {
        KeyId::random(&mut |bytes| bytes.fill(byte))
    }

    #[test]
    fn the_stored_text_reads_back_as_the_same_key() {
        let text = key(7).to_text();
        assert_eq!(text.len(), 43);
        let again = SealingKey::from_text(format!(" {}\n", *text).as_bytes()).unwrap();
        assert_eq!(again.bytes(), key(7).bytes());
    }

    #[test]
    fn a_text_of_another_length_says_its_length() {
        let short = URL_SAFE_NO_PAD.encode([0_u8; 31]);
        assert_eq!(
            SealingKey::from_text(short.as_bytes()).unwrap_err(),
            NotAKey::Length { len: 31 }
        );
        let long = URL_SAFE_NO_PAD.encode([0_u8; 33]);
        assert_eq!(
            SealingKey::from_text(long.as_bytes()).unwrap_err(),
            NotAKey::Length { len: 33 }
        );
        let huge = URL_SAFE_NO_PAD.encode([0_u8; 3000]);
        assert_eq!(
            SealingKey::from_text(huge.as_bytes()).unwrap_err(),
            NotAKey::Length { len: 3000 }
        );
        assert_eq!(
            SealingKey::from_text(b"").unwrap_err(),
            NotAKey::Length { len: 0 }
        );
    }

    #[test]
    fn a_text_that_is_not_base64url_is_not_a_key() {
        assert_eq!(
            SealingKey::from_text(b"not a key at all").unwrap_err(),
            NotAKey::Encoding
        );
        assert_eq!(
            SealingKey::from_text(&[0xff; 43]).unwrap_err(),
            NotAKey::Encoding
        );
    }

    #[test]
    fn fingerprints_differ_by_key_and_by_id() {
        assert_eq!(key(1).check(&id(1)), key(1).check(&id(1)));
        assert_ne!(key(1).check(&id(1)), key(2).check(&id(1)));
        assert_ne!(key(1).check(&id(1)), key(1).check(&id(2)));
        assert_ne!(key(1).tag(), key(2).tag());
    }

    #[test]
    fn printing_a_key_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", key(0xab)), "SealingKey(hidden)");
    }

    #[test]
    fn ids_are_32_hexadecimal_digits_and_nothing_else() {
        assert_eq!(id(0xa5).as_str(), "a5".repeat(16));
        assert!(KeyId::try_from("A5".repeat(16)).is_err());
        assert!(KeyId::try_from("a5".repeat(15)).is_err());
        assert!(KeyId::try_from("../../etc/passwd".repeat(2)).is_err());
    }
}
