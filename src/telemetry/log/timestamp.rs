//! The time of a log line.

use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::token::explain::rfc3339_bytes;

thread_local! {
    /// The last second that a line of this thread had, and its text.
    static SECOND: Cell<(u64, [u8; 20])> = Cell::new((0, rfc3339_bytes(0)));
}

/// Appends a time in UTC after RFC 3339, with microseconds: `2021-04-15T04:24:20.000120Z`.
pub(super) fn append(line: &mut String, time: SystemTime) {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    text[..19].copy_from_slice(&second(since_epoch.as_secs())[..19]);
    let mut micros = since_epoch.subsec_micros();
    for digit in text[20..26].iter_mut().rev() {
        *digit = b"0123456789"[(micros % 10) as usize];
        micros /= 10;
    }
    line.push_str(str::from_utf8(&text).expect("digits and marks"));
}

fn second(seconds: u64) -> [u8; 20] {
    SECOND.with(|second| {
        let (last, text) = second.get();
        if last == seconds {
            return text;
        }
        let text = rfc3339_bytes(seconds);
        second.set((seconds, text));
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn appends_seconds_and_microseconds() {
        for (seconds, nanos, expected) in [
            (1_618_460_660, 120_999, "2021-04-15T04:24:20.000120Z"),
            (1_618_460_660, 999_999_999, "2021-04-15T04:24:20.999999Z"),
            (1_618_460_661, 0, "2021-04-15T04:24:21.000000Z"),
            (0, 1_000, "1970-01-01T00:00:00.000001Z"),
        ] {
            let mut line = String::new();
            append(&mut line, UNIX_EPOCH + Duration::new(seconds, nanos));
            assert_eq!(line, expected);
        }
    }
}
