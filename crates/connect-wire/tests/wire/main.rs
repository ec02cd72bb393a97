//! Real sockets, raw bytes: what a client sent and received is what is recorded.

mod agreement;
mod bytes;
mod endings;
mod faults;
mod limits;
mod listening;
mod stray;
mod support;
