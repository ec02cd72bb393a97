//! Whole endpoints under arbitrary input: an answer in order every time, never a failure of ours, never a token.
//!
//! `ARBTEST_BUDGET_MS` sets how long each is tried (`cargo xtask fuzz` does); `ARBTEST_SEED` repeats one try. The
//! parsers behind the endpoints have property tests of their own, beside them.

mod bytes;
mod control;
mod identity;
mod input;
mod services;
mod target;
