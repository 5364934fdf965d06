//! What the claims of a JWT mean, and what is said about one that means nothing.

use serde_json::{Value, json};

use super::{alice_with, get_as, hs256, privileges, with_secret};

const TARGET: &str = "/access_token?channel=test";

/// The status and message for a user with these claims.
async fn refused(claims: Value, message: &str) {
    let jwt = hs256(&alice_with(claims));
    get_as(&with_secret(&[]), &jwt, TARGET)
        .await
        .is_error(403, message);
}

#[tokio::test]
async fn a_uid_is_read_as_every_url_reads_it() {
    for (sub, signed) in [
        (json!(1234), "1234"),
        (json!("1234"), "1234"),
        (json!("01234"), "01234"),
        (json!(4_294_967_295_u32), "4294967295"),
        (json!("4294967296"), "4294967296"),
        (json!("auth0|5f7c"), "auth0|5f7c"),
        (json!("alice@example.com"), "alice@example.com"),
    ] {
        let jwt = hs256(&alice_with(json!({ "sub": sub })));
        get_as(&with_secret(&[]), &jwt, TARGET)
            .await
            .grants_rtc_007("test", signed);
    }
}

#[tokio::test]
async fn a_uid_that_is_nobodys_is_refused() {
    let rule = "the claim sub of the JWT must be a uid from 1 to 4294967295, or a user account";
    for sub in [
        json!(0),
        json!("0"),
        json!(""),
        json!(-1),
        json!(1.5),
        json!(4_294_967_296_u64),
        json!(true),
        json!(["alice"]),
    ] {
        refused(json!({ "sub": sub }), rule).await;
    }
    refused(
        json!({ "sub": null }),
        "the claim sub of the JWT is missing: it says who the user is",
    )
    .await;
    refused(
        json!({ "sub": "a/b" }),
        "the claim sub of the JWT has '/' at position 2; allowed are a-z A-Z 0-9, space and !#$%&()+-:;<=.>?@[]^_{}|~,",
    )
    .await;
}

#[tokio::test]
async fn channels_are_a_list_or_one() {
    for (channels, status) in [
        (json!(["test"]), 200),
        (json!("test"), 200),
        (json!("te*"), 200),
        (json!(["a", "*st"]), 200),
        (json!("*"), 200),
        (json!("t*s*"), 200),
        (json!("te*st*"), 200),
        (json!("test*test"), 403),
        (json!("Test"), 403),
        (json!("tes"), 403),
        (json!("*es"), 403),
        (json!([]), 403),
    ] {
        let jwt = hs256(&alice_with(json!({ "agora_channels": channels })));
        let answer = get_as(&with_secret(&[]), &jwt, TARGET).await;
        assert_eq!(answer.status, status, "{channels}: {}", answer.body);
    }
    let claim = |channels| json!({ "agora_channels": channels });
    refused(
        claim(json!("room-7")),
        "the channel \"test\" is none that the caller may join",
    )
    .await;
    let rule = "the claim agora_channels of the JWT must be a list of channels, or one without space and comma";
    for channels in [
        json!("test,b"),
        json!("test b"),
        json!(7),
        json!({}),
        json!([7]),
        json!([null]),
    ] {
        refused(claim(channels), rule).await;
    }
    refused(
        claim(json!([""])),
        "the claim agora_channels of the JWT has \"\", which is empty",
    )
    .await;
    refused(
        claim(json!(vec!["test"; 257])),
        "the claim agora_channels of the JWT has more than 256 channels",
    )
    .await;
}

#[tokio::test]
async fn a_null_is_no_claim_that_means_anything() {
    use super::{alice, hs256 as sign};
    let mut claims = alice();
    for name in [
        "agora_channels",
        "agora_role",
        "agora_max_ttl",
        "sub",
        "exp",
    ] {
        let before = claims[name].take();
        let answer = get_as(
            &with_secret(&[("JWT_DEFAULT_CHANNELS", "*")]),
            &sign(&claims),
            TARGET,
        )
        .await;
        assert!(
            [401, 403].contains(&answer.status.as_u16()),
            "{name}: {}",
            answer.body
        );
        match before {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            before => claims[name] = before,
        }
    }
}

#[tokio::test]
async fn without_the_claim_a_user_joins_the_default_channels_or_none() {
    let jwt = hs256(&alice_with(json!({ "agora_channels": null })));
    let nowhere = "the JWT has no claim agora_channels, so that the caller may join no channel";
    get_as(&with_secret(&[]), &jwt, TARGET)
        .await
        .is_error(403, nowhere);
    let app = with_secret(&[("JWT_DEFAULT_CHANNELS", "lobby, te*")]);
    get_as(&app, &jwt, TARGET)
        .await
        .grants_rtc_007("test", "alice");
    assert_eq!(
        get_as(&app, &jwt, "/access_token?channel=room-1")
            .await
            .status,
        403
    );
    let claimed = hs256(&alice_with(json!({ "agora_channels": ["room-*"] })));
    assert_eq!(get_as(&app, &claimed, TARGET).await.status, 403);
    assert_eq!(
        get_as(&app, &claimed, "/access_token?channel=room-1")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_role_or_a_lifetime_that_cannot_be_read_is_refused() {
    let unknown =
        "the claim agora_role of the JWT is \"Publisher\", not subscriber, publisher or admin";
    refused(json!({ "agora_role": "Publisher" }), unknown).await;
    let rule = "the claim agora_role of the JWT must be subscriber, publisher or admin";
    refused(json!({ "agora_role": 1 }), rule).await;
    refused(json!({ "agora_role": ["admin"] }), rule).await;
    let rule = "the claim agora_max_ttl of the JWT must be a number of seconds";
    for ttl in [json!("600"), json!(-1), json!(1.5), json!([600])] {
        refused(json!({ "agora_max_ttl": ttl }), rule).await;
    }
    refused(
        json!({ "agora_max_ttl": 0 }),
        "the claim agora_max_ttl of the JWT is 0 seconds: a token must live at least one; leave it out for the default",
    )
    .await;
}

#[tokio::test]
async fn claims_have_the_names_that_are_configured() {
    let app = with_secret(&[
        ("JWT_CLAIM_UID", "https://example.com/uid"),
        ("JWT_CLAIM_CHANNELS", "https://example.com/uid"),
        ("JWT_CLAIM_ROLE", "r"),
        ("JWT_CLAIM_TTL", "t"),
    ]);
    let jwt = hs256(&alice_with(json!({
        "sub": null, "agora_channels": 7, "agora_role": "boss", "https://example.com/uid": "bob", "r": "subscriber", "t": 60,
    })));
    let granted = get_as(&app, &jwt, "/access_token?channel=bob")
        .await
        .grants_rtc_007("bob", "bob");
    assert_eq!(privileges(&granted), [(1, 60)]);
}
