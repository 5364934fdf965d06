//! JSON lines, one flat object each: `{"timestamp":"…","level":"INFO","message":"answered","method":"GET","status":200}`.
//!
//! The layout is that of `tracing_subscriber`'s flattened JSON.

use std::fmt::{self, Debug, Write};
use std::time::SystemTime;

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::LINE_BYTES;
use super::timestamp;

/// The JSON format. It knows no spans, because this server opens none.
pub(super) struct Json {
    clock: fn() -> SystemTime,
}

impl Json {
    pub(super) fn new(clock: fn() -> SystemTime) -> Self {
        Self { clock }
    }
}

impl<S, N> FormatEvent<S, N> for Json
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
        let mut line = String::with_capacity(LINE_BYTES);
        line.push_str("{\"timestamp\":\"");
        timestamp::append(&mut line, (self.clock)());
        line.push_str("\",\"level\":\"");
        line.push_str(event.metadata().level().as_str());
        line.push('"');
        let mut fields = Fields {
            line: &mut line,
            result: Ok(()),
        };
        event.record(&mut fields);
        fields.result?;
        line.push_str("}\n");
        writer.write_str(&line)
    }
}

/// Appends each field as a member of the object.
struct Fields<'a> {
    line: &'a mut String,
    /// The first error of a value that formats itself.
    result: fmt::Result,
}

impl Fields<'_> {
    /// Names need no escape: they are Rust's.
    fn name(&mut self, field: &Field) {
        self.line.push_str(",\"");
        self.line.push_str(field.name());
        self.line.push_str("\":");
    }

    /// Appends a value that formats itself, as a string.
    fn string(&mut self, value: fmt::Arguments<'_>) {
        self.line.push('"');
        let written = Escaped(self.line).write_fmt(value);
        self.result = self.result.and(written);
        self.line.push('"');
    }
}

impl Visit for Fields<'_> {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.name(field);
        self.line.push_str(if value { "true" } else { "false" });
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.name(field);
        self.line
            .push_str(&serde_json::Value::from(value).to_string()); // null if it is not finite
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.name(field);
        self.line.push_str(itoa::Buffer::new().format(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.name(field);
        self.line.push_str(itoa::Buffer::new().format(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.name(field);
        if super::is_plain(value) {
            self.line.push('"');
            self.line.push_str(value);
            self.line.push('"');
        } else {
            self.string(format_args!("{value}"));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.name(field);
        self.string(format_args!("{value:?}"));
    }
}

/// Appends to the inside of a JSON string.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if super::is_plain(text) {
            self.0.push_str(text);
        } else {
            let quoted = serde_json::to_string(text).map_err(|_| fmt::Error)?;
            self.0.push_str(&quoted[1..quoted.len() - 1]);
        }
        Ok(())
    }
}
