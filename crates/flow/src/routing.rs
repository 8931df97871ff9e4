//! Where a routing key leads, worked out as the broker does (AMQP 0-9-1): for tests, and for running a stage
//! without a broker.

use crate::Map;

impl Map {
    /// The names of the queues that a publish to `exchange` under `key` reaches, in the order of
    /// [`Map::queues`].
    pub fn reached(&self, exchange: &str, key: &str) -> Vec<String> {
        let key: Vec<&str> = key.split('.').collect();
        let hit = |(from, pattern): &(&str, String)| {
            *from == exchange && matches(&pattern.split('.').collect::<Vec<_>>(), &key)
        };
        self.queues()
            .into_iter()
            .filter(|queue| queue.bindings.iter().any(hit))
            .map(|queue| queue.name)
            .collect()
    }
}

/// Whether a topic pattern matches a routing key: `*` is one word, `#` any number of them.
fn matches(pattern: &[&str], key: &[&str]) -> bool {
    match (pattern.split_first(), key.split_first()) {
        (None, None) => true,
        (Some((&"#", rest)), _) => {
            matches(rest, key)
                || key
                    .split_first()
                    .is_some_and(|(_, tail)| matches(pattern, tail))
        }
        (Some((&"*", rest)), Some((_, tail))) => matches(rest, tail),
        (Some((word, rest)), Some((first, tail))) => word == first && matches(rest, tail),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    fn matches(pattern: &'static str, key: &'static str) -> bool {
        let words = |text: &'static str| text.split('.').collect::<Vec<_>>();
        super::matches(&words(pattern), &words(key))
    }

    #[test]
    fn a_pattern_matches_as_amqp_says() {
        assert!(matches("#", "a.b.c"));
        assert!(matches("*.b", "a.b"));
        assert!(!matches("*.b", "a.a.b"));
        assert!(matches("a.#", "a"));
        assert!(!matches("*.*.b", "a.b"));
    }
}
