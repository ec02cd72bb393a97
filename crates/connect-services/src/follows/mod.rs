//! The follows service.

#[expect(
    clippy::module_inception,
    reason = "the resource is called as the service is"
)]
pub(crate) mod follows;
