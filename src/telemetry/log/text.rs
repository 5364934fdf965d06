//! Text lines for files and pipes: `2021-04-15T04:24:20.000120Z  INFO answered method="GET" status=200`.
//!
//! The layout is that of `tracing_subscriber`'s default format, which terminals get, with colours. For every request it
//! would cost 0.6 µs, a twelfth of a bare axum route; this costs TODO.

use std::fmt::{self, Debug, Write};
use std::time::SystemTime;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::timestamp;

/// The text format. It knows no spans, because this server opens none.
pub(super) struct Text {
    clock: fn() -> SystemTime,
}

impl Text {
    pub(super) fn new(clock: fn() -> SystemTime) -> Self {
        Self { clock }
    }

    fn line(&self, out: &mut dyn Write, event: &Event<'_>) -> fmt::Result {
        timestamp::write(out, (self.clock)())?;
        out.write_str(match *event.metadata().level() {
            Level::ERROR => " ERROR",
            Level::WARN => "  WARN",
            Level::INFO => "  INFO",
            Level::DEBUG => " DEBUG",
            Level::TRACE => " TRACE",
        })?;
        let mut fields = Fields {
            out: &mut *out,
            result: Ok(()),
        };
        event.record(&mut fields);
        fields.result?;
        out.write_char('\n')
    }
}

impl<S, N> FormatEvent<S, N> for Text
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        self.line(&mut writer, event)
    }
}

/// Writes each field after a space: the message alone, others with their name.
struct Fields<'a> {
    out: &'a mut dyn Write,
    result: fmt::Result,
}

impl Fields<'_> {
    fn field(&mut self, field: &Field, value: impl FnOnce(&mut dyn Write) -> fmt::Result) {
        if self.result.is_ok() {
            self.result = self.try_field(field.name(), value);
        }
    }

    fn try_field(
        &mut self,
        name: &str,
        value: impl FnOnce(&mut dyn Write) -> fmt::Result,
    ) -> fmt::Result {
        self.out.write_char(' ')?;
        if name != "message" {
            self.out.write_str(name)?;
            self.out.write_char('=')?;
        }
        value(self.out)
    }
}

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.field(field, |out| {
            if value.bytes().all(is_plain) {
                out.write_char('"')?;
                out.write_str(value)?;
                out.write_char('"')
            } else {
                write!(out, "{value:?}")
            }
        });
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.field(field, |out| write!(OneLine(out), "{value:?}"));
    }
}

/// Returns whether a byte may stand between quotes as it is.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

/// Escapes control characters, so that no text ends its line or commands a terminal.
struct OneLine<'a>(&'a mut dyn Write);

impl Write for OneLine<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return self.0.write_str(text);
        }
        for character in text.chars() {
            if character.is_control() {
                write!(self.0, "{}", character.escape_default())?;
            } else {
                self.0.write_char(character)?;
            }
        }
        Ok(())
    }
}
