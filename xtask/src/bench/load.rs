//! Closed-loop load: each connection sends its next request when it has the answer to the last.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::task::LocalSet;

use super::process::cpu_time;

/// How long a run takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing {
    /// Sent, but not counted.
    pub(super) warm_up: Duration,
    pub(super) measured: Duration,
}

/// What a run gave.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    /// Answers a second, over all connections.
    pub(super) rate: f64,
    /// Half of the answers took no longer.
    pub(super) p50: Duration,
    /// 99 of 100 answers took no longer.
    pub(super) p99: Duration,
    /// Processor time of the server for one answer.
    pub(super) server_cpu: Duration,
    /// Processor time of the load generator for one answer.
    pub(super) client_cpu: Duration,
}

/// Runs one task for each state until the time is over; a step is one timed piece of work, most often one request.
///
/// # Errors
/// The first error of any step: an answer that is not the expected one makes the numbers worthless.
pub(super) async fn closed_loop<S: 'static>(
    timing: Timing,
    server: u32,
    states: Vec<S>,
    step: impl AsyncFn(&mut S) -> anyhow::Result<()> + Clone + 'static,
) -> anyhow::Result<(Measure, Vec<S>)> {
    let tasks = LocalSet::new();
    let begin = Instant::now() + timing.warm_up;
    let end = begin + timing.measured;
    let handles: Vec<_> = states
        .into_iter()
        .map(|mut state| {
            let step = step.clone();
            tasks.spawn_local(async move {
                let mut times = Vec::with_capacity(1 << 16);
                loop {
                    let start = Instant::now();
                    if start >= end {
                        return anyhow::Ok((state, times));
                    }
                    step(&mut state).await?;
                    let now = Instant::now();
                    if start >= begin && now <= end {
                        times.push(now - start);
                    }
                }
            })
        })
        .collect();
    let processors = tasks.spawn_local(async move {
        tokio::time::sleep_until(begin.into()).await;
        let before = (cpu_time(server)?, cpu_time(std::process::id())?);
        tokio::time::sleep_until(end.into()).await;
        let after = (cpu_time(server)?, cpu_time(std::process::id())?);
        anyhow::Ok((
            after.0.saturating_sub(before.0),
            after.1.saturating_sub(before.1),
        ))
    });
    tasks.await;
    let mut times = Vec::new();
    let mut states = Vec::new();
    for handle in handles {
        let (state, taken) = handle.await??;
        states.push(state);
        times.extend(taken);
    }
    let (server_cpu, client_cpu) = processors.await??;
    let count = u32::try_from(times.len())?;
    let (p50, p99) = percentiles(&mut times).context("not one answer came in time")?;
    let measure = Measure {
        rate: f64::from(count) / timing.measured.as_secs_f64(),
        p50,
        p99,
        server_cpu: server_cpu / count,
        client_cpu: client_cpu / count,
    };
    Ok((measure, states))
}

/// The 50th and the 99th percentile; nothing when there are no times.
pub(super) fn percentiles(times: &mut [Duration]) -> Option<(Duration, Duration)> {
    times.sort_unstable();
    let last = times.len().checked_sub(1)?;
    Some((times[last / 2], times[last * 99 / 100]))
}

/// The run in the middle, by rate.
pub(super) fn median(mut measures: Vec<Measure>) -> Option<Measure> {
    measures.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    let middle = measures.len().checked_sub(1)? / 2;
    measures.into_iter().nth(middle)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::percentiles;

    #[test]
    fn percentiles_are_of_the_sorted_times() {
        let mut times: Vec<Duration> = (0..=100).rev().map(Duration::from_millis).collect();
        let expected = (Duration::from_millis(50), Duration::from_millis(99));
        assert_eq!(percentiles(&mut times), Some(expected));
        assert_eq!(percentiles(&mut []), None);
    }
}
