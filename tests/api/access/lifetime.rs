//! Lifetimes of users' tokens: every privilege and every 005 key expires.

use std::sync::atomic::{AtomicU32, Ordering};

use agora_token_server::config::AccessTokenVersion;
use agora_token_server::token::{UnixTime, v005};
use serde_json::{Value, json};

use super::{alice_with, get_as, hs256, post_as, with_secret};
use crate::support::NOW;

/// The lifetimes of a 005 key, a 006 privilege and a 007 token for a user who requests none, in seconds.
async fn lifetimes(settings: &[(&str, &str)], claims: Value) -> [u32; 3] {
    let jwt = hs256(&alice_with(claims));
    let app = with_secret(settings);
    let key = get_as(&app, &jwt, "/channel_key?channel=test&expiredTs=0").await;
    let key: Value = serde_json::from_str(&key.body).unwrap();
    let key = v005::Unverified::parse(key["channel_key"].as_str().unwrap()).unwrap();
    let token = get_as(&app, &jwt, "/access_token?channel=test").await;
    let token = token.grants_007();
    let privileges = &token.services.known()[0].privileges;
    assert_eq!(privileges.iter().collect::<Vec<_>>(), [(1, token.expire)]);

    let allowed = [settings, &[("ALLOW_RESTRICTED_006", "true")]].concat();
    let app = with_secret(&allowed).version(AccessTokenVersion::V006);
    let old = get_as(&app, &jwt, "/access_token?channel=test").await;
    let privileges: Vec<(u16, u32)> = old.grants_006("test", "7").privileges.iter().collect();
    let [(1, expiry)] = privileges[..] else {
        panic!("{privileges:?}");
    };
    [
        key.message.ends_at.seconds() - NOW,
        expiry - NOW,
        token.expire,
    ]
}

#[tokio::test]
async fn every_token_of_a_user_expires() {
    for (settings, claims, expected) in [
        (&[][..], json!({}), 3_600),
        (&[], json!({ "agora_max_ttl": 600 }), 600),
        (&[], json!({ "agora_max_ttl": 86_400 }), 86_400),
        (&[("MAX_TTL", "7200")], json!({}), 7_200),
        (
            &[("MAX_TTL", "7200")],
            json!({ "agora_max_ttl": 9_000 }),
            7_200,
        ),
        (&[("MAX_TTL", "7200")], json!({ "agora_max_ttl": 600 }), 600),
        // A JWT of a minute, and one that is valid by the leeway alone.
        (&[], json!({ "exp": NOW + 60 }), 3_600),
        (&[], json!({ "exp": NOW - 30 }), 3_600),
    ] {
        let mut claims = alice_with(claims);
        claims["sub"] = json!(7);
        let found = lifetimes(settings, claims.clone()).await;
        assert_eq!(found, [expected; 3], "{settings:?} {claims}");
    }
}

#[tokio::test]
async fn cuts_what_a_user_asks_for_beyond_an_hour() {
    let app = with_secret(&[("ALLOW_RESTRICTED_006", "true")]);
    for version in ["005", "006", "007"] {
        let service = if version == "005" {
            "media_channel"
        } else {
            "rtc"
        };
        let service = json!({ "service": service, "channel": "test" });
        let request = json!({ "version": version, "ttl": 86_400, "services": [service] });
        let jwt = hs256(&alice_with(json!({ "sub": 7 })));
        let answer = post_as(&app, &jwt, "/v1/tokens", &request).await;
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(body["expires_at"], NOW + 3_600, "{version}: {body}");
    }
}

#[tokio::test]
async fn jwt_limit_to_exp_caps_the_lifetime_at_that_of_the_jwt() {
    let settings = [("JWT_LIMIT_TO_EXP", "true")];
    let app = with_secret(&settings);
    for (claims, expected) in [
        (json!({ "exp": NOW + 60 }), 60),
        (json!({ "exp": f64::from(NOW) + 60.9 }), 60),
        (json!({ "exp": NOW + 60, "agora_max_ttl": 600 }), 60),
        (json!({ "exp": NOW + 600, "agora_max_ttl": 60 }), 60),
        (json!({ "exp": 1e300, "agora_max_ttl": 86_400 }), 86_400),
    ] {
        let mut claims = alice_with(claims);
        claims["sub"] = json!(7);
        let found = lifetimes(&settings, claims.clone()).await;
        assert_eq!(found, [expected; 3], "{claims}");
    }
    // The leeway is for a JWT, not for the tokens that it yields.
    for exp in [json!(NOW), json!(NOW - 30), json!(f64::from(NOW) + 0.5)] {
        let jwt = hs256(&alice_with(json!({ "exp": exp })));
        let answer = get_as(&app, &jwt, "/access_token?channel=test").await;
        answer.is_error(401, "the JWT has expired; log in anew");
    }
}

/// The clock passes the expiry between authentication and issue, e.g. while the body arrives.
#[tokio::test]
async fn rejects_a_jwt_that_expires_while_its_request_is_handled() {
    static CLOCK: AtomicU32 = AtomicU32::new(NOW);
    let app = with_secret(&[("JWT_LIMIT_TO_EXP", "true")])
        .clock(|| UnixTime::from_seconds(CLOCK.fetch_add(1, Ordering::Relaxed)));
    let jwt = hs256(&alice_with(json!({ "exp": NOW + 1 })));
    let answer = get_as(&app, &jwt, "/access_token?channel=test").await;
    answer.is_error(401, "the JWT has expired; log in anew");
    assert_eq!(
        answer.header("www-authenticate"),
        Some("Bearer error=\"invalid_token\", error_description=\"expired\"")
    );
}
