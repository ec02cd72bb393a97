//! The ready code for Rust, as the console gives it: compiled as it stands. `it/ready/rust.rs` compares and runs it.
#![expect(clippy::print_stdout, reason = "a program for a terminal")]

include!("../rust/native.rs.txt");
