//! The tests that cross every boundary; there is nothing to use here.
//!
//! `it/` are scenarios over real HTTP and the control surface, `clients/` real apps in a real browser, `bench/` the
//! peers that `cargo xtask bench` measures beside the sandbox.
