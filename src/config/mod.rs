//! The server's configuration: read once, completely, with all problems reported together.

mod access;
mod access_token;
mod audit;
mod compat;
mod dotenv;
mod environment;
mod error;
mod exposed_file;
mod limit;
mod log;
mod memory;
mod metrics;
mod near_miss;
mod open_files;
mod origins;
mod page;
mod read;
mod secrets;
pub mod vars;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

pub use access::{
    Access, ApiKey, ApiKeyError, ApiKeys, ChannelPattern, ChannelPatterns, ClaimNames, Hook, Jwt,
    JwtKey, Limits, PatternError, PublicKey, PublicKeyAlgorithm, PublicKeyError, Restricted,
    Secret,
};
pub use access_token::{AccessTokenVersion, NoSuchVersion};
pub use audit::{AuditLog, NoSuchPlace};
pub use compat::{Compat, CompatError, CompatServer};
pub use environment::Environment;
pub(crate) use environment::read_at_most;
pub use error::ConfigError;
pub use exposed_file::ExposedFile;
pub use limit::{NoSuchRate, RateLimit};
pub use log::{Log, LogError, LogFormat, LogLevel};
pub use memory::{
    METRICS_CONNECTIONS, WEBHOOK_REQUESTS, connections_in, memory_of, process_memory,
};
pub use metrics::{MetricsAccess, MetricsKey, MetricsKeyError};
pub use near_miss::NearMiss;
pub use open_files::OpenFilesExceeded;
pub use origins::{AllowedOrigins, OriginError, OriginPattern};
pub use page::{PageError, PageSwitch, WebSdkUrl};

use read::Reader;

use crate::token::{Lifetime, Project};

/// Everything that a server is told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whose tokens it makes.
    pub project: Project,
    /// Who may get which token.
    pub access: Access,
    /// Where it listens; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Which pages may read its answers.
    pub allowed_origins: AllowedOrigins,
    /// Version of the tokens of `/access_token`; `None` for 007 to restricted callers and 006 to others.
    pub access_token_version: Option<AccessTokenVersion>,
    /// Which other servers' URLs are answered.
    pub compat: Compat,
    /// How long a privilege lasts for which a request names no end; nothing for as long as the token.
    pub default_lifetime: Option<Lifetime>,
    /// Maximum number of open connections, never 0: by default as many as fit into the memory.
    pub max_connections: u32,
    /// A configured maximum that the limit of open files does not allow, so that a lower one applies.
    pub open_files_exceeded: Option<OpenFilesExceeded>,
    /// The memory limit of the container in bytes, if it has one.
    pub memory_limit: Option<u64>,
    /// Memory of the process without the connections to `PORT`, in bytes.
    pub process_memory: u64,
    /// Maximum number of connections per client address, if there is one.
    pub max_connections_per_address: Option<NonZeroU32>,
    /// Maximum time to finish requests after the signal to stop.
    pub shutdown_timeout: Duration,
    /// How often a client may ask; nothing for as often as it wants.
    pub rate_limit: Option<RateLimit>,
    /// The limit for invalid API keys per client address; `None` for no limit.
    pub failed_auth_limit: Option<RateLimit>,
    /// How many proxies in front of it add to `X-Forwarded-For`.
    pub trusted_proxy_hops: u8,
    /// Where the page at `/` loads the Web SDK from; nothing when there is no page.
    pub page: Option<WebSdkUrl>,
    /// What it logs.
    pub log: Log,
    /// Where it writes down who got which token.
    pub audit: AuditLog,
    /// Who may read its metrics; nothing when none are kept.
    pub metrics: Option<MetricsAccess>,
    /// What was probably meant for it, and is misspelt.
    pub near_misses: Vec<NearMiss>,
    /// Files with secrets, and the audit log, that every user of the machine can read or write.
    pub exposed_files: Vec<ExposedFile>,
}

impl Config {
    /// Reads every variable; with `instead`, App ID and App Certificate are its, whatever the variables say.
    ///
    /// # Errors
    ///
    /// All problems together, each with its variable's name and never with its value.
    pub fn read(environment: &Environment, instead: Option<Project>) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(environment);
        let is_demo = instead.is_some();
        let project = instead.or_else(|| reader.project());
        let listen = reader.listen();
        let allowed_origins = reader.read(&vars::CORS_ALLOW_ORIGIN, str::parse::<AllowedOrigins>);
        let compat = reader.read(&vars::COMPAT, str::parse::<Compat>);
        let default_lifetime = reader.lifetime(&vars::DEFAULT_TTL);
        let max_connections = reader.number(&vars::MAX_CONNECTIONS, 1..=1_000_000);
        let max_connections_per_address =
            reader.number(&vars::MAX_CONNECTIONS_PER_ADDRESS, 0..=1_000_000);
        let shutdown_timeout: Option<u32> = reader.number(&vars::SHUTDOWN_TIMEOUT, 1..=3_600);
        let rate_limit = reader.read(&vars::RATE_LIMIT, str::parse::<RateLimit>);
        let failed_auth_limit = reader.read(&vars::FAILED_AUTH_LIMIT, RateLimit::or_off);
        let trusted_proxy_hops = reader.number(&vars::TRUSTED_PROXY_HOPS, 0..=16);
        let page = WebSdkUrl::read(&mut reader);
        let access = reader.access(default_lifetime);
        let access_token_version = reader.access_token_version(&access);
        let log = Log::read(&mut reader);
        let audit = reader.read(&vars::AUDIT_LOG, str::parse::<AuditLog>);
        let metrics = MetricsAccess::read(&mut reader, listen);
        reader.secrets_have_one_purpose(project.as_ref(), &access, metrics.as_ref());
        let is_open = access.is_open();
        if !is_demo {
            reader.no_guard_is_misspelt(is_open);
        }

        reader.finish(|| {
            let trusted_proxy_hops = trusted_proxy_hops?;
            let audit = audit?;
            let memory_limit = memory::limit(|path| environment.read_file(&path.to_string_lossy()));
            let process_memory = process_memory(metrics.as_ref(), access.hook.as_ref());
            let derived = || connections_in(memory_limit, process_memory);
            let open_files = environment.open_files();
            let open_files_exceeded = max_connections
                .and_then(|configured| OpenFilesExceeded::check(configured, open_files));
            let max_connections = max_connections.unwrap_or_else(derived);
            let max_connections = OpenFilesExceeded::check(max_connections, open_files)
                .map_or(max_connections, OpenFilesExceeded::allowed);
            // Behind a proxy, all clients have its address.
            let per_address = match max_connections_per_address {
                Some(limit) => limit,
                None if trusted_proxy_hops > 0 => 0,
                None => u32::div_ceil(max_connections, 4),
            };
            Some(Self {
                project: project?,
                access,
                listen: listen?,
                allowed_origins: allowed_origins?,
                access_token_version,
                compat: compat?,
                default_lifetime,
                max_connections,
                open_files_exceeded,
                memory_limit,
                process_memory,
                max_connections_per_address: NonZeroU32::new(per_address),
                shutdown_timeout: Duration::from_secs(shutdown_timeout?.into()),
                rate_limit,
                failed_auth_limit: failed_auth_limit?,
                trusted_proxy_hops,
                page,
                log: log?,
                metrics,
                near_misses: environment
                    .near_misses()
                    .filter(|miss| miss.matters(is_open))
                    .cloned()
                    .collect(),
                exposed_files: ExposedFile::all(environment, &audit),
                audit,
            })
        })
    }

    /// Reads only whose tokens are made.
    ///
    /// # Errors
    ///
    /// The problems with App ID and App Certificates.
    pub fn read_project(environment: &Environment) -> Result<Project, ConfigError> {
        let mut reader = Reader::new(environment);
        let project = reader.project();
        reader.finish(|| project)
    }

    /// Reads only whose tokens are checked; nothing when no variable names a project.
    ///
    /// # Errors
    ///
    /// The problems with App ID and App Certificate, also that only one of them is there.
    pub fn read_project_if_named(
        environment: &Environment,
    ) -> Result<Option<Project>, ConfigError> {
        let mut reader = Reader::new(environment);
        if !reader.names_a_project() {
            return reader.finish(|| Some(None));
        }
        let project = reader.project();
        reader.finish(|| project.map(Some))
    }

    /// Reads only where the server listens, for asking one that runs.
    ///
    /// # Errors
    ///
    /// The problems with `PORT` and `HOST`.
    pub fn read_listen(environment: &Environment) -> Result<SocketAddr, ConfigError> {
        let mut reader = Reader::new(environment);
        let listen = reader.listen();
        reader.finish(|| listen)
    }
}
