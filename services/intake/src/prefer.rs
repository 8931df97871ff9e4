//! `Prefer: wait=N` (RFC 7240): how long a sender is ready to wait. Anything unreadable is ignored, as the
//! standard demands of preferences.

use http::HeaderMap;

/// Seconds that the sender prefers to wait; the first preference of the name counts.
pub fn wait_s(headers: &HeaderMap) -> Option<u64> {
    headers
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|preference| preference.split(';').next()?.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("wait"))
        .and_then(|(_, value)| value.trim().trim_matches('"').parse().ok())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn given(values: &[&'static str]) -> Option<u64> {
        let name = || http::HeaderName::from_static("prefer");
        wait_s(
            &values
                .iter()
                .map(|value| (name(), HeaderValue::from_static(value)))
                .collect(),
        )
    }

    #[test]
    fn the_first_readable_wish_counts() {
        assert_eq!(given(&["wait=5"]), Some(5));
        assert_eq!(
            given(&["respond-async, Wait = \"7\"; a=b", "wait=1"]),
            Some(7)
        );
        assert_eq!(given(&["wait"]), None);
        assert_eq!(given(&["wait=soon"]), None);
        assert_eq!(given(&[]), None);
    }
}
