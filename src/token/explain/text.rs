//! What clings to a token, or was done to its text, between the server and the SDK. Each is undone for reading on.

use super::super::{hex, v005, v006, v007};
use super::finding::Finding;

/// The token in a text. What had to be undone is a finding.
pub(super) fn clean(text: &str, findings: &mut Vec<Finding>) -> String {
    let mut text = text.to_owned();
    let around: [Step; 3] = [without_surroundings, without_quotes, without_blanks_around];
    undo(&around, &mut text, findings);
    // What is no token needs no mending.
    if VERSIONS.iter().any(|version| text.starts_with(version)) {
        let within: [Step; 5] = [
            percent_decoded,
            without_blanks_around,
            without_line_breaks,
            with_pluses,
            in_the_standard_alphabet,
        ];
        undo(&within, &mut text, findings);
    }
    text
}

const VERSIONS: [&str; 3] = [v005::VERSION, v006::VERSION, v007::VERSION];

fn undo(steps: &[Step], text: &mut String, findings: &mut Vec<Finding>) {
    for step in steps {
        let Some((cleaned, finding)) = step(text) else {
            continue;
        };
        // White space around the text, and in its encoding, is one mistake.
        if findings.iter().all(|found| found.code != finding.code) {
            findings.push(finding);
        }
        *text = cleaned;
    }
}

type Step = fn(&str) -> Cleaned;

/// The text without something, and the finding that it was there.
type Cleaned = Option<(String, Finding)>;

/// Byte order marks and spaces of no width, too: some editors and chat programs leave them.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || "\u{feff}\u{200b}\u{200c}\u{200d}\u{2060}".contains(character)
}

fn without_blanks_around(text: &str) -> Cleaned {
    let trimmed = text.trim_matches(is_blank);
    let place = match (text.starts_with(is_blank), text.ends_with(is_blank)) {
        _ if trimmed.is_empty() => return None,
        (false, false) => return None,
        (true, false) => "before",
        (false, true) => "after",
        (true, true) => "before and after",
    };
    let finding = Finding::error(
        "white_space",
        format!("White space stands {place} the token."),
        "Trim the text before it goes to the SDK; a line break at the end comes from reading a file or a command's output.",
    );
    Some((trimmed.to_owned(), finding))
}

/// The value after `"token":`, `token=` or `Bearer`, up to where it ends.
fn without_surroundings(text: &str) -> Cleaned {
    let marks = [
        "\"token\":",
        "\"rtcToken\":",
        "\"rtmToken\":",
        "token=",
        "Bearer ",
    ];
    let rest = marks
        .iter()
        .find_map(|mark| text.split_once(mark))
        .map(|(_, rest)| rest)?;
    let rest = rest.trim_start_matches(|c| is_blank(c) || c == '"');
    let end = rest
        .find(|c| is_blank(c) || "\"&,;}".contains(c))
        .unwrap_or(rest.len());
    let finding = Finding::error(
        "surrounded",
        "The token stands within other text: an answer, an address or a header.",
        "Pass the value of the field alone: answer.token, not the whole answer.",
    );
    Some((rest[..end].to_owned(), finding))
}

fn without_quotes(text: &str) -> Cleaned {
    let quote = |c: char| "\"'`“”„‘’«»".contains(c);
    let trimmed = text.trim_matches(is_blank);
    let unquoted = trimmed.trim_matches(quote);
    if unquoted.len() == trimmed.len() {
        return None;
    }
    let finding = Finding::error(
        "quoted",
        "The token stands in quotes.",
        "Parse the answer as JSON, or take the quotes off; a JSON text was used where its value belongs.",
    );
    Some((unquoted.to_owned(), finding))
}

/// Undoes it as often as it was done, within reason.
fn percent_decoded(text: &str) -> Cleaned {
    let mut decoded = percent_decoded_once(text)?;
    let mut times = 1;
    while times < 4
        && let Some(again) = percent_decoded_once(&decoded)
    {
        decoded = again;
        times += 1;
    }
    let how_often = match times {
        1 => String::new(),
        _ => format!(" {times} times over"),
    };
    let finding = Finding::error(
        "percent_encoded",
        format!(
            "The token is percent-encoded{how_often}, as for an address: it has %2B, %2F or %3D for +, / and =."
        ),
        "Decode it once where it is read out of the address, for instance with decodeURIComponent.",
    );
    Some((decoded, finding))
}

fn percent_decoded_once(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    let mut changed = false;
    for part in parts {
        let escape = part.as_bytes().split_first_chunk();
        let decoded = escape.and_then(|([high, low], rest)| {
            let byte = hex::value(*high)? << 4 | hex::value(*low)?;
            Some((byte, rest))
        });
        if let Some((byte, rest)) = decoded {
            changed = true;
            bytes.push(byte);
            bytes.extend(rest);
        } else {
            bytes.push(b'%');
            bytes.extend(part.as_bytes());
        }
    }
    changed.then(|| String::from_utf8_lossy(&bytes).into_owned())
}

/// A line break, and the blanks that stand with it; or a blank that no `+` becomes.
fn without_line_breaks(text: &str) -> Cleaned {
    let breaks = |c: char| is_blank(c) && c != ' ';
    let at = text.chars().position(breaks)?;
    let finding = Finding::error(
        "line_break",
        format!(
            "A line break or other white space stands within the token, at character {}.",
            at + 1
        ),
        "Copy the token as one line; mail programs and terminals break long lines.",
    );
    let joined = text.chars().filter(|c| !is_blank(*c)).collect();
    Some((joined, finding))
}

fn with_pluses(text: &str) -> Cleaned {
    let at = text.chars().position(|c| c == ' ')?;
    let finding = Finding::error(
        "plus_as_space",
        format!(
            "A space stands at character {}, where the token had a +: it went through an address that was not encoded.",
            at + 1
        ),
        "Percent-encode the token where it is put into an address, for instance with encodeURIComponent.",
    );
    Some((text.replace(' ', "+"), finding))
}

fn in_the_standard_alphabet(text: &str) -> Cleaned {
    let at = text.find(['-', '_'])?;
    let finding = Finding::error(
        "url_safe",
        format!(
            "The token has {:?} at character {}: it was written in the base64 alphabet for addresses.",
            &text[at..=at],
            text[..at].chars().count() + 1
        ),
        "Use the token as the server answered it, in standard base64 with + and /.",
    );
    Some((text.replace('-', "+").replace('_', "/"), finding))
}
