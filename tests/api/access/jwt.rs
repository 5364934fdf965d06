//! JWTs of every algorithm, and what makes one invalid.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::{
    ED25519, OTHER_ED25519, P256, SECRET, alice, alice_with, eddsa, get_as, hs256, rs256, signed,
    with_secret,
};
use crate::support::{NOW, TestApp};

const TARGET: &str = "/access_token?channel=test";
const INVALID: &str = "the API key or JWT is not valid";

fn es256(claims: &Value) -> String {
    let key = EncodingKey::from_ec_pem(P256.as_bytes()).unwrap();
    signed(&Header::new(Algorithm::ES256), claims, &key)
}

#[tokio::test]
async fn a_user_is_known_by_each_algorithm() {
    let public_keys = [
        (include_str!("../../keys/rsa.pub.pem"), rs256(&alice())),
        (
            include_str!("../../keys/rsa_pkcs1.pub.pem"),
            rs256(&alice()),
        ),
        (include_str!("../../keys/p256.pub.pem"), es256(&alice())),
        (
            include_str!("../../keys/ed25519.pub.pem"),
            eddsa(ED25519, None, &alice()),
        ),
    ];
    for (pem, jwt) in &public_keys {
        let app = TestApp::told(&[("JWT_PUBLIC_KEY", pem)]);
        get_as(&app, jwt, TARGET)
            .await
            .grants_rtc_007("test", "alice");
        for (_, other) in public_keys
            .iter()
            .filter(|(_, other)| !other.starts_with(&jwt[..30]))
        {
            get_as(&app, other, TARGET).await.is_error(401, INVALID);
        }
        get_as(&app, &hs256(&alice()), TARGET)
            .await
            .is_error(401, INVALID);
    }
    get_as(&with_secret(&[]), &hs256(&alice()), TARGET)
        .await
        .grants_rtc_007("test", "alice");
}

#[tokio::test]
async fn a_public_key_may_have_its_line_ends_written_out() {
    let pem = include_str!("../../keys/p256.pub.pem")
        .trim()
        .replace('\n', "\\n");
    let app = TestApp::told(&[("JWT_PUBLIC_KEY", &pem)]);
    get_as(&app, &es256(&alice()), TARGET)
        .await
        .grants_rtc_007("test", "alice");
}

#[tokio::test]
async fn a_public_key_or_a_secret_may_stand_in_a_file() {
    let app = TestApp::told(&[("JWT_PUBLIC_KEY_FILE", "tests/keys/ed25519.pub.pem")]);
    get_as(&app, &eddsa(ED25519, None, &alice()), TARGET)
        .await
        .grants_rtc_007("test", "alice");
    let other = eddsa(OTHER_ED25519, None, &alice());
    get_as(&app, &other, TARGET).await.is_error(401, INVALID);
}

#[tokio::test]
async fn the_header_of_an_api_key_is_as_good() {
    let jwt = hs256(&alice());
    let headers = [("x-api-key", jwt.as_str())];
    let answer = with_secret(&[])
        .send(axum::http::Method::GET, TARGET, &headers)
        .await;
    answer.grants_rtc_007("test", "alice");
}

#[tokio::test]
async fn clocks_may_differ_by_a_minute() {
    let app = with_secret(&[]);
    for (claims, status) in [
        (json!({ "exp": NOW - 60 }), 200),
        (json!({ "exp": NOW - 61 }), 401),
        (json!({ "exp": f64::from(NOW) - 59.5 }), 200),
        (json!({ "exp": 1e300 }), 200),
        (json!({ "exp": -1 }), 401),
        (json!({ "nbf": NOW + 60 }), 200),
        (json!({ "nbf": NOW + 61 }), 401),
    ] {
        let answer = get_as(&app, &hs256(&alice_with(claims.clone())), TARGET).await;
        assert_eq!(answer.status, status, "{claims}: {}", answer.body);
    }
}

#[tokio::test]
async fn an_expired_jwt_is_told_apart_so_that_a_client_logs_in_anew() {
    let jwt = hs256(&alice_with(json!({ "exp": NOW - 3600 })));
    let answer = get_as(&with_secret(&[]), &jwt, TARGET).await;
    answer.is_error(401, "the JWT has expired; log in anew");
    assert_eq!(
        answer.header("www-authenticate"),
        Some("Bearer error=\"invalid_token\", error_description=\"expired\"")
    );
}

#[tokio::test]
async fn issuer_and_audience_are_those_that_are_configured() {
    let app = with_secret(&[
        ("JWT_ISSUER", "https://login.example/"),
        ("JWT_AUDIENCE", "video"),
    ]);
    for (claims, status) in [
        (
            json!({ "iss": "https://login.example/", "aud": "video" }),
            200,
        ),
        (
            json!({ "iss": "https://login.example/", "aud": ["chat", "video"] }),
            200,
        ),
        (
            json!({ "iss": "https://login.example", "aud": "video" }),
            401,
        ),
        (
            json!({ "iss": ["https://login.example/"], "aud": "video" }),
            401,
        ),
        (
            json!({ "iss": "https://login.example/", "aud": ["chat"] }),
            401,
        ),
        (json!({ "iss": "https://login.example/", "aud": [] }), 401),
        (json!({ "iss": "https://login.example/" }), 401),
        (json!({ "aud": "video" }), 401),
        (
            json!({ "iss": "https://login.example/", "aud": { "video": 1 } }),
            401,
        ),
    ] {
        let answer = get_as(&app, &hs256(&alice_with(claims.clone())), TARGET).await;
        assert_eq!(answer.status, status, "{claims}");
    }
    let for_someone = hs256(&alice_with(json!({ "aud": "someone" })));
    assert_eq!(
        get_as(&with_secret(&[]), &for_someone, TARGET).await.status,
        401
    );
}

/// A JWT by HS256 with the tests' secret, whose header is this text.
fn with_header(header: &str) -> String {
    let claims = URL_SAFE_NO_PAD.encode(alice().to_string());
    signed_text(&format!("{}.{claims}", URL_SAFE_NO_PAD.encode(header)))
}

fn signed_text(message: &str) -> String {
    let mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    let signature = mac.chain_update(message).finalize().into_bytes();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn accepts_the_types_of_a_jwt_and_of_an_access_token() {
    for more in [
        "",
        r#","typ":"JWT""#,
        r#","typ":"jwt""#,
        r#","typ":"at+jwt""#,
        r#","typ":"application/at+jwt""#,
        r#","typ":"Application/JWT""#,
        r#","b64":true"#,
        r#","kid":null"#,
        r#","cty":"x","other":{"a":[1]}"#,
    ] {
        let jwt = with_header(&format!(r#"{{"alg":"HS256"{more}}}"#));
        let answer = get_as(&with_secret(&[]), &jwt, TARGET).await;
        assert_eq!(answer.status, 200, "{more}: {}", answer.body);
    }
}

#[tokio::test]
async fn rejects_a_header_that_it_does_not_understand() {
    for header in [
        r#"{"alg":"HS256","crit":["b64"]}"#,
        r#"{"alg":"HS256","crit":[]}"#,
        r#"{"alg":"HS256","crit":null}"#,
        r#"{"alg":"HS256","b64":false}"#,
        r#"{"alg":"HS256","b64":null}"#,
        r#"{"alg":"HS256","b64":"true"}"#,
        r#"{"alg":"HS256","typ":"logout+jwt"}"#,
        r#"{"alg":"HS256","typ":"secevent+jwt"}"#,
        r#"{"alg":"HS256","typ":"application/logout+jwt"}"#,
        r#"{"alg":"HS256","typ":"application/application/jwt"}"#,
        r#"{"alg":"HS256","typ":""}"#,
        r#"{"alg":"HS256","typ":null}"#,
        r#"{"alg":"HS256","typ":["JWT"]}"#,
        r#"{"alg":"HS256","kid":7}"#,
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","x":1,"x":1}"#,
        r#"{"alg":"HS256","x":1,"\u0078":1}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":null}"#,
        r#"{"alg":"HS256"}{}"#,
        r#"["HS256"]"#,
        r#"["HS256",null,null]"#,
        r#"["HS256",null,null,null,null]"#,
        "{}",
        "7",
    ] {
        let answer = get_as(&with_secret(&[]), &with_header(header), TARGET).await;
        assert_eq!((answer.status.as_u16(), header), (401, header));
        answer.is_error(401, INVALID);
    }
}

/// Whatever is not a JWT is a 401, and never a panic.
#[tokio::test]
async fn damaged_jwts_are_invalid() {
    let app = with_secret(&[]);
    let good = hs256(&alice());
    for cut in 0..good.len() {
        if !good.is_char_boundary(cut) {
            continue;
        }
        assert_eq!(
            get_as(&app, &good[..cut], TARGET).await.status,
            401,
            "{cut}"
        );
    }
    for (at, _) in good.char_indices().step_by(3) {
        let other = if good.as_bytes()[at] == b'A' {
            "B"
        } else {
            "A"
        };
        let changed = [&good[..at], other, &good[at + 1..]].concat();
        let answer = get_as(&app, &changed, TARGET).await;
        assert_eq!(answer.status, 401, "{at}");
    }
    for odd in [
        "..",
        "a..",
        ".b.c",
        "a.b.",
        "%2e.%2e.%2e",
        "e30.e30.e30",
        "bnVsbA.bnVsbA.bnVsbA",
    ] {
        get_as(&app, odd, TARGET).await.is_error(401, INVALID);
    }
}

#[tokio::test]
async fn a_claim_that_is_there_twice_is_invalid() {
    let claims = format!(
        r#"{{"sub":"alice","sub":"mallory","exp":{},"agora_channels":"test"}}"#,
        NOW + 60
    );
    let jwt = signed_text(&format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#),
        URL_SAFE_NO_PAD.encode(claims)
    ));
    get_as(&with_secret(&[]), &jwt, TARGET)
        .await
        .is_error(401, INVALID);
}
