//! What the panels Apps, People and Home ask of the control surface, beyond what every command is tried with in
//! `control.rs`.

mod apps;
mod code;
mod home;
mod people;
