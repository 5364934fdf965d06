//! Unix times as people read them.

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;

/// A Unix time in UTC, after RFC 3339: `2021-04-15T04:24:20Z`. Years have four digits.
#[must_use]
pub fn rfc3339(seconds: u64) -> String {
    let text = rfc3339_bytes(seconds).to_vec();
    String::from_utf8(text).expect("digits and marks")
}

/// The same without an allocation, digit by digit: every line of an audit has one, and `format!` takes some 100 ns longer.
pub(crate) fn rfc3339_bytes(seconds: u64) -> [u8; 20] {
    let (year, month, day) = date(seconds / DAY);
    let pairs = [
        (0, year / 100),
        (2, year),
        (5, month),
        (8, day),
        (11, seconds % DAY / HOUR),
        (14, seconds % HOUR / MINUTE),
        (17, seconds % MINUTE),
    ];
    let mut text = *b"0000-00-00T00:00:00Z";
    for (place, number) in pairs {
        text[place] = digit(number / 10);
        text[place + 1] = digit(number);
    }
    text
}

/// A number of seconds in words, to its two largest units at most: `23 h 59 min`.
#[must_use]
pub fn span(seconds: u64) -> String {
    let units = |large: u64, large_name: &str, small: u64, small_name: &str| {
        let rest = seconds % large / small;
        match rest {
            0 => format!("{} {large_name}", seconds / large),
            _ => format!("{} {large_name} {rest} {small_name}", seconds / large),
        }
    };
    match seconds {
        ..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => units(MINUTE, "min", 1, "s"),
        // 24 h is a limit of tokens, so that what is just above it is not called a day.
        HOUR.. if seconds < 2 * DAY => units(HOUR, "h", MINUTE, "min"),
        HOUR.. if seconds < 2 * YEAR => format!("{} days", seconds / DAY),
        HOUR.. => format!("{} years", seconds / YEAR),
    }
}

/// Where a time lies as seen from another: `in 23 h 59 min`, `2 days ago`, `now`.
#[must_use]
pub fn relative(seconds: u64, now: u64) -> String {
    match (seconds.checked_sub(now), now.saturating_sub(seconds)) {
        (Some(0), _) => "now".to_owned(),
        (Some(ahead), _) => format!("in {}", span(ahead)),
        (None, ago) => format!("{} ago", span(ago)),
    }
}

/// The Gregorian date so many days after 1970-01-01, counted in years that begin in March, so that a leap day is the
/// last of its year.
fn date(days: u64) -> (u64, u64, u64) {
    const DAYS_OF_400_YEARS: u64 = 146_097;
    let days = days + 719_468; // since 0000-03-01
    let (era, day) = (days / DAYS_OF_400_YEARS, days % DAYS_OF_400_YEARS);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march_month = (5 * day + 2) / 153;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = 400 * era + year + u64::from(month <= 2);
    (year, month, day - (153 * march_month + 2) / 5 + 1)
}

/// The last digit of a number.
fn digit(number: u64) -> u8 {
    b'0' + u8::try_from(number % 10).expect("below ten")
}
