//! Codes, refresh tokens and grants against a plain model: whatever is issued, used, replayed, refused, refreshed,
//! reused, revoked, switched off, left to expire or carried over a restart, the sandbox and the model say the same.
//!
//! `CONNECT_FUZZ_SECONDS` sets how long sequences are tried; 10 unless told. A sequence that fails is made as short as
//! it can be before it is shown.

mod oracle;
mod stage;
mod steps;

use std::time::Duration;

use arbtest::arbitrary::Unstructured;
use stage::Stage;
use steps::Step;

/// Steps of a sequence.
const LENGTHS: std::ops::RangeInclusive<usize> = 10..=120;
/// All tokens are looked at after so many steps; a sequence that failed is played again with a look after each.
const BETWEEN_LOOKS: usize = 6;
/// Runs spent on making a failing sequence shorter.
const SHORTENING: usize = 200;

fn budget() -> Duration {
    let seconds = std::env::var("CONNECT_FUZZ_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(10))
}

fn sequence(u: &mut Unstructured<'_>) -> arbtest::arbitrary::Result<Vec<Step>> {
    let length = u.int_in_range(LENGTHS)?;
    (0..length).map(|_| Step::any(u)).collect()
}

/// Plays a sequence on a fresh workspace; the first difference ends it.
fn play(
    runtime: &tokio::runtime::Runtime,
    steps: &[Step],
    between_looks: usize,
) -> Result<(), String> {
    runtime.block_on(async {
        let mut stage = Stage::new().await;
        for (index, step) in steps.iter().enumerate() {
            let mut verdict = stage.take(step).await;
            if (index + 1) % between_looks == 0 || index + 1 == steps.len() {
                verdict = match verdict {
                    Ok(()) => stage.compare().await,
                    failed => failed,
                };
            }
            verdict.map_err(|difference| format!("step {}, {step:?}: {difference}", index + 1))?;
        }
        stage.finish().await
    })
}

/// The shortest sequence found that still fails, and how it fails.
fn shortened(
    runtime: &tokio::runtime::Runtime,
    mut steps: Vec<Step>,
    mut difference: String,
) -> (Vec<Step>, String) {
    let mut left = SHORTENING;
    let mut part = steps.len().div_ceil(2);
    while part > 0 {
        let mut at = 0;
        while at < steps.len() && left > 0 {
            let mut fewer = steps.clone();
            fewer.drain(at..(at + part).min(fewer.len()));
            left -= 1;
            match play(runtime, &fewer, 1) {
                Err(still) => (steps, difference) = (fewer, still),
                Ok(()) => at += part,
            }
        }
        part /= 2;
    }
    (steps, difference)
}

#[test]
fn the_sandbox_and_the_model_say_the_same() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    arbtest::arbtest(|u| {
        let steps = sequence(u)?;
        if let Err(difference) = play(&runtime, &steps, BETWEEN_LOOKS) {
            let (steps, difference) = shortened(&runtime, steps, difference);
            panic!(
                "{difference}
The whole sequence:
{steps:#?}"
            );
        }
        Ok(())
    })
    .size_min(512)
    .budget(budget());
}

/// The sequences that matter most, whatever chance brings.
#[test]
fn well_known_stories_end_as_they_must() {
    use steps::{Asked, Proof, Who};
    let authorize = |client, person| Step::Authorize {
        client,
        person,
        scope: 0,
    };
    let exchange = |code| Step::Exchange {
        code,
        by: Who::Own,
        proof: Proof::Right,
    };
    let refresh = |token| Step::Refresh {
        token,
        by: Who::Own,
        asked: Asked::Nothing,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let stories: [&[Step]; 8] = [
        // A replay after two refreshes and a restart.
        &[
            authorize(0, 0),
            exchange(0),
            refresh(0),
            refresh(1),
            Step::Restart,
            exchange(0),
        ],
        // Reuse of the first of three, then a new consent that must not suffer from reuse of the old.
        &[
            authorize(0, 0),
            exchange(0),
            refresh(0),
            refresh(1),
            refresh(0),
            authorize(0, 0),
            exchange(1),
            refresh(0),
            refresh(3),
        ],
        // Two runs: the first is replaced, and presenting it harms nothing.
        &[
            authorize(1, 1),
            authorize(1, 1),
            exchange(0),
            exchange(1),
            refresh(0),
            refresh(1),
        ],
        // Off and on again.
        &[
            authorize(0, 0),
            exchange(0),
            Step::Disable { client: 0 },
            refresh(0),
            Step::Restart,
            Step::Enable { client: 0 },
            refresh(0),
        ],
        // A code that outlives its grant is none.
        &[
            authorize(0, 0),
            Step::RevokeGrant {
                client: 0,
                person: 0,
            },
            exchange(0),
        ],
        // A guess spends the code, a wrong redirect does not.
        &[
            authorize(2, 0),
            Step::Exchange {
                code: 0,
                by: Who::Own,
                proof: Proof::OtherRedirect,
            },
            Step::Exchange {
                code: 0,
                by: Who::Own,
                proof: Proof::WrongVerifier,
            },
            exchange(0),
        ],
        // Revoking an old refresh token takes the family.
        &[
            authorize(0, 1),
            exchange(0),
            refresh(0),
            Step::Revoke {
                token: 1,
                by: Who::Own,
            },
            refresh(1),
        ],
        // Ninety days from the last use.
        &[
            authorize(0, 0),
            exchange(0),
            Step::Advance { seconds: 7_000_000 },
            refresh(0),
            Step::Advance { seconds: 7_000_000 },
            refresh(1),
            Step::Advance { seconds: 7_776_000 },
            refresh(2),
        ],
    ];
    for (index, story) in stories.iter().enumerate() {
        if let Err(difference) = play(&runtime, story, 1) {
            panic!("story {index}: {difference}");
        }
    }
}
