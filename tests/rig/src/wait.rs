//! Waiting for something to become true, with a limit and with words for the one who reads the failure.

use std::time::{Duration, Instant};

use anyhow::bail;

/// Asks every 100 ms until `question` gives an answer; past `limit` the error says what was awaited.
/// An error of the question counts as "not yet" and is told when the time is up.
pub async fn wait_for<T>(
    what: &str,
    limit: Duration,
    mut question: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        let answer = question().await;
        if let Ok(Some(answer)) = answer {
            return Ok(answer);
        }
        if Instant::now() > deadline {
            match answer {
                Err(error) => bail!("after {limit:?}: not {what}: {error:#}"),
                _ => bail!("after {limit:?}: not {what}"),
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
