//! The memory that the container allows this process, and the number of connections that fit into it.

use std::io;
use std::path::Path;

use super::access::Hook;
use super::metrics::MetricsAccess;

/// Maximum of the derived `MAX_CONNECTIONS`, and its value without a memory limit.
const MAX_DERIVED: u32 = 16_384;

/// Minimum of the derived `MAX_CONNECTIONS`.
const MIN_DERIVED: u32 = 64;

/// Memory of the process without connections, in bytes.
const PROCESS_BYTES: u64 = 20_000_000;

/// Maximum memory of a connection under any input in bytes, kernel buffers included. docs/operations.md derives it.
const CONNECTION_BYTES: u64 = 100_000;

/// Maximum open connections to `METRICS_PORT`. They do not count against `MAX_CONNECTIONS`.
pub const METRICS_CONNECTIONS: u32 = 64;

/// Maximum requests that call the authorization webhook or wait for a call at once.
pub const WEBHOOK_REQUESTS: u32 = 320;

/// Maximum memory of a request to the authorization webhook in bytes: the token request, the call and its buffers.
const WEBHOOK_REQUEST_BYTES: u64 = 20_000;

/// Larger limits are none: cgroup version 1 without a limit has almost 2^63.
const MAX_LIMIT: u64 = 1 << 60;

/// Reads the lowest memory limit of this process's cgroup and its ancestors in bytes, with `read` as the file system.
pub(super) fn limit<T: AsRef<str>>(read: impl Fn(&Path) -> io::Result<T>) -> Option<u64> {
    let groups = read(Path::new("/proc/self/cgroup")).ok()?;
    groups
        .as_ref()
        .lines()
        .filter_map(|line| {
            let mut fields = line.splitn(3, ':').skip(1);
            let (controllers, group) = (fields.next()?, fields.next()?);
            let (root, file) = match controllers {
                "" => ("/sys/fs/cgroup", "memory.max"),
                _ if controllers.split(',').any(|one| one == "memory") => {
                    ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
                }
                _ => return None,
            };
            // Inside a container the path can be that of the host, where only the root is mounted.
            let group = Path::new(group.trim_start_matches('/'));
            let limits = group.ancestors().filter_map(|group| {
                let text = read(&Path::new(root).join(group).join(file)).ok()?;
                let limit = text.as_ref().trim().parse().ok()?; // `max` is none
                (limit <= MAX_LIMIT).then_some(limit)
            });
            limits.min()
        })
        .min()
}

/// Returns the memory of the process without the connections to `PORT`, in bytes.
#[must_use]
pub fn process_memory(metrics: Option<&MetricsAccess>, webhook: Option<&Hook>) -> u64 {
    let metrics = metrics.and_then(MetricsAccess::listen);
    let metrics = metrics.map_or(0, |_| u64::from(METRICS_CONNECTIONS) * CONNECTION_BYTES);
    let webhook = webhook.map_or(0, |_| u64::from(WEBHOOK_REQUESTS) * WEBHOOK_REQUEST_BYTES);
    PROCESS_BYTES + metrics + webhook
}

/// Returns the number of connections that fit into `limit` bytes: 64 to 16,384. The process takes `process` bytes of
/// them.
#[must_use]
pub fn connections_in(limit: Option<u64>, process: u64) -> u32 {
    let Some(limit) = limit else {
        return MAX_DERIVED;
    };
    let fitting = limit.saturating_sub(process) / CONNECTION_BYTES;
    u32::try_from(fitting)
        .unwrap_or(MAX_DERIVED)
        .clamp(MIN_DERIVED, MAX_DERIVED)
}

/// Returns the maximum memory of the process with `connections` connections, in bytes.
#[must_use]
pub fn memory_of(connections: u32, process: u64) -> u64 {
    process + u64::from(connections) * CONNECTION_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file system of these files.
    fn read<'a>(files: &'a [(&'a str, &'a str)]) -> impl Fn(&Path) -> io::Result<String> + 'a {
        move |path| {
            let found = files.iter().find(|(name, _)| Path::new(name) == path);
            found
                .map(|(_, text)| (*text).to_owned())
                .ok_or_else(|| io::ErrorKind::NotFound.into())
        }
    }

    #[test]
    fn reads_the_limit_of_cgroup_version_2() {
        let files = [
            ("/proc/self/cgroup", "0::/\n"),
            ("/sys/fs/cgroup/memory.max", "536870912\n"),
        ];
        assert_eq!(limit(read(&files)), Some(536_870_912));
    }

    #[test]
    fn reads_the_lowest_limit_of_all_ancestors() {
        let files = [
            ("/proc/self/cgroup", "0::/system.slice/agora.service\n"),
            (
                "/sys/fs/cgroup/system.slice/agora.service/memory.max",
                "max\n",
            ),
            ("/sys/fs/cgroup/system.slice/memory.max", "268435456\n"),
            ("/sys/fs/cgroup/memory.max", "1000000000\n"),
        ];
        assert_eq!(limit(read(&files)), Some(268_435_456));
    }

    #[test]
    fn reads_the_limit_of_cgroup_version_1_in_a_container() {
        let files = [
            (
                "/proc/self/cgroup",
                "5:cpu,cpuacct:/docker/1\n4:memory:/docker/1\n0::/\n",
            ),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728\n"),
        ];
        assert_eq!(limit(read(&files)), Some(134_217_728));
    }

    #[test]
    fn finds_no_limit_without_cgroups() {
        assert_eq!(limit(read(&[])), None);
        let unlimited = [
            ("/proc/self/cgroup", "0::/\n"),
            ("/sys/fs/cgroup/memory.max", "max\n"),
        ];
        assert_eq!(limit(read(&unlimited)), None);
    }

    #[test]
    fn finds_no_limit_in_cgroup_version_1_without_one() {
        let unlimited = [
            ("/proc/self/cgroup", "4:memory:/\n"),
            (
                "/sys/fs/cgroup/memory/memory.limit_in_bytes",
                "9223372036854771712\n",
            ),
        ];
        assert_eq!(limit(read(&unlimited)), None);
    }

    #[test]
    fn derives_connections_from_the_limit() {
        for (limit, expected) in [
            (None, 16_384),
            (Some(1 << 60), 16_384),
            (Some(512_000_000), 4_920),
            (Some(128_000_000), 1_080),
            (Some(16_000_000), 64),
        ] {
            assert_eq!(connections_in(limit, PROCESS_BYTES), expected, "{limit:?}");
        }
    }
}
