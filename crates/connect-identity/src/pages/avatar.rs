//! The round or square picture with initials that stands for a person or an app.

use super::text;

/// Initials on one of eight tones, drawn as SVG by `avatar.html`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Avatar {
    /// One or two letters.
    pub(super) initials: String,
    /// 0 to 7: the stylesheet's `tone-0` to `tone-7`.
    pub(super) tone: u8,
}

impl Avatar {
    /// The avatar of something with this name; the tone follows the id, so that namesakes differ.
    pub(super) fn of(name: &str, id: &str) -> Self {
        Self {
            initials: text::initials(name),
            tone: text::tone(id),
        }
    }
}
