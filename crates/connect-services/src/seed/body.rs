//! What follows from what in a body: values that a laboratory computes, or that move together.

use crate::clinical::markers::Sex;

/// Free testosterone in pg/mL from total testosterone (ng/dL) and SHBG (nmol/L), albumin 4.3 g/dL (Vermeulen 1999).
pub(super) fn free_testosterone(total: f64, shbg: f64) -> f64 {
    const ALBUMIN_BINDING: f64 = 3.6e4;
    const SHBG_BINDING: f64 = 1.0e9;
    const ALBUMIN: f64 = 4.3 / 69_000.0 * 10.0;
    let total = total / 28.842 * 1e-9;
    let shbg = shbg * 1e-9;
    let n = 1.0 + ALBUMIN_BINDING * ALBUMIN;
    let a = n * SHBG_BINDING;
    let b = n + SHBG_BINDING * (shbg - total);
    let free = (-b + (b * b + 4.0 * a * total).sqrt()) / (2.0 * a);
    free * 1e9 * 28.842 * 10.0
}

/// Glomerular filtration rate from creatinine (mg/dL), age and sex (CKD-EPI 2021).
pub(super) fn egfr(creatinine: f64, age: f64, sex: Sex) -> f64 {
    let (kappa, alpha, factor): (f64, f64, f64) = match sex {
        Sex::Male => (0.9, -0.302, 1.0),
        Sex::Female => (0.7, -0.241, 1.012),
    };
    let ratio = creatinine / kappa;
    142.0 * ratio.min(1.0).powf(alpha) * ratio.max(1.0).powf(-1.2) * 0.9938_f64.powf(age) * factor
}

/// Total cholesterol from its parts; above 400 mg/dL of triglycerides the usual fifth is too much.
pub(super) fn total_cholesterol(ldl: f64, hdl: f64, triglycerides: f64) -> f64 {
    ldl + hdl
        + if triglycerides < 400.0 {
            triglycerides / 5.0
        } else {
            triglycerides * 0.16
        }
}

/// Particles follow LDL, and triglycerides a little.
pub(super) fn apob(ldl: f64, triglycerides: f64) -> f64 {
    0.66 * ldl + 0.06 * triglycerides.min(300.0) + 12.0
}

/// Fasting glucose that goes with an HbA1c: below the average of the day (ADAG study) by what meals add.
pub(super) fn fasting_glucose(hba1c: f64) -> f64 {
    (28.7 * hba1c - 46.7) * 0.87
}

/// The two liver enzymes move together.
pub(super) fn ast(alt: f64) -> f64 {
    9.0 + 0.55 * alt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formulas_give_known_values() {
        // 500 ng/dL with SHBG 40 nmol/L: about 9 ng/dL free by the usual calculators.
        assert!(
            (free_testosterone(500.0, 40.0) - 90.0).abs() < 8.0,
            "{}",
            free_testosterone(500.0, 40.0)
        );
        // CKD-EPI 2021: a man of 50 with 1.0 mg/dL has about 92.
        assert!((egfr(1.0, 50.0, Sex::Male) - 92.0).abs() < 1.5);
        // A woman of 50 with 0.8 mg/dL has about 90.
        assert!((egfr(0.8, 50.0, Sex::Female) - 90.0).abs() < 1.5);
        assert!((fasting_glucose(5.0) - 84.2).abs() < 0.1);
    }
}
