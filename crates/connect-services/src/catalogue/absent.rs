//! Operations of the platform that are not here, on purpose (ruling 35, tier C). Their 404 says so.

use super::operation::Verb;

/// An operation that is not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absent {
    /// The service that has it in production.
    pub service: &'static str,
    /// Its method.
    pub verb: Verb,
    /// Its path template.
    pub path: &'static str,
    /// Why it is not here.
    pub reason: &'static str,
}

const fn absent(
    service: &'static str,
    verb: Verb,
    path: &'static str,
    reason: &'static str,
) -> Absent {
    Absent {
        service,
        verb,
        path,
        reason,
    }
}

const INBOUND: &str = "It receives webhooks of a vendor and is not for apps.";
const ADMIN: &str = "It belongs to Loop's own staff tools and is not for apps.";
const ELSEWHERE: &str = "It connects services that the sandbox does not have.";

/// All of them.
pub static ABSENT: &[Absent] = &[
    absent("clinical", Verb::Post, "/webhooks/junction-link", INBOUND),
    absent("clinical", Verb::Post, "/v1/webhooks/junction", INBOUND),
    absent(
        "identity",
        Verb::Post,
        "/v1/webhooks/workos/auth-emails",
        INBOUND,
    ),
    absent("identity", Verb::Get, "/v1/admin/users/{userId}", ADMIN),
    absent(
        "payments",
        Verb::Get,
        "/v1/admin/members/{user_id}/billing-summary",
        ADMIN,
    ),
    absent(
        "community",
        Verb::Post,
        "/v1/admin/communities/{slug}/members",
        ADMIN,
    ),
    absent("community", Verb::Post, "/v1/admin/follows", ADMIN),
    absent(
        "events",
        Verb::Post,
        "/v1/events",
        "Events come from what happens in the sandbox; publishing them is for Loop's own services.",
    ),
    absent(
        "integrations",
        Verb::Post,
        "/v1/connections/authorize",
        ELSEWHERE,
    ),
    absent("integrations", Verb::Post, "/v1/stream/webhooks", INBOUND),
    absent("ai", Verb::Post, "/v1/recommend", ELSEWHERE),
];
