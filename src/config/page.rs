//! The page at `/`: whether there is one, and whose Web SDK it loads.

use std::fmt;
use std::str::FromStr;

use url::Url;

use super::origins::{is_readable, origin_of};
use super::read::Reader;
use super::vars;

/// Whether the server has a page at `/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageSwitch {
    /// It has.
    On,
    /// Nothing is answered there.
    Off,
}

impl FromStr for PageSwitch {
    type Err = PageError;

    fn from_str(text: &str) -> Result<Self, PageError> {
        match text.to_ascii_lowercase().as_str() {
            "on" => Ok(Self::On),
            "off" => Ok(Self::Off),
            _ => Err(PageError::Switch),
        }
    }
}

/// Where the page loads the Web SDK from. What it holds can stand in a header and, but for `&`, in HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebSdkUrl {
    url: String,
    origin: String,
}

impl WebSdkUrl {
    /// Nothing when there is no page.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let page = reader.read(&vars::PAGE, str::parse::<PageSwitch>);
        let sdk = reader.read(&vars::WEB_SDK_URL, str::parse::<Self>);
        if page == Some(PageSwitch::Off) && reader.is_chosen(&vars::WEB_SDK_URL) {
            let problem = "is set, but PAGE is off: nothing would load it";
            reader.problem(&vars::WEB_SDK_URL, problem);
        }
        sdk.filter(|_| page == Some(PageSwitch::On))
    }

    /// Scheme, host and, unless it is the scheme's own, port.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl fmt::Display for WebSdkUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

impl FromStr for WebSdkUrl {
    type Err = PageError;

    fn from_str(url: &str) -> Result<Self, PageError> {
        let (_, after_scheme) = url.split_once("://").ok_or(PageError::Url)?;
        let host_end = after_scheme.find(['/', '?', '#']).ok_or(PageError::Url)?;
        let (start, path) = url.split_at(url.len() - after_scheme.len() + host_end);
        let origin = origin_of(start).ok_or(PageError::Url)?;
        // Code that runs in the page beside an API key: nobody on the way may exchange it.
        let is_safe = Url::parse(&origin)
            .is_ok_and(|url| ["http", "https"].contains(&url.scheme()) && !is_readable(&url));
        let is_path = path.starts_with('/')
            && path
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~/?&=%+@:,".contains(&byte));
        if is_safe && is_path {
            Ok(Self {
                url: format!("{origin}{path}"),
                origin,
            })
        } else {
            Err(PageError::Url)
        }
    }
}

/// Why a text says nothing about the page. Reads as the end of a sentence that begins with the variable's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// Neither on nor off.
    #[error("must be on or off")]
    Switch,
    /// No URL of a script.
    #[error(
        "must be the URL of a script, such as https://download.agora.io/sdk/release/AgoraRTC_N-4.24.0.js: https, or \
         http on this machine"
    )]
    Url,
}
