//! Many times, told as percentiles.
//!
//! In: microseconds. Out: milliseconds at the usual places, from a histogram that is exact to three digits.

use hdrhistogram::Histogram;
use serde::Serialize;

/// Milliseconds.
#[expect(
    clippy::struct_field_names,
    reason = "the unit stands in every name that programs read"
)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) p50_ms: f64,
    pub(crate) p90_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

/// The longest time told apart: an hour.
const LONGEST_US: u64 = 3_600_000_000;

impl Spread {
    /// What is less than nothing counts as nothing: two things happened in the order of their clocks' ticks.
    pub(crate) fn of(times_us: impl IntoIterator<Item = i64>) -> anyhow::Result<Self> {
        let mut histogram = Histogram::<u64>::new_with_bounds(1, LONGEST_US, 3)?;
        for time_us in times_us {
            histogram.saturating_record(u64::try_from(time_us).unwrap_or(0));
        }
        let at = |quantile| ms(histogram.value_at_quantile(quantile));
        Ok(Self {
            p50_ms: at(0.5),
            p90_ms: at(0.9),
            p99_ms: at(0.99),
            max_ms: ms(histogram.max()),
        })
    }

    /// Cells of a table.
    pub(crate) fn cells(self) -> [String; 4] {
        [self.p50_ms, self.p90_ms, self.p99_ms, self.max_ms].map(|ms| format!("{ms:.1}"))
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an hour in microseconds is far below 2^53"
)]
fn ms(us: u64) -> f64 {
    us as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_what_went_in() {
        let spread = Spread::of((1..=100).map(|n| n * 1000)).unwrap();
        assert!((spread.p50_ms - 50.0).abs() < 0.1, "{spread:?}");
        assert!((spread.p99_ms - 99.0).abs() < 0.1, "{spread:?}");
        assert!(Spread::of([-5, 0]).unwrap().max_ms < 0.01);
        assert_eq!(Spread::of([]).unwrap(), Spread::default());
    }
}
