//! The services there are: their names in paths and host names.

/// A Loop service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// Lab results, protocols, check-ins, wearables.
    Clinical,
    /// The patient as a whole: metrics, timeline, protocols in detail.
    PatientGraph,
    /// Memberships.
    Membership,
    /// Subscriptions, payments, billing.
    Payments,
    /// Posts and what surrounds them.
    Community,
    /// Who follows whom.
    Follows,
    /// Messages and contact preferences.
    Comms,
}

impl Service {
    /// Every service, in the order in which a bare `/v1/…` path is looked up (ruling 33: clinical comes before
    /// patient-graph, so that `GET /v1/protocols/{id}` is its).
    pub const ALL: [Self; 7] = [
        Self::Clinical,
        Self::PatientGraph,
        Self::Membership,
        Self::Payments,
        Self::Community,
        Self::Follows,
        Self::Comms,
    ];

    /// The name in paths and host names: `patient-graph`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clinical => "clinical",
            Self::PatientGraph => "patient-graph",
            Self::Membership => "membership",
            Self::Payments => "payments",
            Self::Community => "community",
            Self::Follows => "follows",
            Self::Comms => "comms",
        }
    }

    /// The service a name means.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.name() == name)
    }

    /// The name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Clinical => "Clinical",
            Self::PatientGraph => "Patient graph",
            Self::Membership => "Membership",
            Self::Payments => "Payments",
            Self::Community => "Community",
            Self::Follows => "Follows",
            Self::Comms => "Communications",
        }
    }
}
