//! Which parts of a step's time are told as near its end.

use serde::Deserialize;

/// Parts of the time allowed, whole percents from 1 to 99 that rise; written as fractions: `[0.5, 0.8]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<f64>")]
pub struct Rungs(Vec<u8>);

/// More warnings than this about one step help nobody.
const COUNT_MAX: usize = 5;

impl Rungs {
    /// In percent, the first to come first.
    pub fn percents(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<Vec<f64>> for Rungs {
    type Error = String;

    fn try_from(fractions: Vec<f64>) -> Result<Self, String> {
        if fractions.len() > COUNT_MAX {
            return Err(format!("has more than {COUNT_MAX} fractions"));
        }
        let percents: Option<Vec<u8>> = fractions.iter().map(|f| percent(*f)).collect();
        let percents = percents.ok_or("has a fraction that is not one of 0.01, 0.02 … 0.99")?;
        if percents.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err("does not rise from fraction to fraction".to_owned());
        }
        Ok(Self(percents))
    }
}

/// Two decimals written as a number are within a hair of a whole percent.
fn percent(fraction: f64) -> Option<u8> {
    const HAIR: f64 = 1e-9;
    (1..=99_u8).find(|percent| (f64::from(*percent) / 100.0 - fraction).abs() < HAIR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_whole_percents_that_rise() {
        let rungs = |fractions: &[f64]| Rungs::try_from(fractions.to_vec());
        assert_eq!(rungs(&[0.5, 0.8, 0.95]).unwrap().percents(), [50, 80, 95]);
        assert_eq!(rungs(&[]).unwrap().percents(), [0_u8; 0]);
        for bad in [
            vec![0.0],
            vec![1.0],
            vec![0.555],
            vec![-0.5],
            vec![f64::NAN],
            vec![0.8, 0.5],
            vec![0.5, 0.5],
            vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
        ] {
            assert!(rungs(&bad).is_err(), "{bad:?}");
        }
    }
}
