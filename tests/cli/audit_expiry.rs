//! Expiries in audit records: those that the token holds.

use agora_token_server::token::{v005, v006};
use serde_json::{Value, json};

use crate::audit::{audited, lines};
use crate::support::Directory;
use crate::watching::body;

/// The token in a response, and its audit record.
fn issued(target: &str, name: &str) -> (String, Value) {
    let directory = Directory::new();
    let file = directory.0.join("audit.jsonl");
    let server = audited(&file);
    let response: Value = serde_json::from_str(body(&server.get(target))).unwrap();
    let token = response[name].as_str().unwrap().to_owned();
    let mut records = lines(&file);
    assert_eq!(records.len(), 1);
    (token, records.remove(0))
}

#[test]
fn a_005_key_without_expiry_has_none_in_its_audit_record() {
    for (target, expires) in [
        ("/channel_key?channel=test&uid=7", false),
        ("/channel_key?channel=test&uid=7&expiredTs=4294967295", true),
    ] {
        let (key, record) = issued(target, "channel_key");
        let key = v005::Unverified::parse(&key).unwrap();
        let expiry = key.message.ends_at.seconds();
        assert_eq!(expiry != 0, expires, "{target}");
        let expected = if expires { json!(expiry) } else { Value::Null };
        assert_eq!(record.get("expires_at"), Some(&expected), "{record}");
        assert_eq!(record["services"][0]["privileges"], json!({}));
    }
}

#[test]
fn a_006_privilege_without_expiry_expires_with_its_token() {
    let (token, record) = issued("/access_token?channel=test&uid=7", "token");
    let token = v006::Unverified::parse(&token).unwrap();
    let privileges: Vec<(u16, u32)> = token.message.privileges.iter().collect();
    assert_eq!(privileges, [(1, 0)]);
    let expiry = json!(token.message.ends_at.seconds());
    assert_eq!(record["expires_at"], expiry);
    let privileges = json!({ "join_channel": expiry });
    assert_eq!(record["services"][0]["privileges"], privileges);
}
