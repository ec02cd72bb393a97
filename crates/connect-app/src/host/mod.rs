//! What every program that holds a sandbox needs of its machine: where workspaces are kept, where logs go, how
//! it is asked to stop.

pub mod logs;
pub mod paths;
pub mod signals;
pub mod workspaces;
