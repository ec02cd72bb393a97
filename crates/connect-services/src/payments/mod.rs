//! The payments service.

pub(crate) mod billing;
#[expect(
    clippy::module_inception,
    reason = "the resource is called as the service is"
)]
pub(crate) mod payments;
pub(crate) mod subscriptions;
