//! The services as a client meets them: requests to the router, a real store on a file, the seeded people.

mod access;
mod changes;
mod console;
mod coverage;
mod document;
mod idempotency;
mod routing;
mod rows;
mod sandbox;
mod shape;
