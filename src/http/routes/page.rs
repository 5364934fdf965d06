//! The page at `/`: mints a token, explains one, and joins a channel with one.

use std::future::ready;

use axum::body::Bytes;
use axum::response::Response;

use crate::config::{Compat, CompatServer};
use crate::http::answer::{self, plain_error};
use crate::http::methods::get;
use crate::http::state::AppState;
use crate::http::table::Table;

const HTML: &str = include_str!("../../web/page.html");

/// How it looks, and how its parts do.
const STYLES: [(&str, &str); 3] = [
    ("/page.css", include_str!("../../web/page.css")),
    ("/page/call.css", include_str!("../../web/page/call.css")),
    (
        "/page/explain.css",
        include_str!("../../web/page/explain.css"),
    ),
];

/// Its code, a module for each of its parts.
const MODULES: [(&str, &str); 10] = [
    ("/page.js", include_str!("../../web/page.js")),
    ("/page/ask.js", include_str!("../../web/page/ask.js")),
    ("/page/call.js", include_str!("../../web/page/call.js")),
    (
        "/page/explain.js",
        include_str!("../../web/page/explain.js"),
    ),
    ("/page/mint.js", include_str!("../../web/page/mint.js")),
    (
        "/page/refused.js",
        include_str!("../../web/page/refused.js"),
    ),
    (
        "/page/services.js",
        include_str!("../../web/page/services.js"),
    ),
    ("/page/shown.js", include_str!("../../web/page/shown.js")),
    (
        "/page/snippets.js",
        include_str!("../../web/page/snippets.js"),
    ),
    ("/page/tiles.js", include_str!("../../web/page/tiles.js")),
];

/// The page and its parts, unless the operator wants none.
pub(in crate::http) fn routes(table: Table, state: &AppState, compat: &Compat) -> Table {
    let Some(sdk) = &state.settings().page else {
        return table;
    };
    let html = Bytes::from(html(state, compat, &sdk.to_string()));
    let policy = answer::policy_with_sdk(sdk.origin());
    let html = move || ready(answer::page_with_sdk(html.clone(), policy.clone()));
    let table = table.route("/", get(html), plain_error);
    let table = STYLES.into_iter().fold(table, |table, (path, css)| {
        table.route(path, get(move || ready(style(css))), plain_error)
    });
    MODULES.into_iter().fold(table, |table, (path, code)| {
        table.route(path, get(move || ready(module(code))), plain_error)
    })
}

/// What the page's code has to know stands in its HTML. The URL has no character that means more there
/// than itself, but for `&`.
fn html(state: &AppState, compat: &Compat, sdk: &str) -> String {
    let notice = state.settings().notice;
    let is_guarded = state.guard().is_guarded();
    let said = notice.or(state.guard().is_open().then_some(OPEN));
    let paragraph = said.map_or_else(String::new, |text| {
        format!("<p class=\"notice\">{text}</p>")
    });
    let marks = [
        (" data-guarded", is_guarded),
        (" data-demo", notice.is_some()),
    ];
    let marks: String = marks
        .into_iter()
        .filter_map(|(mark, is_so)| is_so.then_some(mark))
        .collect();
    HTML.replacen("<!-- notice -->", &paragraph, 1)
        .replacen("<!-- try -->", &trial(is_guarded, compat), 1)
        .replacen("{marks}", &marks, 1)
        .replacen("{web_sdk}", &sdk.replace('&', "&amp;"), 1)
}

/// What the page of a server says that gives everyone every token.
const OPEN: &str = "This server does not ask who you are. API_KEYS, JWT_SECRET and the like would guard it: its \
                    documentation says how, in guarding.md.";

/// The shortest way to a token: a link that answers, or that there is none without a key.
fn trial(is_guarded: bool, compat: &Compat) -> String {
    if is_guarded {
        return "It gives tokens to callers that it knows: you need an API key or a JWT."
            .to_owned();
    }
    let has_access_token = compat
        .servers()
        .any(|server| server == CompatServer::AccessToken);
    let path = if has_access_token {
        "access_token"
    } else {
        "v1/tokens"
    };
    let link = format!("{path}?channel=test&amp;uid=1234");
    format!("Try it:\n      <a class=\"try\" href=\"{link}\">/{link}</a>")
}

fn style(css: &'static str) -> Response {
    answer::page("text/css; charset=utf-8", css)
}

fn module(code: &'static str) -> Response {
    answer::page_with_code("text/javascript; charset=utf-8", code)
}
