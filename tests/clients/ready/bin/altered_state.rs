//! A walk with a state that is not the one that was sent, as it is handed over in Rust: compiled as it stands. `it/ready/handed_over.rs` compares
//! and runs it.
#![expect(clippy::print_stdout, reason = "a program for a terminal")]

include!("../rust/altered_state.rs.txt");
