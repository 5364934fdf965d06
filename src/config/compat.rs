//! Which other servers' URLs are answered.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A server whose URLs can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CompatServer {
    /// `/access_token`: the Node sample and the tutorial.
    AccessToken,
    /// `/channel_key`: the Node sample before 2019.
    ChannelKey,
    /// `/api/agora/token`: servers written from the vendor's coding guides.
    CodingGuides,
    /// `/rtcToken`: the `DemoServer` of the npm packages.
    DemoServer,
    /// `/fetch_rtc_token`: the documentation's samples.
    Documentation,
    /// `/rtc/…`, `/getToken`: the Go service.
    GoService,
    /// `/api/generate-agora-token`: the conversational-AI quick start.
    QuickStart,
    /// `/token/generate`: the documentation's Docker image and the API examples.
    Toolbox,
}

impl CompatServer {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::AccessToken,
        Self::ChannelKey,
        Self::CodingGuides,
        Self::DemoServer,
        Self::Documentation,
        Self::GoService,
        Self::QuickStart,
        Self::Toolbox,
    ];

    /// The name in the configuration: `go_service`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::ChannelKey => "channel_key",
            Self::CodingGuides => "coding_guides",
            Self::DemoServer => "demo_server",
            Self::Documentation => "documentation",
            Self::GoService => "go_service",
            Self::QuickStart => "quick_start",
            Self::Toolbox => "toolbox",
        }
    }
}

/// The servers whose URLs are answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compat(BTreeSet<CompatServer>);

impl Compat {
    /// All of them.
    #[must_use]
    pub fn all() -> Self {
        Self(CompatServer::ALL.into())
    }

    /// Those that are answered.
    pub fn servers(&self) -> impl Iterator<Item = CompatServer> {
        self.0.iter().copied()
    }
}

impl FromStr for Compat {
    type Err = CompatError;

    fn from_str(text: &str) -> Result<Self, CompatError> {
        match text.to_ascii_lowercase().as_str() {
            "all" => Ok(Self::all()),
            "none" => Ok(Self(BTreeSet::new())),
            list => {
                let names = list
                    .split(',')
                    .map(str::trim)
                    .filter(|name| !name.is_empty());
                let servers = names.zip(1..).map(|(name, number)| {
                    let server = CompatServer::ALL
                        .into_iter()
                        .find(|server| server.name() == name);
                    server.ok_or(CompatError { number })
                });
                let servers: BTreeSet<_> = servers.collect::<Result<_, _>>()?;
                if servers.is_empty() {
                    return Err(CompatError { number: 1 });
                }
                Ok(Self(servers))
            }
        }
    }
}

/// The list has an entry that names no server. Reads as the end of a sentence that begins with the variable's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompatError {
    /// Which entry, from 1.
    pub number: usize,
}

impl fmt::Display for CompatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = CompatServer::ALL.map(CompatServer::name).join(", ");
        write!(
            f,
            "must be all, none, or a list of {known}; entry {} is none of them",
            self.number
        )
    }
}

impl std::error::Error for CompatError {}
