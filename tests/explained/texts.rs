//! What was done to a token's text, and whose it is.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::{APP_ID, Case, NOW, other_certificate, project, rtc, token_006, token_007};

/// The two tokens of a well-known guide: the first damaged by hand, both long expired.
pub(crate) const DAMAGED: &str = "006efb1df952a134400b1cbadc3409deIABAOVYZgbobti4I8MAzjp8xMarleyVDzjIR+Dsings+f9ij4OObgoodDILHA/l6YAEAASONGSAA";
pub(crate) const WHOLE: &str = "006970CA35de60c44645bbae8a215061b33IACtCBeHhqlszBWc9S8XyvSoz1fJm1YiL6OWFTbLNC7OMbdIfRCtk5C5IgB8zc0FZAN5YAQAAQD0v3dgAgD0v3dgAwD0v3dgBAD0v3dg";

/// A 007 token of an official package.
const OFFICIAL_007: &str = "007eJxTYBBbsMMnKq7p9Hf/HcIX5kce9b518kCiQgSr5Zrp4X1Tu6UUGCzNDZwdjU1TUs0Mkk1MzExMk5ISUy0SjQxNDcwMk4yN3b8IMEQwMTAwMoAwBIL4CgzmKeZGxmamqUmWFsYmFqbGluapxqnGaZYpJmYGSSkpiVwMRhYWRsYmhkbmxgDCaiTj";

pub(super) fn cases() -> Vec<Case> {
    [around(), cut(), app_ids(), signatures()]
        .into_iter()
        .flatten()
        .collect()
}

fn around() -> Vec<Case> {
    let token = token_006("test", "1234");
    let encoded = token.replace('+', "%2B").replace('/', "%2F");
    let mut broken = token.clone();
    broken.insert_str(76, "\r\n  ");
    assert!(token.contains('+') && token.contains('/'), "{token}");
    vec![
        Case::new("white_space", format!("{token} ")),
        Case::new("white_space-both", format!("\u{feff}{token}\t")),
        Case::new(
            "surrounded-json",
            format!("{{\"token\": \"{token}\",\"uid\":1}}"),
        ),
        Case::new(
            "surrounded-address",
            format!("https://example.com/?token={encoded}&uid=1"),
        ),
        Case::new("quoted", format!("\"{token}\"")),
        Case::new("percent_encoded", &*encoded),
        Case::new("percent_encoded-twice", encoded.replace('%', "%25")),
        Case::new("line_break", broken),
        Case::new("plus_as_space", token.replace('+', " ")),
        Case::new("url_safe", token.replace('+', "-").replace('/', "_")),
        Case::new("empty", ""),
        Case::new("identifier_pasted", APP_ID),
        Case::new("jwt_pasted", "eyJhbGciOiJIUzI1NiJ9.e30.Zm9v"),
        Case::new("version_unknown", format!("004{}", &token[3..])),
        Case::new("not_a_token", "<!DOCTYPE html>"),
    ]
}

fn cut() -> Vec<Case> {
    let token = token_006("test", "1234");
    let short = STANDARD.encode(&STANDARD.decode(&token[35..]).unwrap()[..60]);
    let key = super::key_005(NOW - 60, NOW + 3_600);
    let unpadded = key.trim_end_matches('=');
    assert_ne!(key, unpadded);
    let content = content_of(&token_007(vec![rtc("test", "1234")]));
    let mut without_head = STANDARD.decode(&token[35..]).unwrap();
    without_head.drain(5..8);
    let without_head = format!("{}{}", &token[..35], STANDARD.encode(without_head));
    vec![
        Case::new("padding_missing", unpadded),
        Case::new("truncated-base64", &token[..token.len() - 3]),
        Case::new("truncated-006", format!("{}{short}", &token[..35])),
        Case::new("truncated-app_id", &token[..20]),
        Case::new("truncated-007", &OFFICIAL_007[..103]),
        Case::new("truncated-field", of_content(&content[..95])),
        Case::new(
            "truncated-last_symbol",
            format!("{}B==", &token[..token.len() - 3]),
        ),
        Case::new("damaged-character", token.replacen('/', "#", 1)),
        Case::new("damaged-compression", format!("007{}", &token[35..])),
        Case::new(
            "damaged-app_id",
            format!("006{}", &APP_ID[..31]) + "no/content",
        ),
        Case::new("damaged-bytes", &*without_head),
        Case::new("damaged-checksum", without_head).channel("test"),
        Case::new("trailing_bytes-006", with_bytes_after(&token)),
        Case::new(
            "trailing_bytes-007",
            of_content(&[&content[..], &[0]].concat()),
        )
        .project(project()),
        Case::new("trailing_bytes-stream", format!("{OFFICIAL_007}AAAA")),
    ]
}

fn app_ids() -> Vec<Case> {
    let token = token_006("test", "1234");
    let without = |range: std::ops::Range<usize>| {
        let mut token = token.clone();
        token.replace_range(range, "");
        token
    };
    let content = content_of(&token_007(vec![rtc("test", "1234")]));
    let mut short = content.clone();
    short.splice(34..38, [30, 0]);
    vec![
        Case::new("app_id_damaged", without(15..18)),
        Case::new("app_id_damaged-project", without(15..18))
            .project(project())
            .channel("test")
            .uid(1234),
        Case::new("app_id_damaged-beginning", without(3..4)).project(project()),
        Case::new("app_id_damaged-longer", format!("006ab{}", &token[3..])),
        Case::new(
            "app_id_damaged-character",
            token.replacen("970CA", "970GA", 1),
        ),
        Case::new("app_id_damaged-007", of_content(&short)),
        Case::new("app_id_damaged-guide", DAMAGED),
        Case::new("damaged-guide", DAMAGED)
            .channel("test")
            .uid(1234),
        Case::new("app_id_differs", token_007(vec![rtc("test", "1234")]))
            .project(with_app_id(&"a".repeat(32))),
        Case::new("app_id_case", token_007(vec![rtc("test", "1234")]))
            .project(with_app_id(&APP_ID.to_lowercase())),
    ]
}

fn signatures() -> Vec<Case> {
    let mut both = other_certificate();
    both.secondary = Some("d".repeat(32).parse().unwrap());
    let mut changed = other_certificate();
    changed.secondary = Some(project().certificate);
    let token = token_007(vec![rtc("test", "1234")]);
    let key = super::key_005(NOW - 60, NOW + 3_600);
    vec![
        Case::new("signature_invalid", &*token).project(other_certificate()),
        Case::new("signature_invalid-both", &*token).project(both),
        Case::new("signature_invalid-005", key)
            .project(project())
            .channel("Test")
            .uid(1234),
        Case::new("signature_secondary", token).project(changed),
        Case::new("signature_unchecked", token_006("test", "1234")).project(project()),
    ]
}

fn with_app_id(app_id: &str) -> agora_token_server::token::Project {
    agora_token_server::token::Project {
        app_id: app_id.parse().unwrap(),
        ..project()
    }
}

fn with_bytes_after(token: &str) -> String {
    let mut content = STANDARD.decode(&token[35..]).unwrap();
    content.extend([0; 3]);
    format!("{}{}", &token[..35], STANDARD.encode(content))
}

/// What stands under the compression of a 007 token.
pub(super) fn content_of(token: &str) -> Vec<u8> {
    let packed = STANDARD.decode(&token[3..]).unwrap();
    let mut content = Vec::new();
    ZlibDecoder::new(packed.as_slice())
        .read_to_end(&mut content)
        .unwrap();
    content
}

/// A 007 token of any content.
pub(crate) fn of_content(content: &[u8]) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(content).unwrap();
    format!("007{}", STANDARD.encode(encoder.finish().unwrap()))
}
