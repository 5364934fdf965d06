//! The ten services of 007, each with random fields.

use agora_token_server::token::{Permission, Permissions, Resource, Scope, Service, ServiceKind};
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, IteratorRandom, SliceRandom};
use serde_json::{Value, json};

use crate::random::{Grants, User, field, grants, object, pairs, text};

/// One to four services: the first kind and their number take turns, and a kind may come again. Rarely many more, so
/// that a sort that is stable only for a few would show.
pub(crate) fn kinds(rng: &mut StdRng, index: usize) -> Vec<ServiceKind> {
    let mut kinds = vec![ServiceKind::ALL[index % ServiceKind::ALL.len()]];
    let more = if rng.random_ratio(1, 200) {
        30
    } else {
        index / ServiceKind::ALL.len() % 4
    };
    for _ in 0..more {
        let known = if rng.random_ratio(1, 3) {
            kinds.as_slice()
        } else {
            &ServiceKind::ALL
        };
        let kind = *known.choose(rng).expect("there are kinds");
        kinds.push(kind);
    }
    kinds
}

/// One service, as a caller asks for it.
#[derive(Debug)]
pub(crate) struct ServiceCase {
    fields: Fields,
    grants: Grants,
}

/// A service's fields.
#[derive(Debug)]
enum Fields {
    /// RTC, Streaming, FCDN.
    Channel {
        kind: ServiceKind,
        channel: String,
        user: User,
    },
    /// RTM, Chat.
    User { kind: ServiceKind, user_id: String },
    /// FPA, conversational AI, speech to text.
    Nothing { kind: ServiceKind },
    Apaas {
        room: String,
        user: String,
        role: i16,
    },
    Rtm2 {
        user_id: String,
        /// In the order in which they are added.
        permissions: Vec<(Resource, Permission, Vec<String>)>,
    },
}

impl ServiceCase {
    pub(crate) fn random(rng: &mut StdRng, kind: ServiceKind) -> Self {
        // Sometimes longer than any SDK accepts: the format has room for it.
        let longest = if rng.random_ratio(1, 50) { 1_500 } else { 64 };
        let fields = match kind {
            ServiceKind::Rtc | ServiceKind::Streaming | ServiceKind::Fcdn => Fields::Channel {
                kind,
                channel: text(rng, longest),
                user: User::random(rng),
            },
            ServiceKind::Rtm | ServiceKind::Chat => Fields::User {
                kind,
                user_id: text(rng, longest),
            },
            ServiceKind::Fpa | ServiceKind::ConvoAi | ServiceKind::Stt => Fields::Nothing { kind },
            ServiceKind::Apaas => Fields::Apaas {
                room: text(rng, longest),
                user: text(rng, longest),
                role: random_role(rng),
            },
            ServiceKind::Rtm2 => Fields::Rtm2 {
                user_id: text(rng, longest),
                permissions: random_permissions(rng),
            },
        };
        Self {
            fields,
            grants: grants(rng, kind.privileges()),
        }
    }

    pub(crate) fn kind(&self) -> ServiceKind {
        match self.fields {
            Fields::Channel { kind, .. } | Fields::User { kind, .. } | Fields::Nothing { kind } => {
                kind
            }
            Fields::Apaas { .. } => ServiceKind::Apaas,
            Fields::Rtm2 { .. } => ServiceKind::Rtm2,
        }
    }

    /// As our library is given it.
    pub(crate) fn service(&self) -> Service {
        let scope = match &self.fields {
            Fields::Channel {
                kind,
                channel,
                user,
            } => {
                let (channel, account) = (field(channel), field(&user.text()));
                match kind {
                    ServiceKind::Rtc => Scope::Rtc {
                        channel,
                        uid: account,
                    },
                    ServiceKind::Streaming => Scope::Streaming { channel, account },
                    _ => Scope::Fcdn { channel, account },
                }
            }
            Fields::User { kind, user_id } => {
                let user_id = field(user_id);
                match kind {
                    ServiceKind::Rtm => Scope::Rtm { user_id },
                    _ => Scope::Chat { user_id },
                }
            }
            Fields::Nothing { kind } => match kind {
                ServiceKind::Fpa => Scope::Fpa,
                ServiceKind::ConvoAi => Scope::ConvoAi,
                _ => Scope::Stt,
            },
            Fields::Apaas { room, user, role } => Scope::Apaas {
                room: field(room),
                user: field(user),
                role: *role,
            },
            Fields::Rtm2 {
                user_id,
                permissions,
            } => {
                let entries = permissions.iter().map(|(resource, permission, names)| {
                    let names = names.iter().map(|name| field(name)).collect();
                    (*resource, *permission, names)
                });
                Scope::Rtm2 {
                    user_id: field(user_id),
                    permissions: Permissions::new(entries).expect("few names"),
                }
            }
        };
        Service {
            privileges: self.grants.iter().copied().collect(),
            scope,
        }
    }

    /// As Agora's package is given it.
    pub(crate) fn request(&self) -> Value {
        let mut request = self.fields(User::json);
        request["privileges"] = pairs(&self.grants);
        if let Fields::Rtm2 { permissions, .. } = &self.fields {
            request["permissions"] = triples(permissions);
        }
        request
    }

    /// As Agora's package should read it.
    pub(crate) fn read(&self) -> Value {
        let mut read = self.fields(|user| user.text().into());
        read["privileges"] = object(&self.grants);
        if let Fields::Rtm2 { permissions, .. } = &self.fields {
            let mut permissions = permissions.clone();
            permissions.sort_by_key(|(resource, permission, _)| (*resource, *permission));
            read["permissions"] = triples(&permissions);
        }
        read
    }

    fn fields(&self, shown: impl FnOnce(&User) -> Value) -> Value {
        let mut fields = match &self.fields {
            Fields::Channel {
                kind: ServiceKind::Rtc,
                channel,
                user,
            } => json!({ "channel": channel, "uid": shown(user) }),
            Fields::Channel { channel, user, .. } => {
                json!({ "channel": channel, "account": shown(user) })
            }
            Fields::User { user_id, .. } | Fields::Rtm2 { user_id, .. } => {
                json!({ "user_id": user_id })
            }
            Fields::Nothing { .. } => json!({}),
            Fields::Apaas { room, user, role } => {
                json!({ "room": room, "user": user, "role": role })
            }
        };
        fields["type"] = self.kind().name().into();
        fields
    }
}

fn random_role(rng: &mut StdRng) -> i16 {
    match rng.random_range(0..6) {
        0 => -1,
        1 => i16::MIN,
        2 => i16::MAX,
        3 => rng.random(),
        _ => rng.random_range(0..5),
    }
}

/// Each pair of resource and permission once at most, in any order.
fn random_permissions(rng: &mut StdRng) -> Vec<(Resource, Permission, Vec<String>)> {
    let pairs = Resource::ALL
        .into_iter()
        .flat_map(|resource| Permission::ALL.map(|permission| (resource, permission)));
    let count = rng.random_range(0..=10);
    let mut chosen = pairs.sample(rng, count);
    chosen.shuffle(rng);
    chosen
        .into_iter()
        .map(|(resource, permission)| {
            let names = (0..rng.random_range(0..4)).map(|_| text(rng, 64));
            (resource, permission, names.collect())
        })
        .collect()
}

fn triples(permissions: &[(Resource, Permission, Vec<String>)]) -> Value {
    permissions
        .iter()
        .map(|(resource, permission, names)| json!([resource.name(), permission.name(), names]))
        .collect()
}
