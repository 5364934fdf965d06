//! Ed25519 keys of small order, whose signatures anyone can forge.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::server::{Provider, ed25519};
use super::{ED25519, get_as, jwks};

const TARGET: &str = "/access_token?channel=test";

/// Signatures of a key of small order can be forged: with S = 0 and the neutral point as R, one of 8 messages verifies.
#[tokio::test]
async fn ignores_ed25519_keys_of_small_order() {
    for key in small_order_keys() {
        let weak = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "weak", "x": URL_SAFE_NO_PAD.encode(key) });
        let provider = Provider::start(&[]).await;
        let keys = json!({ "keys": [weak, ed25519("one", ED25519)] });
        provider.0.answers(200, &keys.to_string());
        let app = jwks::app(&provider);
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA","kid":"weak"}"#);
        let mut signature = [0; 64];
        signature[0] = 1;
        let signature = URL_SAFE_NO_PAD.encode(signature);
        for number in 0..64 {
            let mut claims = jwks::claims();
            claims["n"] = json!(number);
            let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
            let forged = format!("{header}.{claims}.{signature}");
            let answer = get_as(&app, &forged, TARGET).await;
            assert_eq!(answer.status, 401, "{key:02x?} {}", answer.body);
        }
        // Nor does it stand in the way of the others.
        assert_eq!(jwks::ask(&app, ED25519, Some("one")).await.status, 200);
        assert_eq!(jwks::ask(&app, ED25519, None).await.status, 200);
    }
}

/// The encodings of the 8 points whose order divides 8, each sign of x, with the non-canonical ones (y + p).
fn small_order_keys() -> Vec<[u8; 32]> {
    const ORDER_8: [&str; 2] = [
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ];
    let near_p = |last: u8| {
        let mut y = [0xff; 32];
        (y[0], y[31]) = (last, 0x7f);
        y
    };
    let small = |first: u8| {
        let mut y = [0; 32];
        y[0] = first;
        y
    };
    let of_hex = |digits: &str| {
        let mut y = [0; 32];
        for (byte, at) in y.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        }
        y
    };
    let ys = [small(0), small(1), near_p(0xec), near_p(0xed), near_p(0xee)];
    let ys = ys.into_iter().chain(ORDER_8.map(of_hex));
    ys.flat_map(|y| {
        let mut other_sign = y;
        other_sign[31] |= 0x80;
        [y, other_sign]
    })
    .collect()
}
