//! `serve`: reads the configuration, binds, and serves until a signal.

use std::future::{Future, pending};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

use super::announce::{DEMO_NOTICE, announce};
use super::{UNUSABLE, fail};
use crate::access::Guard;
use crate::config::{AuditLog, Config, Environment, METRICS_CONNECTIONS, MetricsAccess};
use crate::http::{self, App, AppState, Audit, Budget, Limiter, Limits, Metrics, Settings};
use crate::issuer::{Issuer, random_salt, system_clock};
use crate::telemetry::Stdout;
use crate::telemetry::log::Logging;
use crate::token::Project;

pub(super) fn run(environment: Environment, demo: bool) -> ExitCode {
    let raised = raise_open_files();
    let environment = environment.with_open_files(|| getrlimit(Resource::Nofile).current);
    let config = Config::read(&environment, demo.then(demo_project));
    drop(environment); // with the certificate in it
    let config = match config {
        Ok(config) => config,
        Err(error) => return fail(UNUSABLE, error),
    };
    let logging = Logging::start(config.log);
    http::log_panics();
    if let Err(error) = raised {
        tracing::warn!(%error, "cannot raise the limit of open files to the hard limit");
    }
    if let Err(error) = keep_memory() {
        tracing::warn!(%error, "a core dump of this process could hold the App Certificate");
    }
    let served = runtime().and_then(|runtime| {
        let served = runtime.block_on(serve(config, demo, &logging));
        runtime.shutdown_background(); // a name that is being looked up may take longer than a platform waits
        served
    });
    logging.finish();
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(1, error),
    }
}

/// A thread for each core. On a single one, a scheduler that need not share its tasks takes 1 to 3 % less time.
fn runtime() -> io::Result<Runtime> {
    let mut runtime = match std::thread::available_parallelism() {
        Ok(cores) if cores.get() == 1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    runtime.enable_all().build()
}

async fn serve(config: Config, demo: bool, logging: &Logging) -> io::Result<()> {
    // Before the first connection, so that a signal cannot end the process in between.
    let shutdown = shutdown(&config.audit)?;
    let listener = bind(config.listen, "HOST and PORT")?;
    let watching = match config.metrics.as_ref().and_then(MetricsAccess::listen) {
        Some(listen) => Some(bind(listen, "HOST and METRICS_PORT")?),
        None => None,
    };
    let audit = audit(&config.audit, logging.stdout())?;
    announce(&config, listener.local_addr()?, demo);
    if let Some(listener) = &watching {
        let address = reachable(listener.local_addr()?);
        tracing::info!("metrics at http://{address}/metrics");
    }

    let issuer = Issuer::new(config.project, system_clock, random_salt);
    let settings = Settings {
        access_token_version: config.access_token_version,
        default_lifetime: config.default_lifetime,
        page: config.page,
        notice: demo.then_some(DEMO_NOTICE),
        audit,
        metrics: config
            .metrics
            .map(|access| Metrics::new(access, logging.lines_lost())),
        limiter: config
            .rate_limit
            .map(|rate| Limiter::new(rate, config.trusted_proxy_hops)),
        failed_auth: config
            .failed_auth_limit
            .filter(|_| !config.access.api_keys.is_empty())
            .map(|rate| Limiter::new(rate, config.trusted_proxy_hops)),
        budget: Budget::for_connections(config.max_connections),
    };
    let guard = Guard::new(config.access)?;
    let state = AppState::new(issuer, guard, settings);
    let prepared = state.clone();
    tokio::spawn(async move { prepared.prepare().await });
    let app = App::new(state.clone(), &config.allowed_origins, &config.compat);
    let limits = Limits {
        per_address: config.max_connections_per_address,
        drain: config.shutdown_timeout,
        ..Limits::of(config.max_connections)
    };
    if let Some(listener) = watching {
        // Until the process ends: its end is worth watching too.
        tokio::spawn(http::serve(
            listener,
            App::watching(state),
            Limits {
                connections: limits.connections.min(METRICS_CONNECTIONS),
                ..limits
            },
            pending(),
        ));
    }
    // Among the connections' own tasks: the thread of `block_on` may have to wake another for each connection.
    tokio::spawn(http::serve(listener, app, limits, shutdown)).await?;
    Ok(())
}

/// SIGHUP opens the file anew, for a program that moves it away when it is long.
fn audit(log: &AuditLog, stdout: Stdout) -> io::Result<Option<Audit>> {
    let audit = Audit::open(log, stdout, system_clock).map_err(|error| unwritable(log, &error))?;
    if let (Some(audit), AuditLog::File(_)) = (audit.clone(), log) {
        let mut hangup = signal(SignalKind::hangup())?;
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                audit.reopen();
            }
        });
    }
    Ok(audit)
}

pub(super) fn unwritable(log: &AuditLog, error: &io::Error) -> io::Error {
    let place = match log {
        AuditLog::File(path) => path.display().to_string(),
        AuditLog::Off | AuditLog::Stdout => "standard output".to_owned(),
    };
    let reason = format!("cannot write to {place} (AUDIT_LOG): {error}");
    io::Error::new(error.kind(), reason)
}

/// Maximum connections that the kernel holds until the server accepts them. Beyond it, clients try again after a second.
const BACKLOG: u32 = 1024;

fn bind(address: SocketAddr, variables: &str) -> io::Result<TcpListener> {
    listen(address).map_err(|error| {
        let reason = format!("cannot listen on {address} ({variables}): {error}");
        io::Error::new(error.kind(), reason)
    })
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?; // a restart need not wait for the last connections' TIME-WAIT
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Raises the soft limit of open files to the hard limit.
fn raise_open_files() -> io::Result<()> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if limit.current != limit.maximum {
        setrlimit(Resource::Nofile, raised)?;
    }
    Ok(())
}

/// Keeps the certificate out of core dumps, and debuggers of the same user away. Either way suffices against the former,
/// and a sandbox may forbid one.
fn keep_memory() -> io::Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let kept = setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    let kept = {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        set_dumpable_behavior(DumpableBehavior::NotDumpable).or(kept)
    };
    Ok(kept?)
}

/// An address at which this machine reaches a listener.
pub(super) fn reachable(listening: SocketAddr) -> SocketAddr {
    let address = match listening.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    SocketAddr::new(address, listening.port())
}

/// Ready at the first SIGTERM or SIGINT, or SIGHUP where there is no file to open anew: a terminal that is closed ends the
/// server as gently. Further ones change nothing.
fn shutdown(log: &AuditLog) -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let is_end = !matches!(log, AuditLog::File(_));
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv(), if is_end => {}
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
