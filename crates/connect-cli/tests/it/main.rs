//! The program as people and scripts run it: arguments in; standard output, standard error and the exit code out.

mod asking;
mod code;
mod env;
mod explain;
mod failing;
mod hand_over;
mod help;
mod sandbox;
mod serve;
mod tls;
mod walk;
mod world;
