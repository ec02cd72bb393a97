//! Every main task by keyboard alone: keys move and do everything, each stop shows that it has the focus, and a dialog
//! that closes gives the focus back.

mod apps;
mod everywhere;
mod home;
mod people;
mod settings;
mod simulator;
mod traffic;
