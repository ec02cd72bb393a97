//! `captions.ts`: what just happened, in words for a room.

use std::fmt::Write as _;

use connect_core::domain::journal::Kind;
use connect_rpc::captions::caption;
use serde_json::json;

/// The whole file.
pub(crate) fn file() -> String {
    let mut text = super::heading("What presenter mode says of each kind of journal entry.");
    text.push_str(
        "/** By kind of entry: what just happened, in plain words; null for what a room need not hear about. */\n\
         export const CAPTIONS = {\n",
    );
    for kind in Kind::ALL {
        let _ = writeln!(
            text,
            "\t{}: {},",
            json!(kind.as_str()),
            json!(caption(*kind))
        );
    }
    text.push_str("} as const satisfies Record<string, string | null>;\n\n");
    text.push_str(
        "/** What a journal entry says happened. */\nexport type JournalKind = keyof typeof CAPTIONS;\n",
    );
    text
}
