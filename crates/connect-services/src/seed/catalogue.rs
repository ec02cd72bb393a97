//! What a brand has before anybody joins: protocols, lab markers, communities, a coach and a few members.
//!
//! Ids do not depend on the day, so that one written into an app's configuration survives a factory reset.

use std::collections::BTreeMap;

use connect_core::Timestamp;
use connect_core::id::UserId;
use connect_store::services::clinical::lab_markers::{Availability, AvailabilityStatus, LabMarker};
use connect_store::services::clinical::protocols::{
    Compound, Contraindication, Criterion, Phase, Protocol,
};
use connect_store::services::community::communities::Community;
use connect_store::services::community::members::{Member, MemberRole};
use connect_store::services::id::ProtocolId;
use serde_json::Map;

use super::stream::Stream;
use crate::clinical::markers::MARKERS;

/// Weeks a protocol lasts (`current_week` of the reference goes from 1 to 8).
pub const PROTOCOL_WEEKS: u8 = 8;
/// 2024-01-15T09:00:00Z: when the catalogues were written.
const WRITTEN: Timestamp = Timestamp::from_millis(1_705_309_200_000);

/// Everything a brand begins with.
#[derive(Debug, Clone, PartialEq)]
pub struct BrandCatalogue {
    /// Protocols.
    pub protocols: Vec<Protocol>,
    /// Their compounds.
    pub compounds: Vec<Compound>,
    /// Lab markers.
    pub markers: Vec<LabMarker>,
    /// Communities.
    pub communities: Vec<Community>,
    /// Members nobody can sign in as: a coach, one who reacts, and one who has blocked everybody.
    pub members: Vec<Member>,
}

/// The catalogue of one brand.
#[must_use]
pub fn of_brand(brand: &str) -> BrandCatalogue {
    let coach = coach(brand);
    BrandCatalogue {
        protocols: PROTOCOLS.iter().map(|text| protocol(brand, text)).collect(),
        compounds: PROTOCOLS
            .iter()
            .flat_map(|text| compounds(brand, text))
            .collect(),
        markers: markers(brand),
        communities: COMMUNITIES
            .iter()
            .map(|text| community(brand, *text, &coach))
            .collect(),
        members: vec![
            member(brand, "coach", "Dr. Elena Ruiz", MemberRole::Coach),
            member(brand, "regular", "Sam", MemberRole::Member),
            member(brand, "blocker", "Rowan", MemberRole::Member),
        ],
    }
}

/// The protocol with this short name.
pub(super) fn protocol_id(brand: &str, slug: &str) -> ProtocolId {
    Stream::new(&["protocol", brand, slug]).id(WRITTEN)
}

/// The brand's coach, who posts to everybody and whom everybody follows.
#[must_use]
pub fn coach(brand: &str) -> UserId {
    member_id(brand, "coach")
}

/// A member who reacts to what others write.
#[must_use]
pub fn regular(brand: &str) -> UserId {
    member_id(brand, "regular")
}

/// A member who has blocked every persona: following this one is refused.
#[must_use]
pub fn blocker(brand: &str) -> UserId {
    member_id(brand, "blocker")
}

fn member_id(brand: &str, role: &str) -> UserId {
    Stream::new(&["member", brand, role]).id(WRITTEN)
}

fn member(brand: &str, role: &str, name: &str, rights: MemberRole) -> Member {
    Member {
        user_id: member_id(brand, role),
        brand_id: brand.to_owned(),
        display_name: name.to_owned(),
        role: rights,
        created_at: WRITTEN,
    }
}

const COMMUNITIES: [(&str, &str, &str); 3] = [
    ("welcome", "Welcome", "Say hello and ask anything."),
    ("heart", "Heart", "Lipids, blood pressure, training."),
    (
        "sleep-and-energy",
        "Sleep and energy",
        "Rest, vitamin D, iron, thyroid.",
    ),
];

fn community(brand: &str, (slug, name, about): (&str, &str, &str), owner: &UserId) -> Community {
    Community {
        id: Stream::new(&["community", brand, slug]).id(WRITTEN),
        brand_id: brand.to_owned(),
        slug: slug.to_owned(),
        name: name.to_owned(),
        description: Some(about.to_owned()),
        cover_image_url: None,
        user_id: owner.clone(),
        created_at: WRITTEN,
        updated_at: WRITTEN,
    }
}

/// A protocol as written down here.
struct Text {
    slug: &'static str,
    name: &'static str,
    version: &'static str,
    category: &'static str,
    about: &'static str,
    oversight: &'static str,
    /// Marker, condition, bound, unit.
    criteria: &'static [(&'static str, &'static str, f64, &'static str)],
    recommendations: &'static [&'static str],
    /// Rule, code, name, severity, reason, alternative.
    against: &'static [[&'static str; 6]],
    /// Slug, name, amount, unit, route.
    compounds: &'static [[&'static str; 5]],
}

#[rustfmt::skip]
static PROTOCOLS: &[Text] = &[
    Text {
        slug: "lipid-lowering", name: "Lipid lowering", version: "2.1", category: "lipids", oversight: "clinician",
        about: "Brings LDL cholesterol and particle number down with fibre, plant sterols and training.",
        criteria: &[("ldl_cholesterol", "above", 130.0, "mg/dL"), ("apob", "above", 90.0, "mg/dL"), ("triglycerides", "above", 150.0, "mg/dL")],
        recommendations: &["Eat 10 g of soluble fibre a day", "Replace butter and cream with olive oil", "Walk 30 minutes after the largest meal", "Repeat the lipid panel after 8 weeks"],
        against: &[
            ["red_yeast_rice_with_statin", "statin", "Statins", "absolute", "Red yeast rice holds the same substance as lovastatin; together they can damage muscle.", "Omit red yeast rice"],
            ["niacin_with_gout", "allopurinol", "Allopurinol", "caution", "Niacin raises uric acid.", "Psyllium alone"],
        ],
        compounds: &[["psyllium-husk", "Psyllium husk", "10", "g", "oral"], ["plant-sterols", "Plant sterols", "2", "g", "oral"], ["omega-3", "Omega-3 (EPA and DHA)", "2", "g", "oral"]],
    },
    Text {
        slug: "vitamin-d-repletion", name: "Vitamin D repletion", version: "1.3", category: "nutrition", oversight: "self_guided",
        about: "Fills the store of vitamin D in eight weeks and keeps it.",
        criteria: &[("vitamin_d_25_oh", "below", 30.0, "ng/mL")],
        recommendations: &["Take vitamin D with a meal that has fat", "20 minutes of daylight at noon", "Repeat the value after 8 weeks"],
        against: &[
            ["vitamin_d_with_digoxin", "digoxin", "Digoxin", "relative", "High calcium makes digoxin more toxic.", "A lower dose with calcium checked every month"],
            ["vitamin_k_with_warfarin", "warfarin", "Warfarin", "absolute", "Vitamin K2 works against warfarin.", "Vitamin D3 without K2"],
        ],
        compounds: &[["cholecalciferol", "Vitamin D3", "5000", "IU", "oral"], ["menaquinone-7", "Vitamin K2 (MK-7)", "100", "mcg", "oral"]],
    },
    Text {
        slug: "metabolic-reset", name: "Metabolic reset", version: "3.0", category: "metabolic", oversight: "clinician",
        about: "Brings fasting glucose and HbA1c back from the border of diabetes.",
        criteria: &[("hba1c", "above", 5.6, "%"), ("glucose", "above", 99.0, "mg/dL"), ("insulin", "above", 12.0, "uIU/mL")],
        recommendations: &["Walk 10 minutes after each meal", "Protein and vegetables before starch", "Two strength sessions a week", "Repeat HbA1c after 12 weeks"],
        against: &[
            ["berberine_with_insulin", "insulin", "Insulin", "relative", "Both lower blood sugar.", "Reset without berberine, under supervision"],
            ["berberine_with_cyclosporine", "cyclosporine", "Cyclosporine", "absolute", "Berberine raises its level.", "Inositol"],
        ],
        compounds: &[["berberine", "Berberine", "500", "mg", "oral"], ["inositol", "Myo-inositol", "2", "g", "oral"]],
    },
    Text {
        slug: "testosterone-optimization", name: "Testosterone optimization", version: "1.8", category: "hormones", oversight: "physician",
        about: "Restores testosterone in men whose level is low twice, causes first.",
        criteria: &[("testosterone_total", "below", 300.0, "ng/dL"), ("shbg", "present", 0.0, ""), ("tsh", "present", 0.0, "")],
        recommendations: &["Sleep 7 hours or more", "Lose weight if the waist is above 102 cm", "Confirm the level with a second draw before 10 in the morning", "Talk to a physician about replacement"],
        against: &[
            ["testosterone_with_prostate_cancer", "leuprolide", "Leuprolide", "absolute", "Given against prostate cancer, which testosterone feeds.", "No hormonal protocol"],
            ["testosterone_with_warfarin", "warfarin", "Warfarin", "caution", "Testosterone strengthens warfarin.", "Check the INR more often"],
        ],
        compounds: &[["testosterone-cypionate", "Testosterone cypionate", "100", "mg", "intramuscular"], ["zinc", "Zinc", "15", "mg", "oral"]],
    },
    Text {
        slug: "inflammation-cooldown", name: "Inflammation cooldown", version: "1.1", category: "inflammation", oversight: "self_guided",
        about: "Lowers chronic inflammation and homocysteine.",
        criteria: &[("hs_crp", "above", 3.0, "mg/L"), ("homocysteine", "above", 14.5, "umol/L")],
        recommendations: &["Fish twice a week", "Train below the threshold of pain", "See a dentist if there was no visit this year", "Repeat hs-CRP after 6 weeks"],
        against: &[["omega_3_with_anticoagulant", "apixaban", "Apixaban", "caution", "High doses of omega-3 lengthen bleeding.", "Fish in place of capsules"]],
        compounds: &[["omega-3", "Omega-3 (EPA and DHA)", "3", "g", "oral"], ["methylfolate", "L-methylfolate", "400", "mcg", "oral"], ["curcumin", "Curcumin", "500", "mg", "oral"]],
    },
    Text {
        slug: "iron-restoration", name: "Iron restoration", version: "1.0", category: "nutrition", oversight: "clinician",
        about: "Refills iron stores with small doses on alternate days.",
        criteria: &[("ferritin", "below", 30.0, "ng/mL")],
        recommendations: &["Iron on alternate days, away from coffee and tea", "Look for the cause of the loss", "Repeat ferritin after 8 weeks"],
        against: &[["iron_with_levothyroxine", "levothyroxine", "Levothyroxine", "caution", "Iron binds it in the gut.", "Take them four hours apart"]],
        compounds: &[["iron-bisglycinate", "Iron bisglycinate", "25", "mg", "oral"], ["vitamin-c", "Vitamin C", "250", "mg", "oral"]],
    },
];

fn protocol(brand: &str, text: &Text) -> Protocol {
    Protocol {
        id: protocol_id(brand, text.slug),
        brand_id: brand.to_owned(),
        slug: text.slug.to_owned(),
        name: text.name.to_owned(),
        version: text.version.to_owned(),
        category: text.category.to_owned(),
        description: text.about.to_owned(),
        oversight_tier: text.oversight.to_owned(),
        criteria: text
            .criteria
            .iter()
            .map(|(code, condition, value, unit)| Criterion {
                biomarker_code: (*code).to_owned(),
                condition: (*condition).to_owned(),
                value: (*condition != "present").then_some(*value),
                unit: (*condition != "present").then(|| (*unit).to_owned()),
            })
            .collect(),
        recommendations: text
            .recommendations
            .iter()
            .map(|line| (*line).to_owned())
            .collect(),
        contraindications: text
            .against
            .iter()
            .map(
                |[rule, code, name, severity, reason, alternative]| Contraindication {
                    rule_id: (*rule).to_owned(),
                    medication_code: (*code).to_owned(),
                    medication_name: (*name).to_owned(),
                    severity: (*severity).to_owned(),
                    reason: (*reason).to_owned(),
                    alternatives: vec![(*alternative).to_owned()],
                },
            )
            .collect(),
        phases: vec![
            phase(
                2,
                "Start",
                "Begin with half the dose and learn the routine.",
            ),
            phase(
                5,
                "Build",
                "Full dose; note what helps and what gets in the way.",
            ),
            phase(
                PROTOCOL_WEEKS,
                "Hold",
                "Keep going and measure again at the end.",
            ),
        ],
        metadata: Map::new(),
        active: true,
        created_at: WRITTEN,
        updated_at: WRITTEN,
    }
}

fn phase(until_week: u8, name: &str, description: &str) -> Phase {
    Phase {
        until_week,
        name: name.to_owned(),
        description: description.to_owned(),
    }
}

fn compounds(brand: &str, text: &Text) -> Vec<Compound> {
    let protocol_id = protocol_id(brand, text.slug);
    text.compounds
        .iter()
        .zip(0_u32..)
        .map(|([slug, name, amount, unit, route], position)| Compound {
            id: Stream::new(&["protocol compound", brand, text.slug, slug]).id(WRITTEN),
            protocol_id: protocol_id.clone(),
            brand_id: brand.to_owned(),
            compound_id: Stream::new(&["compound", slug]).id(WRITTEN),
            compound_slug: (*slug).to_owned(),
            display_name: (*name).to_owned(),
            dose_amount: (*amount).to_owned(),
            dose_unit: (*unit).to_owned(),
            route: Some((*route).to_owned()),
            position,
            created_at: WRITTEN,
            updated_at: WRITTEN,
        })
        .collect()
}

fn markers(brand: &str) -> Vec<LabMarker> {
    MARKERS
        .iter()
        .map(|marker| {
            let mut stream = Stream::new(&["lab marker", brand, marker.code]);
            let wholesale = stream.whole(4, 28) * 100;
            let mut availability = BTreeMap::new();
            availability.insert(
                String::from("NY"),
                Availability {
                    status: AvailabilityStatus::RequiresByop,
                    note: Some(String::from(
                        "New York asks for an order by your own physician.",
                    )),
                },
            );
            availability.insert(
                String::from("NJ"),
                Availability {
                    status: AvailabilityStatus::AvailableViaByop,
                    note: None,
                },
            );
            if marker.code == "lipoprotein_a" {
                availability.insert(
                    String::from("RI"),
                    Availability {
                        status: AvailabilityStatus::Unavailable,
                        note: Some(String::from("Not offered in Rhode Island.")),
                    },
                );
            }
            LabMarker {
                id: stream.id(WRITTEN),
                brand_id: brand.to_owned(),
                slug: marker.code.replace('_', "-"),
                name: marker.name.to_owned(),
                description: Some(marker.about.to_owned()),
                biomarker_code: Some(marker.code.to_owned()),
                units: Some(marker.unit.to_owned()),
                wholesale_cents: Some(wholesale),
                retail_cents: Some(wholesale * 2 + 99),
                currency: String::from("USD"),
                source_lab_id: Some(String::from("labcorp")),
                tags: vec![marker.panel.as_str().to_owned()],
                availability,
            }
        })
        .collect()
}
