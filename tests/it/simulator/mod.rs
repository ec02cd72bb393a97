//! The client simulator: what it foresees is held against what the sandbox answers.

mod again;
mod cancel;
mod conditions;
mod dice;
mod edits;
mod elsewhere;
mod ends;
mod list;
mod meant;
mod rate;
mod switches;
mod table;
mod walk;
mod walker;
mod wander;
mod ways;
