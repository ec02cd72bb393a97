//! What the server says of a request that it refused: the check, what it wanted against what came, and what to do.

use std::fmt::Write as _;

use connect_rpc::traffic::ExplainedRefusal;

use super::{INDENT, line};
use crate::output::{BAD, BOLD, CARE, plain, prose, prose_in, styled};

/// The server's side of a refusal.
pub(super) fn told(text: &mut String, refusal: &ExplainedRefusal) {
    let check = styled(BAD, format!("✗ {}", plain(&refusal.check)));
    let clause = format!("{}, {}", plain(&refusal.clause), plain(&refusal.standing));
    line(text, "the server's check", &format!("{check}  {clause}"));
    for (name, value) in [
        ("expected", &refusal.expected),
        ("received", &refusal.received),
    ] {
        if !value.is_empty() {
            line(text, &format!("  {name}"), &prose(value));
        }
    }
    if !refusal.fix.is_empty() {
        let name = styled(BOLD, "what to do");
        let _ = writeln!(text, "{INDENT}{name}  {}", prose_in(CARE, &refusal.fix));
    }
}
