//! The fields a condition can name, with what is said about each to whoever writes a filter.

/// How a field's value is compared with what a condition wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparing {
    /// It is that, letter for letter.
    Exact,
    /// It is that, case aside.
    Word,
    /// That stands somewhere in it, case aside.
    Contains,
    /// It is that id, or the name that goes with it contains that, case aside.
    Named,
    /// It is a number, a time or one of a few words.
    Special,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal [$($alias:literal),*] $comparing:ident, $description:literal, $example:literal;)*) => {
        /// What a condition can be about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Field { $($(#[$doc])* $variant,)* }

        impl Field {
            /// Every field, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// As it is written.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Other ways to write it.
            #[must_use]
            pub const fn aliases(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($alias),*],)* }
            }

            /// How its value is compared.
            #[must_use]
            pub const fn comparing(self) -> Comparing {
                match self { $(Self::$variant => Comparing::$comparing,)* }
            }

            /// What it is, in one line.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description,)* }
            }

            /// A condition with it, to copy.
            #[must_use]
            pub const fn example(self) -> &'static str {
                match self { $(Self::$variant => $example,)* }
            }
        }
    };
}

fields! {
    /// The status of the answer.
    Status = "status" [] Special, "The status of the answer: 404, a class such as 4xx, a comparison such as >=400, or none.", "status:4xx";
    /// The method.
    Method = "method" [] Word, "The request's method.", "method:POST";
    /// The target.
    Target = "target" ["path"] Contains, "A part of the request's target: path and query.", "target:/v1/oauth";
    /// `Host`.
    Host = "host" [] Contains, "A part of the request's Host.", "host:localhost";
    /// The service that answered.
    Service = "service" [] Word, "The service that answered.", "service:clinical";
    /// The operation.
    Operation = "operation" [] Word, "The operation of that service.", "operation:token";
    /// The app.
    App = "app" ["client"] Named, "The app: its client_id, or a part of its name.", "app:\"Demo Web App\"";
    /// The persona.
    User = "user" ["persona"] Named, "The persona: their user_id, or a part of their email.", "user:maya@example.com";
    /// The grant.
    Grant = "grant" [] Exact, "The grant that was used, by its id.", "grant:grant_01HXY";
    /// The trace.
    Trace = "trace" [] Exact, "The trace it belongs to, by its id.", "trace:trace_01HXY";
    /// The exchange itself.
    Exchange = "exchange" [] Exact, "The exchange with this id.", "exchange:exchange_01HXY";
    /// The check that failed.
    Check = "check" ["refused_by"] Word, "The check that refused it.", "check:redirect_uri_registered";
    /// The code on the wire.
    Error = "error" [] Word, "The error's code on the wire.", "error:invalid_grant";
    /// The listener.
    Listener = "listener" [] Word, "The listener it came to: platform or capture.", "listener:capture";
    /// How it ended.
    Ended = "ended" [] Contains, "A part of how it ended, in words.", "ended:\"hung up\"";
    /// How long it took.
    Took = "took" [] Special, "How long it took, in us, ms, s or m.", "took>100ms";
    /// How large it was.
    Size = "size" [] Special, "Bytes of the request and the answer together, in b, kb or mb (1kb is 1,024 bytes).", "size>10kb";
    /// Before a moment.
    Before = "before" [] Special, "Begun before this moment of sandbox time: 2026-05-22T12:34:56Z, 2026-05-22, or so long ago: 10m.", "before:1h";
    /// After a moment.
    After = "after" [] Special, "Begun at this moment of sandbox time or after it: 2026-05-22T12:34:56Z, 2026-05-22, or so long ago: 10m.", "after:10m";
    /// What else there is to say.
    Is = "is" [] Special, "refused, pinned, finding (accepted with a remark), failed (a 5xx status, or not answered to the end) or open (nothing was answered).", "is:refused";
}

impl Field {
    /// The field with this name or alias, case aside.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|field| {
            let is_it = |name: &&str| name.eq_ignore_ascii_case(word);
            is_it(&field.name()) || field.aliases().iter().any(is_it)
        })
    }

    /// The operators a condition with it may have.
    #[must_use]
    pub const fn operators(self) -> &'static [&'static str] {
        match self {
            Self::Status => &[":", ">", ">=", "<", "<="],
            Self::Took | Self::Size => &[">", ">=", "<", "<="],
            _ => &[":"],
        }
    }
}

macro_rules! flags {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What can be said of an exchange with `is:`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Flag { $($(#[$doc])* $variant,)* }

        impl Flag {
            /// Every flag.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// As it is written.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

flags! {
    /// A check refused it.
    Refused = "refused",
    /// Somebody pinned it, so that retention keeps it.
    Pinned = "pinned",
    /// It was accepted with a remark.
    Finding = "finding",
    /// It was answered with 5xx, or its answer did not arrive whole.
    Failed = "failed",
    /// Nothing was answered.
    Open = "open",
}

impl Flag {
    /// The flag with this name, case aside.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|flag| flag.name().eq_ignore_ascii_case(word))
    }
}
