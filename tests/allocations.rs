//! What minting costs in allocations. Alone in its process, so that nobody else's are counted.

use std::alloc::System;

use agora_token_server::token::{Binding, Privileges, Project, Role, UnixTime, v006};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn a_006_token_is_one_allocation_its_own() {
    let app_id = "970CA35de60c44645bbae8a215061b33"
        .parse()
        .expect("32 hexadecimal digits");
    let certificate = "5CFd2fd1755d40ecb72977518be15d3b"
        .parse()
        .expect("32 hexadecimal digits");
    let project = Project::new(app_id, certificate);
    let channel = "x".repeat(64);
    let binding = Binding {
        channel: &channel,
        uid: "4294967295",
    };
    for role in Role::ALL {
        let region = Region::new(COUNTED);
        let privileges = Privileges::all(role.privileges(), 1_700_000_000);
        let message = v006::Message {
            salt: 1,
            ends_at: UnixTime::from_seconds(1_700_000_000),
            privileges,
        };
        let token = v006::mint(&project, binding, &message);
        let change = region.change();
        assert_eq!(change.allocations, 1, "{role:?}: {change:?}");
        assert_eq!(change.bytes_allocated, token.len(), "{role:?}: {change:?}");
        assert_eq!(
            (change.reallocations, change.deallocations),
            (0, 0),
            "{role:?}: {change:?}"
        );
    }
}
