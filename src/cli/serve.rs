//! `serve`: reads the configuration, binds, and serves until a signal.

use std::future::Future;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use url::Url;

use super::{UNUSABLE, fail, logging};
use crate::access::Guard;
use crate::config::{self, Access, Config, Environment, JwtKey};
use crate::http::{self, App, AppState, Limits, Settings};
use crate::issuer::{Issuer, random_salt, system_clock};
use crate::token::Project;

const DEMO_NOTICE: &str = "Demo: App ID and App Certificate were made up when the server started. Its tokens are \
     well-formed, but no Agora project accepts them.";

pub(super) fn run(environment: Environment, demo: bool) -> ExitCode {
    let config = Config::read(&environment, demo.then(demo_project));
    drop(environment); // with the certificate in it
    let config = match config {
        Ok(config) => config,
        Err(error) => return fail(UNUSABLE, error),
    };
    logging::start(config.log);
    http::log_panics();
    if let Err(error) = keep_memory() {
        tracing::warn!(%error, "a core dump of this process could hold the App Certificate");
    }
    let served = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .and_then(|runtime| runtime.block_on(serve(config, demo)));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(1, error),
    }
}

async fn serve(config: Config, demo: bool) -> io::Result<()> {
    // Before the first connection, so that a signal cannot end the process in between.
    let shutdown = shutdown()?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        io::Error::new(
            error.kind(),
            format!(
                "cannot listen on {} (HOST and PORT): {error}",
                config.listen
            ),
        )
    })?;
    announce(&config, listener.local_addr()?, demo);

    let issuer = Issuer::new(config.project, system_clock, random_salt);
    let settings = Settings {
        access_token_version: config.access_token_version,
        default_lifetime: config.default_lifetime,
        notice: demo.then_some(DEMO_NOTICE),
    };
    let guard = Guard::new(config.access)?;
    let state = AppState::new(issuer, guard, settings);
    let prepared = state.clone();
    tokio::spawn(async move { prepared.prepare().await });
    let app = App::new(state, &config.allowed_origins, &config.compat);
    let limits = Limits::of(config.max_connections);
    // Among the connections' own tasks: the thread of `block_on` would have to wake another for each connection.
    tokio::spawn(http::serve(listener, app, limits, shutdown)).await?;
    Ok(())
}

fn announce(config: &Config, address: SocketAddr, demo: bool) {
    let access = &config.access;
    let mode = match (demo, access.is_guarded()) {
        (true, _) => "demo",
        (false, true) => "guarded",
        (false, false) => "open",
    };
    let reachable = SocketAddr::new(reachable(address.ip()), address.port());
    tracing::info!(
        "listening on http://{address}, App ID {}, {mode}; try http://{reachable}/access_token?channel=test&uid=1234",
        config.project.app_id,
    );
    if access.is_guarded() || access.limits != config::Limits::default() || access.hook.is_some() {
        tracing::info!("{}", summary(access));
    }
    if demo {
        let _ = writeln!(io::stderr(), "{DEMO_NOTICE}"); // whatever the log level; the page says it too
    } else if !access.is_guarded() {
        tracing::warn!(
            "minting is open: whoever reaches this server gets every token; keep it behind your own login"
        );
    }
}

/// What is guarded, and how, in a line.
fn summary(access: &Access) -> String {
    let Access {
        api_keys,
        jwt,
        limits,
        hook,
    } = access;
    let mut parts = Vec::new();
    let names: Vec<&str> = api_keys.iter().map(|key| &**key.name()).collect();
    if !names.is_empty() {
        parts.push(format!("callers with the API keys {}", names.join(", ")));
    }
    if let Some(jwt) = jwt {
        let key = match &jwt.key {
            JwtKey::Secret(_) => "HS256".to_owned(),
            JwtKey::PublicKey(key) => format!("{:?}", key.algorithm()),
            JwtKey::Jwks(url) => format!("the keys of {}", without_query(url)),
        };
        parts.push(format!("users with JWTs by {key}"));
    }
    if let Some(lifetime) = limits.lifetime {
        parts.push(format!("at most {lifetime} s"));
    }
    if let Some(channels) = &limits.channels {
        parts.push(format!("channels {channels}"));
    }
    if let Some(services) = &limits.services {
        let names: Vec<&str> = services.iter().map(|service| service.name()).collect();
        parts.push(format!("services {}", names.join(", ")));
    }
    if limits.wildcard {
        parts.push("wildcards allowed".to_owned());
    }
    if let Some(hook) = hook {
        parts.push(format!("{} is asked", without_query(&hook.url)));
    }
    format!("tokens are for: {}", parts.join("; "))
}

/// A query may hold a secret.
fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

/// Keeps the certificate out of core dumps, and debuggers of the same user away.
fn keep_memory() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// An address at which this machine reaches a listener.
pub(super) fn reachable(listening: IpAddr) -> IpAddr {
    match listening {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        address => address,
    }
}

/// Ready at the first SIGTERM or SIGINT. Further ones change nothing.
fn shutdown() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that makes up a project"
)]
fn demo_project() -> Project {
    let digits = || format!("{:032x}", rand::random::<u128>());
    let (app_id, certificate) = (digits().parse(), digits().parse());
    Project::new(
        app_id.expect("32 hexadecimal digits"),
        certificate.expect("32 hexadecimal digits"),
    )
}
