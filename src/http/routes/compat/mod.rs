//! The URLs of other token servers, answered so that their clients change nothing but the host. One file a server: a
//! parse, a render, and how its clients expect an error.

mod about;
mod access_token;
mod channel_key;
mod coding_guides;
mod demo_server;
mod documentation;
mod go_service;
mod quick_start;
mod toolbox;

use crate::access::Caller;
use crate::config::{Compat, CompatServer};
use crate::http::error::Error;
use crate::http::input::{self, InputError, Parameter};
use crate::http::state::AppState;
use crate::http::table::Table;
use crate::issuer::{Grants, ServiceRequest, Subject, Target, TokenRequest};
use crate::token::{ChannelName, Lifetime, Role, Uid, UserId};

/// Those that are configured.
pub(in crate::http) fn routes(table: Table, compat: &Compat) -> Table {
    compat.servers().fold(table, |table, server| {
        let table = table.shape(server.name());
        match server {
            CompatServer::AccessToken => access_token::routes(table),
            CompatServer::ChannelKey => channel_key::routes(table),
            CompatServer::CodingGuides => coding_guides::routes(table),
            CompatServer::DemoServer => demo_server::routes(table),
            CompatServer::Documentation => documentation::routes(table),
            CompatServer::GoService => go_service::routes(table),
            CompatServer::QuickStart => quick_start::routes(table),
            CompatServer::Toolbox => toolbox::routes(table),
        }
    })
}

/// The service for a channel, as most of these servers grant it.
fn rtc(channel: ChannelName, uid: Uid, role: Role) -> ServiceRequest {
    ServiceRequest {
        target: Target::Rtc { channel, uid },
        grants: Grants::of_role(role),
    }
}

/// A login to signaling.
fn rtm(user_id: UserId) -> ServiceRequest {
    let user_id = Some(user_id);
    Target::Rtm { user_id }.as_usual()
}

/// A 007 token for some services, issued now.
async fn issue(
    state: &AppState,
    caller: &Caller,
    services: Vec<ServiceRequest>,
    lifetime: Lifetime,
) -> Result<String, Error> {
    let mut request = lasting(services, lifetime);
    let issued = state.issue(caller, &mut request, state.now()).await?;
    Ok(issued.token)
}

/// A request for a 007 token.
fn lasting(services: Vec<ServiceRequest>, lifetime: Lifetime) -> TokenRequest {
    TokenRequest {
        subject: Subject::V007(services),
        lifetime: Some(lifetime),
    }
}

/// For whom a token for a channel was granted: for the caller, when a user left that open.
fn user_of(granted: &TokenRequest) -> Uid {
    let Subject::V007(services) = &granted.subject else {
        return Uid::Any;
    };
    let mut users = services.iter().filter_map(|service| match &service.target {
        Target::Rtc { uid, .. } => Some(uid.clone()),
        _ => None,
    });
    users.next().unwrap_or(Uid::Any)
}

/// A lifetime that may have been left out.
fn lifetime(state: &AppState, parameter: Option<Parameter<'_>>) -> Result<Lifetime, InputError> {
    parameter.map_or(Ok(state.lifetime()), input::lifetime)
}
