//! The stories behind the numbers: how each persona's markers move over the nine draws of two years.

use connect_core::domain::app::Person;

use super::stream::Stream;
use crate::clinical::markers::Sex;

/// Draws in two years.
pub(super) const DRAWS: usize = 9;

/// How one marker moves from the oldest draw to the newest.
#[derive(Debug, Clone, Copy)]
pub(super) enum Course {
    /// Around one value.
    Steady(f64),
    /// Evenly from one value to another.
    Line(f64, f64),
    /// Draw by draw.
    Points([f64; DRAWS]),
}

impl Course {
    /// The value at a draw, before it varies.
    pub(super) fn at(self, draw: usize) -> f64 {
        match self {
            Self::Steady(value) => value,
            #[expect(clippy::cast_precision_loss, reason = "draws are few")]
            Self::Line(from, to) => from + (to - from) * draw as f64 / (DRAWS - 1) as f64,
            Self::Points(values) => values[draw],
        }
    }
}

/// A protocol in a story: its short name, when it began and what is to be said of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chapter {
    pub(super) protocol: &'static str,
    pub(super) days_ago: i64,
    pub(super) goals: &'static [&'static str],
    pub(super) wins: &'static [&'static str],
    pub(super) blockers: &'static [&'static str],
    pub(super) changes: Option<&'static str>,
}

/// A wearable in a story.
#[derive(Debug, Clone, Copy)]
pub(super) struct Device {
    pub(super) provider: &'static str,
    pub(super) status: &'static str,
    pub(super) days_ago: i64,
}

/// A persona's two years.
#[derive(Debug, Clone)]
pub(super) struct Story {
    pub(super) sex: Sex,
    pub(super) age: f64,
    /// Kilograms, then and now.
    pub(super) weight: (f64, f64),
    /// Beats a minute at rest, then and now.
    pub(super) resting_heart_rate: (f64, f64),
    /// Milliseconds, then and now.
    pub(super) heart_rate_variability: (f64, f64),
    /// Hours a night, then and now.
    pub(super) sleep: (f64, f64),
    /// A day, then and now.
    pub(super) steps: (f64, f64),
    /// Markers that are told; what a laboratory computes follows from them.
    pub(super) markers: Vec<(&'static str, Course)>,
    pub(super) chapters: &'static [Chapter],
    pub(super) devices: &'static [Device],
    pub(super) tier: &'static str,
    pub(super) posts: &'static [(i64, &'static str)],
    pub(super) conditions: &'static [&'static str],
}

use Course::{Line, Points, Steady};

/// The story of a persona: one of three, or a plain one made from the persona's email.
pub(super) fn of(person: &Person) -> Story {
    match person.email.as_str() {
        "jonas@example.com" => jonas(),
        "maya@example.com" => maya(),
        "priya@example.com" => priya(),
        other => somebody(other),
    }
}

/// LDL that nothing moved until a very high triglyceride reading, then a protocol, and two years' work paid off.
fn jonas() -> Story {
    Story {
        sex: Sex::Male,
        age: 46.0,
        weight: (96.0, 87.5),
        resting_heart_rate: (66.0, 57.0),
        heart_rate_variability: (38.0, 54.0),
        sleep: (6.2, 7.1),
        steps: (5_900.0, 9_800.0),
        markers: vec![
            (
                "testosterone_total",
                Points([
                    281.0, 262.0, 248.0, 255.0, 301.0, 348.0, 372.0, 401.0, 428.0,
                ]),
            ),
            ("shbg", Line(24.0, 33.0)),
            (
                "ldl_cholesterol",
                Points([162.0, 168.0, 171.0, 166.0, 128.0, 109.0, 101.0, 95.0, 92.0]),
            ),
            ("hdl_cholesterol", Line(37.0, 48.0)),
            (
                "triglycerides",
                Points([
                    188.0, 204.0, 231.0, 540.0, 172.0, 141.0, 128.0, 118.0, 109.0,
                ]),
            ),
            ("lipoprotein_a", Steady(41.0)),
            (
                "hs_crp",
                Points([2.4, 3.1, 4.2, 3.8, 2.2, 1.6, 4.6, 3.4, 1.3]),
            ),
            ("homocysteine", Line(12.6, 10.1)),
            ("ferritin", Line(228.0, 172.0)),
            (
                "hba1c",
                Points([5.6, 5.6, 5.7, 5.8, 5.6, 5.5, 5.4, 5.4, 5.3]),
            ),
            ("insulin", Line(15.5, 8.2)),
            (
                "alt",
                Points([48.0, 52.0, 55.0, 58.0, 41.0, 34.0, 30.0, 28.0, 26.0]),
            ),
            ("creatinine", Steady(1.04)),
            ("vitamin_d_25_oh", Line(33.0, 42.0)),
            ("tsh", Steady(2.1)),
            ("ft3", Steady(3.2)),
            ("ft4", Steady(1.24)),
        ],
        chapters: &[
            Chapter {
                protocol: "lipid-lowering",
                days_ago: 440,
                goals: &["Bring LDL below 100", "Stay off the couch after dinner"],
                wins: &[
                    "Oatmeal every weekday",
                    "Walked after dinner five days a week",
                ],
                blockers: &["Business dinners"],
                changes: Some("Fish oil moved to the morning: less reflux."),
            },
            Chapter {
                protocol: "inflammation-cooldown",
                days_ago: 70,
                goals: &[
                    "Calm down after the knee injury",
                    "Train three times a week again",
                ],
                wins: &["No painkillers for two weeks"],
                blockers: &["Knee still stiff in the morning"],
                changes: None,
            },
        ],
        devices: &[
            Device {
                provider: "whoop",
                status: "connected",
                days_ago: 430,
            },
            Device {
                provider: "garmin",
                status: "disconnected",
                days_ago: 690,
            },
        ],
        tier: "plus",
        posts: &[
            (
                436,
                "Day four of #oats instead of pastries. My colleagues are worried about me.",
            ),
            (
                365,
                "LDL went from 166 to 128 in three months. Same genes, other breakfast. #lipids",
            ),
            (
                190,
                "Anyone else whose knee and whose CRP tell the same story?",
            ),
            (
                9,
                "First LDL below 95 since I started measuring. Thanks to everyone here. #lipids",
            ),
        ],
        conditions: &["hyperlipidemia"],
    }
}

/// Severe vitamin D deficiency and empty iron stores, found by chance, mended step by step, one winter's setback.
fn maya() -> Story {
    Story {
        sex: Sex::Female,
        age: 34.0,
        weight: (63.5, 62.8),
        resting_heart_rate: (64.0, 58.0),
        heart_rate_variability: (52.0, 68.0),
        sleep: (6.8, 7.6),
        steps: (7_400.0, 10_200.0),
        markers: vec![
            ("testosterone_total", Steady(28.0)),
            ("shbg", Steady(71.0)),
            ("ldl_cholesterol", Line(101.0, 88.0)),
            ("hdl_cholesterol", Line(62.0, 67.0)),
            ("triglycerides", Line(84.0, 71.0)),
            ("lipoprotein_a", Steady(18.0)),
            (
                "hs_crp",
                Points([1.2, 1.0, 0.9, 6.8, 0.8, 0.7, 0.8, 0.6, 0.6]),
            ),
            ("homocysteine", Line(9.4, 7.9)),
            (
                "ferritin",
                Points([11.0, 10.0, 12.0, 14.0, 13.0, 12.0, 11.0, 14.0, 24.0]),
            ),
            ("hba1c", Steady(5.2)),
            ("insulin", Steady(5.6)),
            ("alt", Steady(17.0)),
            ("creatinine", Steady(0.74)),
            (
                "vitamin_d_25_oh",
                Points([8.6, 13.4, 25.2, 33.8, 38.9, 29.1, 35.4, 41.7, 44.2]),
            ),
            ("tsh", Points([4.9, 5.2, 4.7, 4.1, 3.6, 3.3, 3.1, 2.9, 2.8])),
            ("ft3", Line(2.7, 3.1)),
            ("ft4", Line(0.98, 1.16)),
        ],
        chapters: &[
            Chapter {
                protocol: "vitamin-d-repletion",
                days_ago: 620,
                goals: &[
                    "Stop being tired at four in the afternoon",
                    "Vitamin D above 40",
                ],
                wins: &["Lunch outside on most days", "Never missed a capsule"],
                blockers: &["Night shifts in February"],
                changes: Some("Taken with breakfast, since it has some fat."),
            },
            Chapter {
                protocol: "iron-restoration",
                days_ago: 45,
                goals: &["Ferritin above 40", "Run ten kilometres again"],
                wins: &["Iron every other day, without coffee"],
                blockers: &["Stomach does not like it on an empty morning"],
                changes: None,
            },
        ],
        devices: &[
            Device {
                provider: "oura",
                status: "connected",
                days_ago: 610,
            },
            Device {
                provider: "eight_sleep",
                status: "pending",
                days_ago: 3,
            },
        ],
        tier: "core",
        posts: &[
            (612, "Vitamin D of 8.6. I live by the sea. How. #vitamind"),
            (
                362,
                "38.9 today, from 8.6 a year ago. Afternoons exist again. #vitamind",
            ),
            (
                40,
                "Iron on alternate days: does anybody else tolerate that better? #iron",
            ),
        ],
        conditions: &["vitamin D deficiency", "iron deficiency"],
    }
}

/// Blood sugar on the border of diabetes, held there by work; a high inherited lipoprotein(a).
fn priya() -> Story {
    Story {
        sex: Sex::Female,
        age: 51.0,
        weight: (74.2, 71.6),
        resting_heart_rate: (70.0, 65.0),
        heart_rate_variability: (31.0, 37.0),
        sleep: (6.4, 6.9),
        steps: (4_800.0, 8_100.0),
        markers: vec![
            ("testosterone_total", Steady(17.0)),
            ("shbg", Steady(52.0)),
            ("ldl_cholesterol", Line(124.0, 112.0)),
            ("hdl_cholesterol", Line(48.0, 53.0)),
            ("triglycerides", Line(158.0, 132.0)),
            ("lipoprotein_a", Steady(168.0)),
            ("hs_crp", Line(2.9, 1.8)),
            (
                "homocysteine",
                Points([15.8, 15.2, 14.9, 14.1, 13.0, 11.8, 11.0, 10.4, 10.1]),
            ),
            ("ferritin", Line(64.0, 82.0)),
            (
                "hba1c",
                Points([5.8, 5.9, 6.0, 6.1, 6.0, 5.9, 5.9, 5.8, 5.7]),
            ),
            ("insulin", Line(19.5, 12.4)),
            ("alt", Line(31.0, 25.0)),
            ("creatinine", Steady(0.81)),
            ("vitamin_d_25_oh", Line(27.0, 36.0)),
            ("tsh", Steady(1.7)),
            ("ft3", Steady(2.9)),
            ("ft4", Steady(1.18)),
        ],
        chapters: &[Chapter {
            protocol: "metabolic-reset",
            days_ago: 96,
            goals: &["HbA1c below 5.7", "Know what rice does to me"],
            wins: &["Walk after every meal", "Rice cooked the day before"],
            blockers: &["Wedding season"],
            changes: Some("Sensor worn two weeks out of four."),
        }],
        devices: &[
            Device {
                provider: "freestyle_libre",
                status: "connected",
                days_ago: 94,
            },
            Device {
                provider: "oura",
                status: "error",
                days_ago: 300,
            },
        ],
        tier: "core",
        posts: &[
            (
                90,
                "A ten-minute walk takes 30 points off my sugar after dinner. Ten minutes. #glucose",
            ),
            (
                30,
                "Same rice, one day old, reheated: half the spike. #glucose",
            ),
        ],
        conditions: &["prediabetes"],
    }
}

/// Anybody else: healthy, with one thing to work on.
fn somebody(email: &str) -> Story {
    let mut stream = Stream::new(&[email, "story"]);
    let sex = if stream.unit() < 0.5 {
        Sex::Male
    } else {
        Sex::Female
    };
    let mut near = |value: f64, share: f64| value * (1.0 + share * stream.swing());
    let male = sex == Sex::Male;
    Story {
        sex,
        age: near(41.0, 0.3),
        weight: if male { (83.0, 82.0) } else { (66.0, 65.5) },
        resting_heart_rate: (62.0, 60.0),
        heart_rate_variability: (48.0, 52.0),
        sleep: (7.0, 7.2),
        steps: (7_800.0, 8_600.0),
        markers: vec![
            (
                "testosterone_total",
                Steady(near(if male { 520.0 } else { 26.0 }, 0.2)),
            ),
            ("shbg", Steady(near(if male { 36.0 } else { 64.0 }, 0.2))),
            ("ldl_cholesterol", Line(near(112.0, 0.2), near(96.0, 0.1))),
            ("hdl_cholesterol", Steady(near(58.0, 0.12))),
            ("triglycerides", Steady(near(95.0, 0.25))),
            ("lipoprotein_a", Steady(near(30.0, 0.6))),
            ("hs_crp", Steady(near(1.0, 0.5))),
            ("homocysteine", Steady(near(9.5, 0.2))),
            (
                "ferritin",
                Steady(near(if male { 150.0 } else { 70.0 }, 0.3)),
            ),
            ("hba1c", Steady(near(5.3, 0.03))),
            ("insulin", Steady(near(7.0, 0.3))),
            ("alt", Steady(near(22.0, 0.25))),
            (
                "creatinine",
                Steady(near(if male { 1.0 } else { 0.78 }, 0.1)),
            ),
            ("vitamin_d_25_oh", Line(near(26.0, 0.1), near(38.0, 0.1))),
            ("tsh", Steady(near(1.9, 0.3))),
            ("ft3", Steady(near(3.1, 0.08))),
            ("ft4", Steady(near(1.2, 0.08))),
        ],
        chapters: &[Chapter {
            protocol: "vitamin-d-repletion",
            days_ago: 40,
            goals: &["More energy in winter"],
            wins: &["Outside every day"],
            blockers: &["Rain"],
            changes: None,
        }],
        devices: &[Device {
            provider: "oura",
            status: "connected",
            days_ago: 200,
        }],
        tier: "core",
        posts: &[(35, "New here. What should I have measured first? #labs")],
        conditions: &["none"],
    }
}
