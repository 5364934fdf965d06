//! The requests: tables of what can be wrong, applied to the URLs of every shape.

use Expected::{Answer, NoRequest, Refusal};

/// How a server tells of an error.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    Plain,
    Go,
    Text,
    Documentation,
    Toolbox,
    QuickStart,
}

/// What a request gets.
#[derive(Clone, Copy, Debug)]
pub(super) enum Expected {
    /// A refusal of its URL, in its shape.
    Refusal(u16),
    /// A refusal in the plain shape: it never became a request of a URL.
    NoRequest(u16),
    /// The answer of its URL: what is wrong with it is nothing that matters.
    Answer,
}

pub(super) struct Case {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) shape: Shape,
    pub(super) expected: Expected,
    /// Whether the client ends its half of the connection after the bytes.
    pub(super) ends: bool,
}

/// A request that succeeds: a path, and a query in which a name is that of something to break.
struct Get {
    path: &'static str,
    query: &'static str,
    name: &'static str,
    shape: Shape,
}

const fn get(path: &'static str, query: &'static str, name: &'static str, shape: Shape) -> Get {
    Get {
        path,
        query,
        name,
        shape,
    }
}

const GETS: [Get; 13] = [
    get(
        "/access_token",
        "channel=private-channel&uid=777888",
        "uid",
        Shape::Plain,
    ),
    get(
        "/channel_key",
        "channel=private-channel&uid=777888",
        "channel",
        Shape::Plain,
    ),
    get(
        "/in_channel_permission_key",
        "channel=private-channel&permission=3",
        "channel",
        Shape::Plain,
    ),
    get(
        "/api/agora/token",
        "channelName=private-channel&uid=777888",
        "channelName",
        Shape::Plain,
    ),
    get(
        "/rtcToken/",
        "channelName=private-channel&uid=777888",
        "channelName",
        Shape::Plain,
    ),
    get("/rtmToken", "account=777888", "account", Shape::Plain),
    get(
        "/rtc/private-channel/publisher/uid/777888/",
        "expiry=600",
        "expiry",
        Shape::Go,
    ),
    get("/rtm/777888", "expiry=600", "expiry", Shape::Go),
    get(
        "/rte/private-channel/publisher/uid/777888",
        "expiry=600",
        "expiry",
        Shape::Go,
    ),
    get(
        "/rte/private-channel/publisher/uid/777888/777889/",
        "expiry=600",
        "expiry",
        Shape::Go,
    ),
    get("/chat/app", "expiry=600", "expiry", Shape::Go),
    get("/chat/account/777888", "expiry=600", "expiry", Shape::Go),
    get(
        "/api/generate-agora-token",
        "channel=private-channel&uid=777888",
        "uid",
        Shape::QuickStart,
    ),
];

/// Path and body of requests that succeed, each with a uid to break.
const POSTS: [(&str, &str, Shape); 9] = [
    (
        "/getToken",
        r#"{"tokenType":"rtc","channel":"private-channel","uid":777888,"role":1}"#,
        Shape::Text,
    ),
    (
        "/token/getNew",
        r#"{"tokenType":"rtm","uid":777888,"channel":"private-channel"}"#,
        Shape::Text,
    ),
    (
        "/fetchToken/",
        r#"{"tokenType":"chat","uid":777888}"#,
        Shape::Text,
    ),
    (
        "/fetch_rtc_token",
        r#"{"uid":777888,"ChannelName":"private-channel","role":1}"#,
        Shape::Documentation,
    ),
    (
        "/fetch_rtm_token",
        r#"{"uid":777888}"#,
        Shape::Documentation,
    ),
    (
        "/token/generate",
        r#"{"channelName":"private-channel","uid":777888,"serviceRtc":{"enable":true,"role":1}}"#,
        Shape::Toolbox,
    ),
    (
        "/v1/token/generate",
        r#"{"channelName":"private-channel","uid":777888,"type":1}"#,
        Shape::Toolbox,
    ),
    (
        "/v2/token/generate/",
        r#"{"channelName":"private-channel","uid":777888,"types":[1,2]}"#,
        Shape::Toolbox,
    ),
    (
        "/api/agora/token",
        r#"{"channelName":"private-channel","uid":777888,"role":1}"#,
        Shape::Plain,
    ),
];

pub(super) fn corpus() -> Vec<Case> {
    let mut cases = Vec::new();
    for get in &GETS {
        queries(get, &mut cases);
        let target = format!("{}?{}", get.path, get.query);
        heads("GET", &target, "", get.shape, &mut cases);
        first_lines("GET", &target, "", get.shape, &mut cases);
    }
    paths(&mut cases);
    for (path, body, shape) in POSTS {
        bodies(path, body, shape, &mut cases);
        fields(path, body, shape, &mut cases);
        content_types(path, shape, &mut cases);
        heads("POST", path, body, shape, &mut cases);
        first_lines("POST", path, body, shape, &mut cases);
    }
    for (target, body, shape) in [
        (
            "/rtc/private-channel/1/uid/777888".to_owned(),
            "",
            Shape::Go,
        ),
        (POSTS[3].0.to_owned(), POSTS[3].1, Shape::Documentation),
    ] {
        framings(&target, body, shape, &mut cases);
    }
    lines(&mut cases);
    cases
}

/// Breaks the value of a parameter, or the query around it.
fn queries(get: &Get, cases: &mut Vec<Case>) {
    let Get {
        path,
        query,
        name,
        shape,
    } = *get;
    let pair = query
        .split('&')
        .find(|pair| pair.starts_with(name))
        .unwrap();
    let broken = |value: &str| query.replace(pair, &format!("{name}={value}"));
    let escape = |value: &str| (format!("{name}={value}"), broken(value), Refusal(400));
    let whole = |what: &str, query: String, expected| (what.to_owned(), query, expected);
    let table = [
        escape("%"),
        escape("%4"),
        escape("%zz"),
        escape("%u0041"),
        escape("%00"),
        escape("a%00b"),
        escape("%0d%0aSet-Cookie:%20a=b"),
        escape("%c0%af"), // an overlong slash
        escape("%e0%80%af"),
        escape("%f0%80%80%af"),
        escape("%ed%a0%80"),    // half of a surrogate pair
        escape("%f4%90%80%80"), // after the last character
        escape("%ff"),
        escape("%c3"),
        escape("%f0%9f%a6%80%f0%9f"), // a crab and a half
        whole("repeated", format!("{query}&{pair}"), Refusal(400)),
        whole(
            "repeated in capitals",
            format!("{query}&{}", pair.to_ascii_uppercase()),
            Refusal(400),
        ),
        whole(
            "an array",
            query.replace(pair, &format!("{name}[]=1")),
            Refusal(400),
        ),
        whole(
            "an object",
            query.replace(pair, &format!("{name}[a]=1")),
            Refusal(400),
        ),
        whole(
            "an encoded array",
            format!("{query}&{name}%5B0%5D=1"),
            Refusal(400),
        ),
        whole("a long value", broken(&"9".repeat(300)), Refusal(400)),
        whole("a broken name", format!("{query}&%zz=1"), Refusal(400)),
        whole(
            "a name that is not UTF-8",
            format!("{query}&%ff=1"),
            Refusal(400),
        ),
        whole(
            "a broken value of another",
            format!("{query}&other=%"),
            Refusal(400),
        ),
        whole(
            "10 kB",
            format!("{query}&x={}", "y".repeat(10_000)),
            Refusal(414),
        ),
        whole(
            "100 kB",
            format!("{query}&x={}", "y".repeat(100_000)),
            NoRequest(414),
        ),
        whole(
            "an unknown name",
            format!("{query}&other=1&other=2&other[]=3"),
            Answer,
        ),
        whole("nothing between", format!("&&{query}&&=&"), Answer),
    ];
    for (what, query, expected) in table {
        let head = format!("GET {path}?{query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        push(cases, format!("GET {path}, {what}"), head, shape, expected);
    }
}

/// Breaks the parts of a path.
fn paths(cases: &mut Vec<Case>) {
    let long = "a".repeat(300);
    for part in [
        "%00",
        "%ff",
        "%c0%af",
        "%ed%a0%80",
        "a%0d%0ab",
        "%2e%2e%2f",
        "%F0%9F%A6%80",
        &long,
        "",
        "%22",
        ":channel",
        "%7Bchannel%7D",
    ] {
        for target in [
            format!("/rtc/{part}/1/uid/1"),
            format!("/rtc/private-channel/{part}/uid/1"),
            format!("/rtc/private-channel/1/{part}/1/"),
            format!("/rtc/private-channel/1/uid/{part}/"),
            format!("/rte/{part}/1/uid/1"),
        ] {
            let head = format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            push(
                cases,
                format!("GET {target:.80}"),
                head,
                Shape::Go,
                Refusal(400),
            );
        }
    }
    for (target, shape) in [
        ("/rtc/../etc/passwd", Shape::Go),
        ("/rtc/a/b/c/d/e/f", Shape::Go),
        ("/rtm", Shape::Go),
        ("/chat/%61pp%00", Shape::Go),
        ("/%61ccess_token?channel=a", Shape::Plain),
        ("//access_token?channel=a", Shape::Plain),
        ("/access_token;v=1?channel=a", Shape::Plain),
        ("/access_token%00?channel=a", Shape::Plain),
        ("/fetch_rtc_token%2f", Shape::Plain),
    ] {
        let head = format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        push(cases, format!("GET {target}"), head, shape, Refusal(404));
    }
}

/// Breaks a body.
fn bodies(path: &str, good: &str, shape: Shape, cases: &mut Vec<Case>) {
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let table: Vec<(&str, Vec<u8>, Expected)> = vec![
        ("nothing", Vec::new(), Refusal(400)),
        ("white space", b" \r\n\t ".to_vec(), Refusal(400)),
        ("null", b"null".to_vec(), Refusal(400)),
        ("a number", b"17".to_vec(), Refusal(400)),
        ("a text", b"\"uid\"".to_vec(), Refusal(400)),
        ("a list", format!("[{good}]").into_bytes(), Refusal(400)),
        (
            "half of it",
            good.as_bytes()[..good.len() / 2].to_vec(),
            Refusal(400),
        ),
        ("twice", good.repeat(2).into_bytes(), Refusal(400)),
        (
            "garbage after it",
            format!("{good}\0").into_bytes(),
            Refusal(400),
        ),
        (
            "single quotes",
            good.replace('"', "'").into_bytes(),
            Refusal(400),
        ),
        (
            "a comma too many",
            good.replacen('}', ",}", 1).into_bytes(),
            Refusal(400),
        ),
        (
            "a comment",
            format!("/**/{good}").into_bytes(),
            Refusal(400),
        ),
        (
            "a byte order mark",
            format!("\u{feff}{good}").into_bytes(),
            Refusal(400),
        ),
        (
            "UTF-16",
            good.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Refusal(400),
        ),
        (
            "not UTF-8",
            [b"{\"uid\":\"\xff\",", &good.as_bytes()[1..]].concat(),
            Refusal(400),
        ),
        (
            "overlong UTF-8",
            [b"{\"x\":\"\xc0\xaf\",", &good.as_bytes()[1..]].concat(),
            Refusal(400),
        ),
        ("XML", b"<uid>1</uid>".to_vec(), Refusal(400)),
        (
            "a form that says it is JSON",
            b"uid=777888".to_vec(),
            Refusal(400),
        ),
        ("deep lists", deep(5_000).into_bytes(), Refusal(400)),
        (
            "deep objects",
            (r#"{"a":"#.repeat(2_000)).into_bytes(),
            Refusal(400),
        ),
        ("17 kB", format!("{good:17000}").into_bytes(), Refusal(413)),
        (
            "200 kB",
            (good.to_owned() + &" ".repeat(200_000)).into_bytes(),
            Refusal(413),
        ),
    ];
    for (what, body, expected) in table {
        post(path, what, &body, shape, expected, cases);
    }
}

/// Breaks a field of a body.
fn fields(path: &str, good: &str, shape: Shape, cases: &mut Vec<Case>) {
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let uid = |value: &str| good.replace(r#""uid":777888"#, &format!(r#""uid":{value}"#));
    let other = |value: &str| good.replacen('{', &format!(r#"{{"other":{value},"#), 1);
    for (what, body, expected) in [
        ("a list for a uid", uid("[777888]"), Refusal(400)),
        ("an object for a uid", uid(r#"{"uid":1}"#), Refusal(400)),
        ("NUL in a uid", uid(r#""\u0000""#), Refusal(400)),
        ("half of a surrogate pair", uid(r#""\ud800""#), Refusal(400)),
        ("a bad escape", uid(r#""\x41""#), Refusal(400)),
        ("a raw control character", uid("\"a\nb\""), Refusal(400)),
        ("a leading zero", uid("0777888"), Refusal(400)),
        ("NaN", uid("NaN"), Refusal(400)),
        ("no number is so large", uid("1e999"), Refusal(400)),
        (
            "a long uid",
            uid(&format!("\"{}\"", "9".repeat(300))),
            Refusal(400),
        ),
        ("a uid twice", uid(r#"777888,"uid":777888"#), Refusal(400)),
        (
            "a uid twice in capitals",
            uid(r#"777888,"UID":777888"#),
            Refusal(400),
        ),
        (
            "an array in a name",
            uid(r#"777888,"uid[]":1"#),
            Refusal(400),
        ),
        ("deep lists for another", other(&deep(1_000)), Refusal(400)),
        ("another field", other(&deep(20)), Answer),
        (
            "another field twice",
            other(r#"1,"other":"\u0000""#),
            Answer,
        ),
    ] {
        post(path, what, body.as_bytes(), shape, expected, cases);
    }
}

fn post(
    path: &str,
    what: &str,
    body: &[u8],
    shape: Shape,
    expected: Expected,
    cases: &mut Vec<Case>,
) {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let bytes = [head.as_bytes(), body].concat();
    push(
        cases,
        format!("POST {path}, {what}"),
        bytes,
        shape,
        expected,
    );
}

/// Breaks what a body says that it is.
fn content_types(path: &str, shape: Shape, cases: &mut Vec<Case>) {
    for (kind, body) in [
        ("application/x-www-form-urlencoded", "uid=%zz"),
        ("application/x-www-form-urlencoded", "uid=1&uid=1"),
        (
            "application/x-www-form-urlencoded; charset=utf-16",
            "uid[]=1",
        ),
        ("application/x-www-form-urlencoded", ""),
        (
            "multipart/form-data; boundary=a",
            "--a\r\nContent-Disposition: form-data; name=uid\r\n\r\n1\r\n--a--",
        ),
        ("application/xml", "<uid/>"),
        ("\u{fffd}", "uid"),
        ("", "uid"),
    ] {
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        push(
            cases,
            format!("POST {path}, {kind} {body}"),
            request,
            shape,
            Refusal(400),
        );
    }
}

/// Breaks the head around a request that is right.
fn heads(method: &str, target: &str, body: &str, shape: Shape, cases: &mut Vec<Case>) {
    let line = format!("{method} {target} HTTP/1.1");
    let length = format!("Content-Length: {}", body.len());
    let close = "Host: a\r\nConnection: close";
    let with = |header: &str| format!("{line}\r\n{close}\r\n{header}\r\n{length}\r\n\r\n{body}");
    let long = "y".repeat(500_000);
    let table = [
        ("a folded header", with("X-A: b\r\n c"), NoRequest(400)),
        ("a header without a colon", with("X-A"), NoRequest(400)),
        ("a header without a name", with(": a"), NoRequest(400)),
        ("a space before the colon", with("X-A : b"), NoRequest(400)),
        ("a name that is no token", with("X(A): b"), NoRequest(400)),
        ("NUL in a header", with("X-A: \0"), NoRequest(400)),
        (
            "a control character in a header",
            with("X-A: \x01"),
            NoRequest(400),
        ),
        ("CR in a header", with("X-A: a\rb"), NoRequest(400)),
        (
            "101 headers",
            with(&vec!["X-A: b"; 101].join("\r\n")),
            NoRequest(431),
        ),
        (
            "65 headers",
            with(&vec!["X-A: b"; 62].join("\r\n")),
            Refusal(431),
        ),
        (
            "a head of 500 kB",
            with(&format!("X-A: {long}")),
            NoRequest(431),
        ),
        (
            "a length that is none",
            with("Content-Length: x"),
            NoRequest(400),
        ),
        (
            "a negative length",
            with("Content-Length: -1"),
            NoRequest(400),
        ),
        (
            "a signed length",
            with(&length.replace(": ", ": +")),
            NoRequest(400),
        ),
        ("two lengths", with("Content-Length: 99"), NoRequest(400)),
        (
            "a list of lengths",
            with("Content-Length: 1, 1"),
            NoRequest(400),
        ),
        (
            "an unknown encoding",
            with("Transfer-Encoding: gzip"),
            NoRequest(400),
        ),
        (
            "chunked is not the last",
            with("Transfer-Encoding: chunked, gzip"),
            NoRequest(400),
        ),
        (
            "a header of 17 kB",
            with(&format!("X-A: {}", "y".repeat(17_000))),
            NoRequest(431),
        ),
        ("the same length twice", with(&length), Refusal(400)),
        ("two hosts", with("Host: b"), Refusal(400)),
        // What these mean is clear.
        ("64 headers", with(&vec!["X-A: b"; 61].join("\r\n")), Answer),
        (
            "two content types",
            with("Content-Type: application/json\r\nContent-Type: text/plain"),
            Answer,
        ),
        (
            "a header twice",
            with("Origin: http://a\r\nOrigin: http://b"),
            Answer,
        ),
        ("a header that is not ASCII", with("X-A: caf\u{e9}"), Answer),
        (
            "a header of 15 kB",
            with(&format!("X-A: {}", "y".repeat(15_000))),
            Answer,
        ),
    ];
    for (what, request, expected) in table {
        push(
            cases,
            format!("{method} {target:.80}, {what}"),
            request,
            shape,
            expected,
        );
    }
}

/// Breaks the first line of a request that is right.
fn first_lines(method: &str, target: &str, body: &str, shape: Shape, cases: &mut Vec<Case>) {
    let plain = format!(
        "{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    for (what, request, expected) in [
        (
            "a space in the target",
            plain.replace(target, &format!("{target} x")),
            NoRequest(400),
        ),
        (
            "a control character in the target",
            plain.replace(target, &format!("{target}\x01")),
            NoRequest(400),
        ),
        ("no version", plain.replace(" HTTP/1.1", ""), NoRequest(400)),
        ("HTTP/9.9", plain.replace("1.1", "9.9"), NoRequest(400)),
        ("http/1.1", plain.replace("HTTP", "http"), NoRequest(400)),
        (
            "a method that is no token",
            plain.replacen(method, "GE(T", 1),
            NoRequest(400),
        ),
        (
            "a method of 2 kB",
            plain.replacen(method, &"M".repeat(2_000), 1),
            Refusal(405),
        ),
        (
            "a method in lower case",
            plain.replacen(method, "get", 1),
            Refusal(405),
        ),
        (
            "ends of lines without CR",
            plain.replacen("\r\n", "\n", 5),
            Refusal(400),
        ),
        (
            "a last line without CR",
            plain.replacen("\r\n\r\n", "\r\n\n", 1),
            Refusal(400),
        ),
        // What these mean is clear.
        ("empty lines before it", format!("\r\n\r\n{plain}"), Answer),
        (
            "the whole URL",
            plain.replacen(target, &format!("http://a{target}"), 1),
            Answer,
        ),
    ] {
        push(
            cases,
            format!("{method} {target:.80}, {what}"),
            request,
            shape,
            expected,
        );
    }
}

/// The response to a malformed body, which the server does not read for a GET.
fn of_body(method: &str, status: u16) -> Expected {
    match method {
        "GET" => Answer,
        _ => Refusal(status),
    }
}

/// Breaks where a body ends.
fn framings(target: &str, body: &str, shape: Shape, cases: &mut Vec<Case>) {
    let method = if body.is_empty() { "GET" } else { "POST" };
    let head = format!("{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
    let chunked = format!("{head}Transfer-Encoding: chunked\r\n");
    let size = body.len();
    let chunk = if body.is_empty() {
        String::new()
    } else {
        format!("{size:x}\r\n{body}\r\n")
    };
    for (what, request, expected) in [
        (
            "no size of a chunk",
            format!("{chunked}\r\nzz\r\n\r\n"),
            of_body(method, 400),
        ),
        (
            "a negative chunk",
            format!("{chunked}\r\n-1\r\n\r\n"),
            of_body(method, 400),
        ),
        (
            "a chunk without end",
            format!("{chunked}\r\n1\r\nab\r\n0\r\n\r\n"),
            of_body(method, 400),
        ),
        (
            "a size beyond 64 bits",
            format!("{chunked}\r\nfffffffffffffffff\r\n"),
            of_body(method, 400),
        ),
        (
            "chunks of 20 kB",
            format!(
                "{chunked}\r\n{}0\r\n\r\n",
                format!("400\r\n{}\r\n", " ".repeat(1024)).repeat(20)
            ),
            of_body(method, 413),
        ),
        (
            "chunks in HTTP/1.0",
            format!("{chunked}\r\n{chunk}0\r\n\r\n").replace("1.1", "1.0"),
            NoRequest(400),
        ),
        (
            "chunks, then a length",
            format!("{chunked}Content-Length: 5\r\n\r\n{chunk}0\r\n\r\n"),
            Refusal(400),
        ),
        (
            "a length, then chunks",
            format!(
                "{head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}0\r\n\r\n"
            ),
            Refusal(400),
        ),
        // What these mean is clear.
        (
            "a chunk with an extension",
            format!(
                "{chunked}\r\n{}0;a=b\r\n\r\n",
                chunk.replacen("\r\n", ";a=b\r\n", 1)
            ),
            Answer,
        ),
        (
            "a trailer",
            format!("{chunked}\r\n{chunk}0\r\nX-A: b\r\n\r\n"),
            Answer,
        ),
        (
            "an expectation of nobody",
            format!("{head}Expect: 200-maybe\r\nContent-Length: {size}\r\n\r\n{body}"),
            Answer,
        ),
        (
            "an upgrade to nothing",
            format!("{head}Upgrade: h2c\r\nContent-Length: {size}\r\n\r\n{body}"),
            Answer,
        ),
    ] {
        push(
            cases,
            format!("{method} {target}, {what}"),
            request,
            shape,
            expected,
        );
    }
    for (what, request) in [
        (
            "half a body",
            format!("{head}Content-Length: 100\r\n\r\n{{\"uid\""),
        ),
        ("no body", format!("{head}Content-Length: 100\r\n\r\n")),
        ("half a chunk", format!("{chunked}\r\n64\r\n{{\"uid\"")),
        ("no last chunk", format!("{chunked}\r\n{chunk}")),
    ] {
        let name = format!("{method} {target}, {what}, then the end");
        push(cases, name, request, shape, of_body(method, 400));
        cases.last_mut().unwrap().ends = true;
    }
}

/// What is no request of any URL.
fn lines(cases: &mut Vec<Case>) {
    for (bytes, expected) in [
        (&b"GET /access_token?channel=a\r\n\r\n"[..], NoRequest(400)), // as HTTP/0.9 had it
        (b"GET /access_token?channel=a\n\n", NoRequest(400)),
        (b"\0\0\0\0\r\n\r\n", NoRequest(400)),
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            NoRequest(400),
        ), // TLS
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", NoRequest(400)), // HTTP/2
        (b"SSH-2.0-OpenSSH_9.6\r\n", NoRequest(400)),
        (b"{\"uid\":1}\r\n\r\n", NoRequest(400)),
        (b" GET / HTTP/1.1\r\n\r\n", NoRequest(400)),
        (b"GET  / HTTP/1.1\r\n\r\n", NoRequest(400)),
        (b"GET / HTTP/1.1 \r\n\r\n", NoRequest(400)),
        (b"GET\t/\tHTTP/1.1\r\n\r\n", NoRequest(400)),
        (b"/ HTTP/1.1\r\n\r\n", NoRequest(400)),
        (b"HTTP/1.1 200 OK\r\n\r\n", NoRequest(400)),
        (b"GET /\0 HTTP/1.1\r\n\r\n", NoRequest(400)),
        (
            b"GET /access_token?channel=\xff HTTP/1.1\r\n\r\n",
            NoRequest(400),
        ),
        (b"GET http:// HTTP/1.1\r\n\r\n", NoRequest(400)),
        (
            b"GET access_token?channel=a HTTP/1.1\r\n\r\n",
            NoRequest(400),
        ),
        (
            b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            Refusal(404),
        ),
        (
            b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            Refusal(404),
        ),
        (
            b"GET a:443 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            Refusal(404),
        ),
        (
            b"TRACE /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            Refusal(404),
        ),
    ] {
        let name = String::from_utf8_lossy(bytes).into_owned();
        push(cases, name, bytes, Shape::Plain, expected);
    }
}

fn push(
    cases: &mut Vec<Case>,
    name: String,
    bytes: impl Into<Vec<u8>>,
    shape: Shape,
    expected: Expected,
) {
    cases.push(Case {
        name,
        bytes: bytes.into(),
        shape,
        expected,
        ends: false,
    });
}
