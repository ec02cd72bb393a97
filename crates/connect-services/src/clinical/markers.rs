//! The markers the sandbox knows: unit, reference ranges, and where a value becomes critical.
//!
//! Ranges are those commonly printed on adult laboratory reports; what is *critical* is assumed, since no page says.

use connect_store::services::clinical::biomarkers::BiomarkerStatus;

/// What a marker is about; also the domains of the health score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Panel {
    /// Testosterone and what binds it.
    Hormones,
    /// Fats in the blood.
    Lipids,
    /// Inflammation, iron stores.
    Inflammation,
    /// Sugar, liver, kidney, vitamin D.
    Metabolic,
    /// Thyroid.
    Thyroid,
}

impl Panel {
    /// Every panel.
    pub const ALL: [Self; 5] = [
        Self::Hormones,
        Self::Lipids,
        Self::Inflammation,
        Self::Metabolic,
        Self::Thyroid,
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hormones => "hormones",
            Self::Lipids => "lipids",
            Self::Inflammation => "inflammation",
            Self::Metabolic => "metabolic",
            Self::Thyroid => "thyroid",
        }
    }
}

/// Which reference range holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Male adult.
    Male,
    /// Female adult.
    Female,
}

/// Lowest and highest normal value; either may be open.
pub type Range = (Option<f64>, Option<f64>);

/// A marker.
#[derive(Debug)]
pub struct Marker {
    /// `ldl_cholesterol`.
    pub code: &'static str,
    /// `LDL cholesterol`.
    pub name: &'static str,
    /// `mg/dL`.
    pub unit: &'static str,
    /// What it is about.
    pub panel: Panel,
    /// Normal for men.
    pub male: Range,
    /// Normal for women.
    pub female: Range,
    /// A value below is critical.
    pub critical_below: Option<f64>,
    /// A value at or above is critical.
    pub critical_from: Option<f64>,
    /// What a living adult's report may show.
    pub plausible: (f64, f64),
    /// Decimals on a report.
    pub decimals: u8,
    /// How much it varies from draw to draw, as a share of its value.
    pub variation: f64,
    /// What it tells, in one sentence.
    pub about: &'static str,
}

impl Marker {
    /// The range for one sex.
    #[must_use]
    pub const fn range(&self, sex: Sex) -> Range {
        match sex {
            Sex::Male => self.male,
            Sex::Female => self.female,
        }
    }

    /// The range that holds whoever it is: open where the two disagree and one is open, else the wider bound.
    #[must_use]
    pub fn widest(&self) -> Range {
        let low = self.male.0.zip(self.female.0).map(|(a, b)| a.min(b));
        let high = self.male.1.zip(self.female.1).map(|(a, b)| a.max(b));
        (low, high)
    }
}

const fn between(low: f64, high: f64) -> Range {
    (Some(low), Some(high))
}
const fn up_to(high: f64) -> Range {
    (None, Some(high))
}
const fn from(low: f64) -> Range {
    (Some(low), None)
}

#[expect(
    clippy::too_many_arguments,
    reason = "one line for each marker of the table below"
)]
const fn row(
    panel: Panel,
    code: &'static str,
    name: &'static str,
    unit: &'static str,
    male: Range,
    female: Range,
    critical: (Option<f64>, Option<f64>),
    plausible: (f64, f64),
    (decimals, variation): (u8, f64),
    about: &'static str,
) -> Marker {
    Marker {
        code,
        name,
        unit,
        panel,
        male,
        female,
        critical_below: critical.0,
        critical_from: critical.1,
        plausible,
        decimals,
        variation,
        about,
    }
}

use Panel::{Hormones, Inflammation, Lipids, Metabolic, Thyroid};

/// Every marker, in the order of a report.
#[rustfmt::skip]
pub static MARKERS: &[Marker] = &[
    row(Hormones, "testosterone_total", "Testosterone, total", "ng/dL", between(264.0, 916.0), between(8.0, 60.0), (None, None), (2.0, 1600.0), (0, 0.06), "All testosterone in the blood, bound and free."),
    row(Hormones, "testosterone_free", "Testosterone, free", "pg/mL", between(35.0, 155.0), between(0.1, 6.4), (None, None), (0.05, 400.0), (1, 0.0), "The testosterone that is not bound and can act."),
    row(Hormones, "shbg", "Sex hormone binding globulin", "nmol/L", between(16.5, 55.9), between(24.6, 122.0), (None, None), (5.0, 250.0), (1, 0.04), "The protein that binds testosterone."),
    row(Lipids, "total_cholesterol", "Cholesterol, total", "mg/dL", between(100.0, 199.0), between(100.0, 199.0), (None, None), (60.0, 500.0), (0, 0.0), "All cholesterol in the blood."),
    row(Lipids, "ldl_cholesterol", "LDL cholesterol", "mg/dL", up_to(99.0), up_to(99.0), (None, Some(250.0)), (20.0, 400.0), (0, 0.03), "The cholesterol that builds plaque."),
    row(Lipids, "hdl_cholesterol", "HDL cholesterol", "mg/dL", from(40.0), from(50.0), (None, None), (15.0, 130.0), (0, 0.03), "The cholesterol on its way back to the liver."),
    row(Lipids, "triglycerides", "Triglycerides", "mg/dL", up_to(149.0), up_to(149.0), (None, Some(500.0)), (25.0, 2000.0), (0, 0.07), "Fat on its way to be used or stored."),
    row(Lipids, "apob", "Apolipoprotein B", "mg/dL", up_to(89.0), up_to(89.0), (None, None), (25.0, 250.0), (0, 0.0), "One for each particle that can enter the wall of an artery."),
    row(Lipids, "lipoprotein_a", "Lipoprotein(a)", "nmol/L", up_to(74.0), up_to(74.0), (None, None), (2.0, 600.0), (0, 0.02), "An inherited risk that hardly changes in life."),
    row(Inflammation, "hs_crp", "C-reactive protein, high sensitivity", "mg/L", up_to(3.0), up_to(3.0), (None, Some(50.0)), (0.1, 200.0), (1, 0.08), "How much inflammation there is in the body."),
    row(Inflammation, "homocysteine", "Homocysteine", "umol/L", up_to(14.5), up_to(14.5), (None, Some(50.0)), (3.0, 100.0), (1, 0.04), "Rises when folate and B12 run short."),
    row(Inflammation, "ferritin", "Ferritin", "ng/mL", between(30.0, 400.0), between(15.0, 150.0), (Some(5.0), Some(1500.0)), (1.0, 3000.0), (0, 0.05), "The body's store of iron."),
    row(Metabolic, "glucose", "Glucose, fasting", "mg/dL", between(70.0, 99.0), between(70.0, 99.0), (Some(50.0), Some(400.0)), (30.0, 600.0), (0, 0.0), "Sugar in the blood before breakfast."),
    row(Metabolic, "hba1c", "Hemoglobin A1c", "%", between(4.0, 5.6), between(4.0, 5.6), (None, Some(12.0)), (3.5, 16.0), (1, 0.005), "Average blood sugar over three months."),
    row(Metabolic, "insulin", "Insulin, fasting", "uIU/mL", between(2.6, 24.9), between(2.6, 24.9), (None, None), (1.0, 150.0), (1, 0.08), "How hard the body works to keep sugar down."),
    row(Metabolic, "alt", "Alanine aminotransferase (ALT)", "U/L", between(5.0, 44.0), between(5.0, 32.0), (None, Some(500.0)), (4.0, 2000.0), (0, 0.06), "Rises when liver cells suffer."),
    row(Metabolic, "ast", "Aspartate aminotransferase (AST)", "U/L", between(5.0, 40.0), between(5.0, 35.0), (None, Some(500.0)), (5.0, 2000.0), (0, 0.0), "Rises when liver or muscle cells suffer."),
    row(Metabolic, "creatinine", "Creatinine", "mg/dL", between(0.76, 1.27), between(0.57, 1.0), (None, Some(4.0)), (0.3, 12.0), (2, 0.02), "What the kidneys are there to clear."),
    row(Metabolic, "egfr", "Estimated glomerular filtration rate", "mL/min/1.73m2", from(60.0), from(60.0), (Some(15.0), None), (5.0, 150.0), (0, 0.0), "How well the kidneys filter, from creatinine, age and sex (CKD-EPI 2021)."),
    row(Metabolic, "vitamin_d_25_oh", "Vitamin D, 25-hydroxy", "ng/mL", between(30.0, 100.0), between(30.0, 100.0), (Some(10.0), Some(150.0)), (4.0, 200.0), (1, 0.04), "The body's store of vitamin D."),
    row(Thyroid, "tsh", "Thyroid stimulating hormone", "uIU/mL", between(0.45, 4.5), between(0.45, 4.5), (Some(0.01), Some(20.0)), (0.005, 100.0), (2, 0.05), "How hard the thyroid is being driven."),
    row(Thyroid, "ft3", "Triiodothyronine, free", "pg/mL", between(2.0, 4.4), between(2.0, 4.4), (None, None), (1.0, 15.0), (1, 0.03), "The active thyroid hormone."),
    row(Thyroid, "ft4", "Thyroxine, free", "ng/dL", between(0.82, 1.77), between(0.82, 1.77), (None, None), (0.2, 6.0), (2, 0.03), "The thyroid hormone in store."),
];

/// The marker with this code.
#[must_use]
pub fn find(code: &str) -> Option<&'static Marker> {
    MARKERS.iter().find(|marker| marker.code == code)
}

/// Where `value` lies. For a known marker in its own unit the table above says what is critical; otherwise twice the
/// highest or half the lowest normal value is (assumed).
#[must_use]
pub fn judge(code: &str, unit: &str, value: f64, (low, high): Range) -> BiomarkerStatus {
    let critical = match find(code).filter(|marker| marker.unit == unit) {
        Some(marker) => {
            marker.critical_below.is_some_and(|bound| value < bound)
                || marker.critical_from.is_some_and(|bound| value >= bound)
        }
        None => {
            low.is_some_and(|low| value < low / 2.0) || high.is_some_and(|high| value > high * 2.0)
        }
    };
    if critical {
        BiomarkerStatus::Critical
    } else if low.is_some_and(|low| value < low) {
        BiomarkerStatus::Low
    } else if high.is_some_and(|high| value > high) {
        BiomarkerStatus::High
    } else {
        BiomarkerStatus::Normal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_bounds_are_in_order() {
        for (index, marker) in MARKERS.iter().enumerate() {
            assert!(
                MARKERS[..index]
                    .iter()
                    .all(|other| other.code != marker.code)
            );
            for (low, high) in [marker.male, marker.female] {
                let low = low.unwrap_or(marker.plausible.0);
                let high = high.unwrap_or(marker.plausible.1);
                assert!(
                    marker.plausible.0 <= low && low < high && high <= marker.plausible.1,
                    "{}",
                    marker.code
                );
                assert!(
                    marker.critical_below.is_none_or(|bound| bound < low),
                    "{}",
                    marker.code
                );
                assert!(
                    marker.critical_from.is_none_or(|bound| bound > high),
                    "{}",
                    marker.code
                );
            }
        }
    }

    #[test]
    fn a_value_is_judged_by_the_range_it_came_with() {
        assert_eq!(
            judge("ldl_cholesterol", "mg/dL", 99.0, up_to(99.0)),
            BiomarkerStatus::Normal
        );
        assert_eq!(
            judge("ldl_cholesterol", "mg/dL", 100.0, up_to(99.0)),
            BiomarkerStatus::High
        );
        assert_eq!(
            judge("hdl_cholesterol", "mg/dL", 39.0, from(40.0)),
            BiomarkerStatus::Low
        );
        assert_eq!(
            judge("triglycerides", "mg/dL", 500.0, up_to(149.0)),
            BiomarkerStatus::Critical
        );
        assert_eq!(
            judge("vitamin_d_25_oh", "ng/mL", 9.9, between(30.0, 100.0)),
            BiomarkerStatus::Critical
        );
    }

    #[test]
    fn another_unit_is_not_measured_by_our_bounds() {
        assert_eq!(
            judge("glucose", "mmol/L", 5.1, between(3.9, 5.5)),
            BiomarkerStatus::Normal
        );
        assert_eq!(
            judge("glucose", "mmol/L", 11.2, between(3.9, 5.5)),
            BiomarkerStatus::Critical
        );
        assert_eq!(
            judge("moonlight", "lx", 1.0, (None, None)),
            BiomarkerStatus::Normal
        );
    }
}
