//! Closed sets of words that rows and the wire share: statuses, severities, kinds.

/// A value that is stored and sent as one word out of a closed set.
pub trait Word: Copy + Sized {
    /// Every word of the set, in order.
    const WORDS: &'static [&'static str];
    /// The word.
    fn word(self) -> &'static str;
    /// The value the word names.
    fn from_word(word: &str) -> Option<Self>;
}

/// Declares an enum whose values are words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The word, as stored and sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl $crate::services::word::Word for $name {
            const WORDS: &'static [&'static str] = &[$($text,)*];
            fn word(self) -> &'static str {
                self.as_str()
            }
            fn from_word(word: &str) -> Option<Self> {
                match word { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

pub(crate) use words;
