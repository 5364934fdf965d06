//! What a `.env` file says.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::error::Problem;
use super::near_miss::{NearMiss, end_of_name, known_name, note_line, set_in};

/// What variables are set to, by their names.
pub(super) type Values = BTreeMap<&'static str, Zeroizing<String>>;

/// Reads lines of `NAME=value`. Blank lines and lines that begin with `#` say nothing; `export` before a name is
/// dropped; a value stands on one line, and may stand in single or double quotes; a `#` after a space begins a comment. A
/// file is often shared with other programs, so that only lines that begin with a name of ours have to make sense.
pub(super) fn parse(text: &str, near_misses: &mut Vec<NearMiss>) -> (Values, Vec<Problem>) {
    let mut values = Values::new();
    let mut problems = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text); // some editors begin a file with it
    // Where lines end with a carriage return alone, a comment would hide the next one.
    let lines = text.lines().zip(1..);
    let lines = lines.flat_map(|(line, number)| line.split('\r').map(move |line| (line, number)));
    for (line, number) in lines {
        let line = line.trim();
        let line = match line.strip_prefix("export") {
            Some(rest) if rest.starts_with(char::is_whitespace) => rest.trim_start(),
            _ => line,
        };
        let (name, rest) = line.split_at(end_of_name(line));
        let value = rest.trim_start().strip_prefix('=').map(unquoted);
        let Some(name) = known_name(name) else {
            if value != Some(Ok("")) && !line.starts_with('#') {
                note_line(line, number, near_misses);
            }
            continue;
        };
        let problem = match value {
            Some(Ok(value)) if value.contains(char::is_whitespace) && set_in(value).is_some() => {
                format!(
                    "line {number} sets {name} and something else; each stands on a line of its own"
                )
            }
            Some(Ok(value)) => {
                let earlier = values.insert(name, Zeroizing::new(value.to_owned()));
                if earlier.is_none_or(|earlier| earlier.is_empty() || *earlier == value) {
                    continue;
                }
                format!("line {number} sets {name} again, to another value; keep one of them")
            }
            Some(Err(Quote::Followed)) => {
                format!("line {number} goes on after the closing quote of {name}")
            }
            Some(Err(Quote::Open)) => format!(
                "line {number} lacks the closing quote of {name}; a value stands on one line"
            ),
            None => format!("line {number} is not of the form {name}=value"),
        };
        problems.push(Problem::new(".env", problem));
    }
    (values, problems)
}

/// What is wrong with a quote. The part between quotes alone, or the quote as a part, would be another value.
#[derive(PartialEq, Eq)]
enum Quote {
    /// Text follows the closing one.
    Followed,
    /// There is no closing one.
    Open,
}

/// The value in what is written after the `=`. A `#` right there is its own, as in a shell: a secret that begins with
/// one would be none otherwise.
fn unquoted(written: &str) -> Result<&str, Quote> {
    let value = written.trim();
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            let (inner, after) = rest.split_once(quote).ok_or(Quote::Open)?;
            let after = after.trim_start();
            let is_end = after.is_empty() || after.starts_with('#');
            return is_end.then_some(inner).ok_or(Quote::Followed);
        }
    }
    let is_comment = |(at, _): &(usize, &str)| written[..*at].ends_with(char::is_whitespace);
    let comment = written.match_indices('#').find(is_comment);
    let end = comment.map_or(written.len(), |(at, _)| at);
    Ok(written[..end].trim())
}
