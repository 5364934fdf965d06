//! The page at `/`, and what surrounds it. What it does stands in `tests/clients/page.test.mjs`.

use crate::support::TestApp;

/// The page and its parts.
const PARTS: [(&str, &str); 14] = [
    ("/", "text/html; charset=utf-8"),
    ("/page.css", "text/css; charset=utf-8"),
    ("/page.js", "text/javascript; charset=utf-8"),
    ("/page/ask.js", "text/javascript; charset=utf-8"),
    ("/page/call.css", "text/css; charset=utf-8"),
    ("/page/call.js", "text/javascript; charset=utf-8"),
    ("/page/explain.css", "text/css; charset=utf-8"),
    ("/page/explain.js", "text/javascript; charset=utf-8"),
    ("/page/mint.js", "text/javascript; charset=utf-8"),
    ("/page/refused.js", "text/javascript; charset=utf-8"),
    ("/page/services.js", "text/javascript; charset=utf-8"),
    ("/page/shown.js", "text/javascript; charset=utf-8"),
    ("/page/snippets.js", "text/javascript; charset=utf-8"),
    ("/page/tiles.js", "text/javascript; charset=utf-8"),
];

/// What it has in common with `/docs`.
const COMMON: [(&str, &str); 3] = [
    ("/style.css", "text/css; charset=utf-8"),
    ("/elements.js", "text/javascript; charset=utf-8"),
    ("/favicon.ico", "image/svg+xml"),
];

#[tokio::test]
async fn the_page_says_that_the_server_runs_and_links_to_a_token() {
    let page = TestApp::new().get("/").await;
    for part in [
        "<h1>The token server runs.</h1>",
        "href=\"access_token?channel=test&amp;uid=1234\"",
    ] {
        assert!(page.body.contains(part), "{part} in {}", page.body);
    }
    assert!(
        !page.body.contains("class=\"notice\">Demo"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn without_access_token_it_links_to_a_token_of_the_servers_own_api() {
    let app = TestApp::new().compat("none");
    let page = app.get("/").await.body;
    assert!(!page.contains("access_token?"), "{page}");
    assert!(
        page.contains("href=\"v1/tokens?channel=test&amp;uid=1234\""),
        "{page}"
    );
    let token = app.get("/v1/tokens?channel=test&uid=1234").await;
    assert_eq!(token.status, 200);
}

#[tokio::test]
async fn a_guarded_page_knows_it_and_links_to_no_refusal() {
    let key = "web:0123456789abcdef0123456789abcdef";
    let page = TestApp::told(&[("API_KEYS", key)]).get("/").await.body;
    assert!(!page.contains("channel=test"), "{page}");
    assert!(page.contains("you need an API key or a JWT."), "{page}");
    assert!(page.contains("&amp;b\" data-guarded>"), "{page}");
    assert!(!TestApp::new().get("/").await.body.contains("data-guarded"));
}

#[tokio::test]
async fn an_open_page_says_so_and_a_guarded_one_has_no_reason_to() {
    let said = "<p class=\"notice\">This server does not ask who you are. API_KEYS, JWT_SECRET and the like would guard \
                it: its documentation says how, in guarding.md.</p>";
    assert!(TestApp::new().get("/").await.body.contains(said));
    let key = "web:0123456789abcdef0123456789abcdef";
    for guard in [("API_KEYS", key), ("AUTHORIZE_URL", "http://127.0.0.1:9/")] {
        let guarded = TestApp::told(&[guard]).get("/").await;
        assert!(
            !guarded.body.contains("does not ask who you are"),
            "{guard:?}"
        );
    }
}

#[tokio::test]
async fn the_page_of_a_demo_says_so() {
    let page = TestApp::new().notice("Demo only.").get("/").await;
    assert!(
        page.body.contains("<p class=\"notice\">Demo only.</p>"),
        "{}",
        page.body
    );
    assert!(page.body.contains(" data-demo>"), "{}", page.body);
}

#[tokio::test]
async fn every_part_of_the_page_says_what_it_is() {
    for (path, content_type) in PARTS.into_iter().chain(COMMON) {
        let part = TestApp::new().get(path).await;
        assert_eq!(
            (part.status.as_u16(), part.header("content-type")),
            (200, Some(content_type)),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_page_may_run_its_own_code_and_the_sdk_and_nothing_else() {
    let page = TestApp::new().get("/").await;
    assert_eq!(
        page.header("content-security-policy"),
        Some(
            "default-src 'none'; script-src 'self' https://sdk.example.com; \
             connect-src 'self' https://*.agora.io:* wss://*.agora.io:* https://*.sd-rtn.com:* wss://*.sd-rtn.com:*; \
             style-src 'self'; \
             style-src-attr 'unsafe-hashes' 'sha256-cPxxYHvCiQ/kT6TlojjBofFPdVQmCg8k/CdPKQDf9zI='; img-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'"
        ),
    );
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn no_code_and_no_style_stands_in_the_html() {
    let page = TestApp::new().get("/").await.body;
    for inline in ["<style", "style=", "onclick=", "javascript:", "<script>"] {
        assert!(!page.contains(inline), "{inline}");
    }
    assert_eq!(page.matches("<script ").count(), 1);
    assert!(page.contains("<script src=\"page.js\" type=\"module\"></script>"));
}

#[tokio::test]
async fn the_page_knows_where_the_sdk_is() {
    let page = TestApp::new().get("/").await;
    assert!(
        page.body
            .contains("<body data-web-sdk=\"https://sdk.example.com/AgoraRTC_N.js?a&amp;b\">"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn without_the_page_its_parts_are_not_there_and_the_description_is() {
    let app = TestApp::new().without_page();
    for (path, _) in PARTS {
        assert_eq!(app.get(path).await.status, 404, "{path}");
    }
    for (path, _) in COMMON {
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
    assert_eq!(app.get("/docs").await.status, 200);
    assert_eq!(app.get("/v1/tokens?channel=a").await.status, 200);
}
