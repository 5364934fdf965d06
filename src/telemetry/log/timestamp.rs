//! The time of a log line.

use std::fmt::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::token::explain::rfc3339_bytes;

/// Writes a time in UTC after RFC 3339, with microseconds: `2021-04-15T04:24:20.000120Z`.
pub(super) fn write(out: &mut dyn Write, time: SystemTime) -> fmt::Result {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    text[..19].copy_from_slice(&rfc3339_bytes(since_epoch.as_secs())[..19]);
    let mut micros = since_epoch.subsec_micros();
    for digit in text[20..26].iter_mut().rev() {
        *digit = b"0123456789"[(micros % 10) as usize];
        micros /= 10;
    }
    out.write_str(str::from_utf8(&text).expect("digits and marks"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn writes_microseconds() {
        let mut text = String::new();
        let time = UNIX_EPOCH + Duration::new(1_618_460_660, 120_999);
        write(&mut text, time).expect("a string takes everything");
        assert_eq!(text, "2021-04-15T04:24:20.000120Z");
    }
}
