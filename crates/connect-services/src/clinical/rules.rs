//! The rule table behind safety flags. All of it is assumed: no page says which rules the platform has.

use connect_core::Timestamp;
use connect_store::services::clinical::biomarkers::{Biomarker, BiomarkerStatus};
use connect_store::services::clinical::red_flags::{RedFlag, Severity};
use connect_store::services::id::RedFlagId;

/// When a rule is set off.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trigger {
    /// The result was judged critical.
    Critical,
    /// A marker, in this unit, at or above a value.
    From(&'static str, &'static str, f64),
    /// A marker, in this unit, below a value.
    Below(&'static str, &'static str, f64),
}

/// A rule.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    pub(crate) trigger: Trigger,
    pub(crate) message: &'static str,
}

const fn rule(
    id: &'static str,
    name: &'static str,
    severity: Severity,
    trigger: Trigger,
    message: &'static str,
) -> Rule {
    Rule {
        id,
        name,
        severity,
        trigger,
        message,
    }
}

use Severity::{Info, Urgent, Warn};
use Trigger::{Below, Critical, From};

/// Every rule. More than one can be set off by the same result.
#[rustfmt::skip]
pub(crate) static RED_FLAGS: &[Rule] = &[
    rule("critical_result", "Critical result", Urgent, Critical, "The result is far outside its range. Contact a clinician today."),
    rule("ldl_very_high", "Very high LDL cholesterol", Warn, From("ldl_cholesterol", "mg/dL", 160.0), "LDL cholesterol is 160 mg/dL or more."),
    rule("lipoprotein_a_high", "High lipoprotein(a)", Info, From("lipoprotein_a", "nmol/L", 125.0), "Lipoprotein(a) is 125 nmol/L or more: an inherited risk to be told to a clinician once."),
    rule("prediabetes", "HbA1c in the range of prediabetes", Info, From("hba1c", "%", 5.7), "HbA1c is 5.7 % or more."),
    rule("diabetes", "HbA1c in the range of diabetes", Warn, From("hba1c", "%", 6.5), "HbA1c is 6.5 % or more and must be confirmed."),
    rule("inflammation", "Acute inflammation", Warn, From("hs_crp", "mg/L", 10.0), "C-reactive protein is 10 mg/L or more: look for an acute cause and repeat."),
    rule("iron_depleted", "Depleted iron stores", Warn, Below("ferritin", "ng/mL", 12.0), "Ferritin is below 12 ng/mL."),
    rule("vitamin_d_deficient", "Vitamin D deficiency", Warn, Below("vitamin_d_25_oh", "ng/mL", 20.0), "Vitamin D is below 20 ng/mL."),
    rule("tsh_high", "Raised TSH", Info, From("tsh", "uIU/mL", 4.6), "TSH is above its range: repeat in three months."),
    rule("kidney", "Reduced kidney function", Warn, Below("egfr", "mL/min/1.73m2", 60.0), "The estimated filtration rate is below 60."),
    rule("liver", "Raised liver enzymes", Warn, From("alt", "U/L", 132.0), "ALT is three times its upper limit or more."),
];

/// The rules a result sets off, in the order of the table.
pub(crate) fn red_flags(result: &Biomarker) -> impl Iterator<Item = &'static Rule> {
    RED_FLAGS.iter().filter(|rule| match rule.trigger {
        Critical => result.status == BiomarkerStatus::Critical,
        From(code, unit, bound) => {
            result.code == code && result.unit == unit && result.value >= bound
        }
        Below(code, unit, bound) => {
            result.code == code && result.unit == unit && result.value < bound
        }
    })
}

/// The flag that a rule raises on a result.
pub(crate) fn raise(
    result: &Biomarker,
    rule: &Rule,
    id: RedFlagId,
    detected_at: Timestamp,
    acknowledged: bool,
) -> RedFlag {
    RedFlag {
        id,
        user_id: result.user_id.clone(),
        brand_id: result.brand_id.clone(),
        rule_id: rule.id.to_owned(),
        rule_name: rule.name.to_owned(),
        severity: rule.severity,
        biomarker_code: result.code.clone(),
        biomarker_id: result.id.clone(),
        message: rule.message.to_owned(),
        acknowledged,
        detected_at,
    }
}
