//! The distance between two names, for suggestions ("did you mean").

/// The longest name that is compared, in bytes. A comparison takes time for the product of both lengths: a name of 16 KiB
/// costs milliseconds. No known name is nearly as long, so a longer one gets no suggestion.
const MAX_BYTES: usize = 64;

/// Returns how many characters are wrong, missing, added or swapped, or nothing if a name is longer than 64 bytes.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that compares names, of bounded length"
)]
pub(crate) fn distance(found: &str, known: &str) -> Option<usize> {
    let is_short = |name: &str| name.len() <= MAX_BYTES;
    (is_short(found) && is_short(known)).then(|| strsim::damerau_levenshtein(found, known))
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn compares_no_name_of_more_than_64_bytes() {
        let (longest, longer) = ("x".repeat(64), "x".repeat(65));
        assert_eq!(distance(&longest, &longest), Some(0));
        assert_eq!(distance(&longer, &longest), None);
        assert_eq!(distance(&longest, &longer), None);
        assert_eq!(distance(&"x".repeat(16_384), "ttl"), None);
        assert_eq!(distance(&"é".repeat(33), "ttl"), None);
    }
}
