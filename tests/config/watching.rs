//! What is watched from outside, and by whom.

use std::net::SocketAddr;

use agora_token_server::config::AuditLog;

use crate::{IDENTIFIERS, read, refused_with};

const KEY: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn nothing_is_counted_until_it_is_asked_for() {
    assert!(read(&IDENTIFIERS).metrics.is_none());
}

#[test]
fn metrics_have_a_port_a_key_or_both() {
    let read = |variables: &[_]| {
        let config = read(&[&IDENTIFIERS[..], &[("HOST", "127.0.0.1")], variables].concat());
        let metrics = config.metrics.unwrap();
        (metrics.listen(), metrics.key().map(|key| key.is(KEY)))
    };
    let own = |port| Some(SocketAddr::from(([127, 0, 0, 1], port)));
    assert_eq!(read(&[("METRICS_PORT", "9100")]), (own(9100), None));
    assert_eq!(read(&[("METRICS_KEY", KEY)]), (None, Some(true)));
    let file = [("METRICS_KEY_FILE", "/run/secrets/metrics")];
    assert_eq!(read(&file), (None, Some(true)));
    let both = [("METRICS_PORT", "0"), ("METRICS_KEY", KEY), ("PORT", "0")];
    assert_eq!(read(&both), (own(0), Some(true)));
}

#[test]
fn a_key_is_that_key_alone_and_is_not_shown() {
    let config = read(&[&IDENTIFIERS[..], &[("METRICS_KEY", KEY)]].concat());
    assert!(!format!("{config:?}").contains(KEY), "{config:?}");
    let metrics = config.metrics.unwrap();
    let key = metrics.key().unwrap();
    for other in ["", &KEY[1..], &KEY.to_uppercase(), &format!("{KEY}0")] {
        assert!(!key.is(other), "{other}");
    }
}

#[test]
fn the_audit_is_off_on_standard_output_or_in_a_file() {
    let audit = |place| read(&[&IDENTIFIERS[..], &[("AUDIT_LOG", place)]].concat()).audit;
    assert_eq!(audit(""), AuditLog::Off);
    assert_eq!(audit("off"), AuditLog::Off);
    assert_eq!(audit("stdout"), AuditLog::Stdout);
    for path in ["/var/log/audit.jsonl", "./off"] {
        assert_eq!(audit(path), AuditLog::File(path.into()));
    }
}

#[test]
fn what_cannot_be_is_said() {
    for port in ["x", "65536", "-1", "+1", "09100"] {
        refused_with("METRICS_PORT", port, "must be a number from 0 to 65535");
    }
    refused_with(
        "METRICS_PORT",
        "8080",
        "is the same as PORT; take another, or leave it out and set METRICS_KEY",
    );
    for place in ["on", "stderr", "audit.jsonl"] {
        refused_with(
            "AUDIT_LOG",
            place,
            "must be off, stdout or the path of a file, with a / in it",
        );
    }
    for key in ["short", &KEY[1..], &format!("{KEY} {KEY}"), &"é".repeat(40)] {
        refused_with(
            "METRICS_KEY",
            key,
            "must be 32 or more visible ASCII characters; `openssl rand -hex 32` makes some",
        );
    }
}
