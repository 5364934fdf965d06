//! The memory that the container allows this process, and the number of connections that fit into it.

use std::io;
use std::path::Path;

/// Default of `MAX_CONNECTIONS` where memory allows it.
const MOST_CONNECTIONS: u32 = 16_384;

/// The fewest connections that a derived default allows.
const FEWEST_CONNECTIONS: u32 = 64;

/// Bytes that the process takes beside its connections.
const OWN_BYTES: u64 = 20_000_000;

/// The most bytes that a connection takes under any input, kernel buffers included. docs/operations.md derives it.
const CONNECTION_BYTES: u64 = 100_000;

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
                text.as_ref().trim().parse().ok() // `max` is none
            });
            limits.min()
        })
        .min()
}

/// Returns how many connections fit into so many bytes, at most 16,384; without a limit, so many.
#[must_use]
pub fn connections_in(limit: Option<u64>) -> u32 {
    let Some(limit) = limit else {
        return MOST_CONNECTIONS;
    };
    let fitting = limit.saturating_sub(OWN_BYTES) / CONNECTION_BYTES;
    u32::try_from(fitting)
        .unwrap_or(MOST_CONNECTIONS)
        .clamp(FEWEST_CONNECTIONS, MOST_CONNECTIONS)
}

/// Returns the most bytes that the process takes with so many connections.
#[must_use]
pub fn memory_of(connections: u32) -> u64 {
    OWN_BYTES + u64::from(connections) * CONNECTION_BYTES
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
    fn derives_connections_from_the_limit() {
        for (limit, expected) in [
            (None, 16_384),
            (Some(9_223_372_036_854_771_712), 16_384),
            (Some(512_000_000), 4_920),
            (Some(128_000_000), 1_080),
            (Some(16_000_000), 64),
        ] {
            assert_eq!(connections_in(limit), expected, "{limit:?}");
        }
        assert!(memory_of(connections_in(Some(512_000_000))) <= 512_000_000);
    }
}
