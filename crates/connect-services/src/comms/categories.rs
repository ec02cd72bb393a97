//! What messages are about, how they travel and who carries them (assumed: the pages name the fields, not the words).

use connect_store::services::comms::Channel;

/// What a message can be about.
pub(crate) const CATEGORIES: [&str; 4] = ["lab_results", "protocol", "community", "marketing"];

/// How a message can travel.
pub(crate) const CHANNELS: [Channel; 4] =
    [Channel::Email, Channel::Sms, Channel::Push, Channel::InApp];

/// The templates the sandbox knows, and what each is about; `None` cannot be switched off.
pub(crate) const TEMPLATES: [(&str, Option<&str>); 6] = [
    ("welcome", None),
    ("lab_results_ready", Some("lab_results")),
    ("check_in_due", Some("protocol")),
    ("protocol_started", Some("protocol")),
    ("new_follower", Some("community")),
    ("monthly_offer", Some("marketing")),
];

/// Who carries messages of a channel: nobody outside this machine.
pub(crate) const fn provider(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "sandbox_email",
        Channel::Sms => "sandbox_sms",
        Channel::Push => "sandbox_push",
        Channel::InApp => "sandbox_inbox",
    }
}
