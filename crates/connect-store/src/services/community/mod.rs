//! Rows of the community service.

pub mod communities;
pub mod feed_channels;
pub mod members;
pub mod posts;
pub mod reactions;
pub mod reports;
