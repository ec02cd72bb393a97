//! Scenarios over real HTTP and the control surface: one binary, one file for each subject.
//!
//! Every test starts a sandbox of its own on free ports and speaks to it through sockets. To add a scenario: a test in
//! the file of its subject; to add a subject: a file here. What they share is in `support`.

mod control;
mod crash;
mod errors;
mod fuzz;
mod hosts;
mod lineage;
mod model;
mod negative;
mod panels;
mod probe;
mod race;
mod retention;
mod routes;
mod sealing;
mod secrecy;
mod simulator;
mod support;
mod time;
mod traffic;
mod ui;
mod workspace;
