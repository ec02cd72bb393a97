//! A walk with an id_token without a signature, as it is handed over in Rust: compiled as it stands. `it/ready/handed_over.rs` compares
//! and runs it.
#![expect(clippy::print_stdout, reason = "a program for a terminal")]

include!("../rust/alg_none.rs.txt");
