//! Times and lifetimes, as texts and at their edges.

use agora_token_server::token::{Lifetime, TimeError, UnixTime};

#[track_caller]
fn lifetime_error(text: &str, error: TimeError) {
    assert_eq!(text.parse::<Lifetime>(), Err(error), "{text:?}");
}

#[test]
fn a_lifetime_is_1_to_86400_seconds_and_more_is_cut() {
    for (text, seconds) in [
        ("1", 1),
        ("3600", 3600),
        ("86400", 86_400),
        ("86401", 86_400),
        ("999999999", 86_400),
    ] {
        assert_eq!(
            text.parse::<Lifetime>().map(Lifetime::seconds),
            Ok(seconds),
            "{text}"
        );
    }
}

#[test]
fn a_lifetime_that_must_be_an_absolute_time_is_refused() {
    lifetime_error("1000000000", TimeError::Absolute);
    lifetime_error("1700003600", TimeError::Absolute);
    lifetime_error("99999999999999999999999999", TimeError::Absolute);
}

#[test]
fn what_is_no_whole_positive_number_is_refused_as_what_it_is() {
    lifetime_error("0", TimeError::Zero);
    lifetime_error("-1", TimeError::Negative);
    lifetime_error("-1.5", TimeError::Negative);
    lifetime_error("1.5", TimeError::Fraction);
    lifetime_error("3600.0", TimeError::Fraction);
    for text in [
        "",
        " ",
        "1h",
        "+1",
        "0x10",
        "1e3",
        "１",
        "1.",
        ".5",
        "-",
        "NaN",
        "undefined",
        "1 ",
    ] {
        lifetime_error(text, TimeError::NotANumber);
    }
}

#[test]
fn a_unix_time_has_32_bits() {
    assert_eq!("4294967295".parse(), Ok(UnixTime::from_seconds(u32::MAX)));
    assert_eq!("4294967296".parse::<UnixTime>(), Err(TimeError::TooLate));
    assert_eq!("1700000000000".parse::<UnixTime>(), Err(TimeError::TooLate));
}

#[test]
fn time_does_not_wrap_round_at_its_end() {
    let last = UnixTime::from_seconds(u32::MAX);
    assert_eq!(last.after(Lifetime::MAX), last);
    assert_eq!(Lifetime::between(last, UnixTime::from_seconds(0)), None);
}

#[test]
fn the_lifetime_between_two_times_is_cut_to_24_hours() {
    let start = UnixTime::from_seconds(1000);
    let between =
        |end| Lifetime::between(start, UnixTime::from_seconds(end)).map(Lifetime::seconds);
    assert_eq!((between(999), between(1000)), (None, None));
    assert_eq!(
        (between(1001), between(87_400), between(u32::MAX)),
        (Some(1), Some(86_400), Some(86_400))
    );
}
