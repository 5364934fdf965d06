//! The formats against those of `tracing_subscriber`, whose layout they have.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tracing::Subscriber;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::fmt::{MakeWriter, Subscriber as Lines, SubscriberBuilder};

use super::json::Json;
use super::text::Text;

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Buffer {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn clock() -> SystemTime {
    UNIX_EPOCH + Duration::new(1_618_460_660, 120_999)
}

struct Timer;

impl FormatTime for Timer {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        writer.write_str("2021-04-15T04:24:20.000120Z")
    }
}

/// Returns the lines of `log` in a format.
fn lines<S: Subscriber + Send + Sync>(
    log: impl FnOnce(),
    format: impl FnOnce(SubscriberBuilder) -> Box<dyn FnOnce(Buffer) -> S>,
) -> String {
    let buffer = Buffer::default();
    let builder = Lines::builder()
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE);
    let subscriber = format(builder)(buffer.clone());
    tracing::subscriber::with_default(subscriber, log);
    let bytes = buffer.0.lock().expect("no panic").clone();
    String::from_utf8(bytes).expect("UTF-8")
}

fn text(log: fn()) -> String {
    lines(log, |builder| {
        Box::new(|buffer| {
            builder
                .event_format(Text::new(clock))
                .with_writer(buffer)
                .finish()
        })
    })
}

fn json(log: fn()) -> String {
    lines(log, |builder| {
        Box::new(|buffer| {
            builder
                .event_format(Json::new(clock))
                .with_writer(buffer)
                .finish()
        })
    })
}

fn every_kind_of_field() {
    let error = io::Error::other("the disk is full");
    let (quoted, unset) = ("a \"quoted\" \\ é\n\u{1b}[31m", None::<u64>);
    tracing::error!(%error, unset, "request failed");
    tracing::warn!(
        status = 503_u16,
        below = -1,
        is_set = true,
        share = 0.5,
        "{}",
        "formatted"
    );
    tracing::info!(
        method = "GET",
        elapsed_us = Some(45_u64),
        quoted,
        "request \"answered\""
    );
    tracing::debug!(debug = ?["a", "b"], address = %"[::1]:80");
    tracing::trace!("é");
}

#[test]
fn text_is_laid_out_as_by_tracing_subscriber() {
    let expected = lines(every_kind_of_field, |builder| {
        Box::new(|buffer| {
            let builder = builder.with_target(false).with_timer(Timer);
            builder.with_writer(buffer).finish()
        })
    });
    assert_eq!(text(every_kind_of_field), expected);
}

#[test]
fn json_is_laid_out_as_by_tracing_subscriber() {
    let expected = lines(every_kind_of_field, |builder| {
        Box::new(|buffer| {
            let builder = builder.json().flatten_event(true).with_target(false);
            builder.with_timer(Timer).with_writer(buffer).finish()
        })
    });
    assert_eq!(json(every_kind_of_field), expected);
}

#[test]
fn escapes_line_breaks() {
    let log = || tracing::info!(error = %"a\nb\u{1b}[31m\u{9b}é", "c\r\nd");
    assert_eq!(
        text(log),
        "2021-04-15T04:24:20.000120Z  INFO c\\r\\nd error=a\\nb\\u{1b}[31m\\u{9b}é\n"
    );
    assert_eq!(
        json(log),
        "{\"timestamp\":\"2021-04-15T04:24:20.000120Z\",\"level\":\"INFO\",\"message\":\"c\\r\\nd\",\
         \"error\":\"a\\nb\\u001b[31m\u{9b}é\"}\n"
    );
}
