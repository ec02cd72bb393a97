//! A message's body: how far it reaches.

use super::FramingError;

/// What remains of a body.
pub(super) enum Body {
    /// That many bytes.
    Length(u64),
    /// Chunks (RFC 9112 §7.1).
    Chunked { state: Chunk, size: u64 },
    /// All there is.
    UntilEnd,
}

/// What a piece of a body led to.
pub(super) enum Progress {
    More,
    End,
    Broken(FramingError),
}

/// Where in the chunked coding the next byte stands.
#[derive(Clone, Copy)]
pub(super) enum Chunk {
    /// The first digit of a size.
    Size,
    /// A further digit, or what ends them.
    SizeMore,
    /// White space after a size.
    SizeSpace,
    /// An extension, ignored.
    Extension,
    /// The line feed after a size.
    SizeEnd,
    Data,
    DataReturn,
    DataEnd,
    /// The start of a trailer line, or of the empty line that ends the message.
    TrailerStart,
    Trailer,
    TrailerEnd,
    LastEnd,
}

impl Body {
    pub(super) const fn chunked() -> Self {
        Self::Chunked {
            state: Chunk::Size,
            size: 0,
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        matches!(self, Self::Length(0))
    }

    pub(super) const fn ends_with_the_stream(&self) -> bool {
        matches!(self, Self::UntilEnd)
    }

    /// How many of `bytes` belong to the body, and what they led to.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> (usize, Progress) {
        match self {
            Self::UntilEnd => (bytes.len(), Progress::More),
            Self::Length(rest) => {
                let taken = fit(*rest, bytes.len());
                *rest -= taken as u64;
                let progress = if *rest == 0 {
                    Progress::End
                } else {
                    Progress::More
                };
                (taken, progress)
            }
            Self::Chunked { state, size } => advance_chunked(state, size, bytes),
        }
    }
}

/// `rest` as far as `available` reaches.
fn fit(rest: u64, available: usize) -> usize {
    usize::try_from(rest).unwrap_or(usize::MAX).min(available)
}

fn advance_chunked(state: &mut Chunk, size: &mut u64, bytes: &[u8]) -> (usize, Progress) {
    let mut at = 0;
    while at < bytes.len() {
        if matches!(state, Chunk::Data) {
            let taken = fit(*size, bytes.len() - at);
            *size -= taken as u64;
            at += taken;
            if *size == 0 {
                *state = Chunk::DataReturn;
            }
            continue;
        }
        let byte = bytes[at];
        at += 1;
        *state = match (*state, byte) {
            (Chunk::LastEnd, b'\n') => return (at, Progress::End),
            (current, byte) => match step(current, byte, size) {
                Some(next) => next,
                None => return (at, Progress::Broken(FramingError::Chunk)),
            },
        };
    }
    (at, Progress::More)
}

/// The state after `byte`; nothing where it may not stand.
fn step(state: Chunk, byte: u8, size: &mut u64) -> Option<Chunk> {
    Some(match (state, byte) {
        (Chunk::Size | Chunk::SizeMore, byte) if byte.is_ascii_hexdigit() => {
            let digit = char::from(byte).to_digit(16)?;
            *size = size.checked_mul(16)?.checked_add(u64::from(digit))?;
            Chunk::SizeMore
        }
        (Chunk::SizeMore | Chunk::SizeSpace, b' ' | b'\t') => Chunk::SizeSpace,
        (Chunk::SizeMore | Chunk::SizeSpace, b';') => Chunk::Extension,
        (Chunk::SizeMore | Chunk::SizeSpace | Chunk::Extension, b'\r') => Chunk::SizeEnd,
        (Chunk::Extension, byte) if byte != b'\n' => Chunk::Extension,
        (Chunk::SizeEnd, b'\n') if *size == 0 => Chunk::TrailerStart,
        (Chunk::SizeEnd, b'\n') => Chunk::Data,
        (Chunk::DataReturn, b'\r') => Chunk::DataEnd,
        (Chunk::DataEnd, b'\n') => Chunk::Size,
        (Chunk::TrailerStart, b'\r') => Chunk::LastEnd,
        (Chunk::Trailer, b'\r') => Chunk::TrailerEnd,
        (Chunk::TrailerStart | Chunk::Trailer, _) => Chunk::Trailer,
        (Chunk::TrailerEnd, b'\n') => Chunk::TrailerStart,
        _ => return None,
    })
}
