//! Limits of a report. Anyone can write a token of 300 bytes that unpacks to 16,000 services.

use super::super::parsed::UnverifiedToken;
use super::finding::Finding;
use super::report::{Field, ReportedService};
use super::subject::{Rule, Subject};

/// The most services of a token that are examined. The server issues tokens for at most as many.
pub(super) const MAX_SERVICES: usize = 32;

/// The most bytes of JSON that services take in a report. With findings, a report stays below 64 kB.
const MAX_BYTES: usize = 40_000;

/// An upper bound of what a service takes beside its fields and privileges.
const SERVICE_BYTES: usize = 64;

/// An upper bound of what a field, a permission or a privilege takes beside its texts.
const ENTRY_BYTES: usize = 48;

pub(super) const RULES: &[Rule] = &[too_many_services];

fn too_many_services(subject: &Subject<'_>) -> Option<Finding> {
    let UnverifiedToken::V007(token) = subject.token else {
        return None;
    };
    let count = usize::from(token.message.services.count());
    (count > MAX_SERVICES).then(|| {
        Finding::warning(
            "too_many_services",
            format!("The token has {count} services; only the first {MAX_SERVICES} are examined."),
            format!("Issue tokens for at most {MAX_SERVICES} services."),
        )
    })
}

/// Removes fields and privileges from services that do not fit into the report.
pub(super) fn shorten(services: &mut [ReportedService]) -> Option<Finding> {
    let mut left = MAX_BYTES;
    let mut shortened = 0;
    for service in services {
        left = left.saturating_sub(SERVICE_BYTES);
        if let Some(rest) = left.checked_sub(bytes(service)) {
            left = rest;
        } else {
            service.fields.clear();
            service.privileges.clear();
            shortened += 1;
        }
    }
    (shortened > 0).then(|| {
        Finding::warning(
            "report_shortened",
            format!(
                "Fields and privileges of {shortened} of the token's services are left out: a report shows at most \
                 {MAX_BYTES} bytes of services."
            ),
            "Issue tokens with fewer and shorter names; one that the SDKs accept fits into a report.",
        )
    })
}

/// An upper bound of the bytes that the fields and privileges of a service take in JSON.
fn bytes(service: &ReportedService) -> usize {
    let fields = service.fields.iter().map(|(_, field)| match field {
        Field::Checksum(_) | Field::Number(_) => ENTRY_BYTES,
        Field::Text(text) => ENTRY_BYTES + text_bytes(text),
        Field::Permissions(permissions) => permissions
            .iter()
            .map(|permission| {
                let names = permission.names.iter().map(|name| text_bytes(name));
                2 * ENTRY_BYTES + names.sum::<usize>()
            })
            .sum(),
    });
    fields.sum::<usize>() + service.privileges.len() * ENTRY_BYTES
}

/// The bytes that a text takes in JSON, with quotes and a comma.
fn text_bytes(text: &str) -> usize {
    let escaped = text.bytes().map(|byte| match byte {
        b'"' | b'\\' => 2,
        0..=0x1f => 6,
        _ => 1,
    });
    escaped.sum::<usize>() + 3
}
