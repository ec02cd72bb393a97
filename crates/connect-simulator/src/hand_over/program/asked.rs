//! What the template of a language asks of a program, to write what is needed in it and nothing else.

use super::super::app::Claimed;
use super::super::way::Way;
use super::{Part, Program};

impl Program {
    pub(in super::super) fn uses(&self, name: &str) -> bool {
        self.used.iter().any(|var| var.snake() == name)
    }

    /// Whether the person is asked at all.
    pub(in super::super) fn asks(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Ask(_)))
    }

    pub(in super::super) fn listens(&self) -> bool {
        self.asks() && self.way != Way::Pasted
    }

    pub(in super::super) fn any_port(&self) -> bool {
        self.way == Way::AnyPort
    }

    /// Whether it reads a part of an id_token.
    pub(in super::super) fn reads_parts(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|part| matches!(part, Part::Verify(it) if it.reads_header() || it.reads_claims()))
    }

    /// Whether it verifies a JWT's signature, in a language that can.
    pub(in super::super) fn reads_signatures(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|part| matches!(part, Part::Verify(it) if it.reads_signature()))
    }

    /// Whether an id_token is altered in it, in a language that finds that out.
    pub(in super::super) fn alters(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|part| matches!(part, Part::Verify(it) if it.is_altered()))
    }

    /// Whether it counts the time.
    pub(in super::super) fn counts_time(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|part| matches!(part, Part::Verify(it) if it.counts_time()))
    }

    /// Whether the app itself finds something in order in it.
    pub(in super::super) fn checks(&self) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Take(take) => take.looks.iter().any(|look| look.by() == "check"),
            Part::Verify(verify) => verify.claims.iter().any(Claimed::is_in_order),
            _ => false,
        })
    }

    /// Whether the app itself refuses something in it, in a language that verifies signatures or does not.
    pub(in super::super) fn refuses(&self, with_signatures: bool) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Take(take) => take.is_refused(),
            Part::Verify(verify) => {
                verify.is_refused() && (with_signatures || !verify.is_altered())
            }
            _ => false,
        })
    }

    /// Whether the answer is changed before it is looked at.
    pub(in super::super) fn changes(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|part| matches!(part, Part::Take(take) if !take.changes.is_empty()))
    }

    /// Whether a text of an answer is needed later.
    pub(in super::super) fn takes(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|part| matches!(part, Part::Send(send) if send.texts_taken().next().is_some()))
    }
}
