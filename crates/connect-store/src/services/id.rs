//! Typed ids of service rows: prefixed ULIDs, and UUIDs (version 7) where a reference page says `uuid`.

use connect_core::id::TypedId;

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes text as an id, unchecked: one that names nothing is found to do so by looking it up.
            #[must_use]
            pub fn from_text(text: impl Into<String>) -> Self {
                Self(text.into())
            }
            /// The whole id.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

macro_rules! prefixed {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        id_type!($(#[$doc])* $name);

        impl TypedId for $name {
            const PREFIX: &'static str = $prefix;
            fn from_ulid(ulid: ulid::Ulid) -> Self {
                let mut buffer = [0; ulid::ULID_LEN];
                Self(format!("{}{}", $prefix, ulid.array_to_str(&mut buffer)))
            }
        }
    )*};
}

macro_rules! uuids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        id_type!($(#[$doc])* $name);

        impl TypedId for $name {
            const PREFIX: &'static str = "";
            fn from_ulid(ulid: ulid::Ulid) -> Self {
                Self(uuid_text(ulid.into()))
            }
        }
    )*};
}

prefixed! {
    /// One lab result.
    BiomarkerId = "biomarker_";
    /// One persona on one protocol.
    EnrollmentId = "enrollment_";
    /// A safety flag.
    RedFlagId = "flag_";
    /// One measurement of the patient graph.
    MeasurementId = "measurement_";
    /// One event of a persona's timeline.
    TimelineId = "timeline_";
    /// A membership.
    MembershipId = "membership_";
    /// What holds a membership's conversion back.
    LockId = "lock_";
    /// A subscription.
    SubscriptionId = "subscription_";
    /// A payment.
    PaymentId = "payment_";
    /// A post.
    PostId = "post_";
    /// A community.
    CommunityId = "community_";
    /// A report about a person, post or comment.
    ReportId = "report_";
    /// A channel of somebody's feed.
    FeedChannelId = "channel_";
    /// One person following another.
    FollowId = "follow_";
    /// A message.
    MessageId = "message_";
    /// A contact preference.
    PreferenceId = "preference_";
    /// A computed health score.
    ScoreId = "score_";
    /// A computed recommendation.
    RecommendationId = "recommendation_";
}

uuids! {
    /// One blood draw, or one upload of results.
    BloodworkId;
    /// A protocol of a brand's catalogue.
    ProtocolId;
    /// A compound of a protocol, or the compound itself.
    CompoundId;
    /// A check-in.
    CheckInId;
    /// A wearable's connection.
    ConnectionId;
    /// A marker of the lab catalogue.
    MarkerId;
}

/// 48 bits of time and 74 random bits in the form of RFC 9562 §5.7.
fn uuid_text(bits: u128) -> String {
    let bits = bits & !(0xF << 76) | (0x7 << 76);
    let bits = bits & !(0x3 << 62) | (0x2 << 62);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        bits >> 96,
        (bits >> 80) & 0xFFFF,
        (bits >> 64) & 0xFFFF,
        (bits >> 48) & 0xFFFF,
        bits & 0xFFFF_FFFF_FFFF
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_prefixed_ulid_or_a_uuid_of_version_7() {
        let ulid = ulid::Ulid::from_parts(1_469_918_176_385, u128::MAX);
        assert_eq!(
            BiomarkerId::from_ulid(ulid).as_str(),
            "biomarker_01ARYZ6S41ZZZZZZZZZZZZZZZZ"
        );
        assert_eq!(
            CheckInId::from_ulid(ulid).as_str(),
            "01563df3-6481-7fff-bfff-ffffffffffff"
        );
    }
}
