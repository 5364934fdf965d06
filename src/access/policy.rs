//! What no token exceeds, what its caller may have, and what the operator's own service says.

use std::io;

use super::Caller;
use super::error::Refusal;
use super::hook::Hook;
use crate::config::{Access, Limits, Restricted};
use crate::issuer::{Subject, Target, TokenRequest};
use crate::token::{
    ChannelName, Excerpt, Lifetime, Privilege, ServiceKind, TokenVersion, UnixTime, UserId,
};

#[derive(Debug, Default)]
pub(super) struct Policy {
    limits: Limits,
    hook: Option<Hook>,
    restricted: Restricted,
    allows_restricted_006: bool,
}

impl Policy {
    /// Creates the policy of a configuration.
    ///
    /// # Errors
    ///
    /// If TLS cannot be set up for the webhook.
    pub(super) fn new(access: &Access) -> io::Result<Self> {
        let hook = access.hook.clone().map(Hook::new).transpose()?;
        Ok(Self {
            limits: access.limits.clone(),
            hook,
            restricted: access.restricted(),
            allows_restricted_006: access.allows_restricted_006(),
        })
    }

    /// Returns whether what the caller gets depends on channel, user or service. It must not get tokens in which its
    /// holder can alter them.
    pub(super) fn restricts(&self, caller: &Caller) -> bool {
        match self.restricted {
            Restricted::Nobody => false,
            Restricted::Users => matches!(caller, Caller::User(_)),
            Restricted::Everyone => true,
        }
    }

    /// Whether the operator's own service is asked about every token.
    pub(super) fn has_hook(&self) -> bool {
        self.hook.is_some()
    }

    /// Leaves of a request what the caller may have.
    pub(super) async fn authorize(
        &self,
        caller: &Caller,
        request: &mut TokenRequest,
        now: UnixTime,
    ) -> Result<(), Refusal> {
        let is_alterable = request.version() == TokenVersion::V006;
        if is_alterable && !self.allows_006(caller) {
            return Err(Refusal::AlterableVersion);
        }
        each(request, |service, channel| {
            self.limit(caller, request, service, channel)
        })?;
        if let Some(longest) = self.limits.lifetime {
            cut(request, longest);
        }
        if let Caller::User(user) = caller {
            user.bind(request)?;
            cut(request, user.max_lifetime(self.limits.lifetime, now)?);
        }
        refuse_signaling_zero(request)?;
        let Some(hook) = &self.hook else {
            return Ok(());
        };
        if request.version() == TokenVersion::V005 {
            cut(request, request.lifetime.unwrap_or(Lifetime::MAX)); // without a lifetime, a key would never expire
        }
        // Most servers have none: their requests need no room for it.
        Box::pin(hook.ask(caller, request, now)).await
    }

    /// Returns whether the caller gets 006 tokens, whose holder can alter channel and uid.
    fn allows_006(&self, caller: &Caller) -> bool {
        self.allows_restricted_006 || !self.restricts(caller)
    }

    fn limit(
        &self,
        caller: &Caller,
        request: &TokenRequest,
        service: ServiceKind,
        channel: Option<&ChannelName>,
    ) -> Result<(), Refusal> {
        let Limits {
            channels,
            services,
            wildcard,
            ..
        } = &self.limits;
        if services
            .as_ref()
            .is_some_and(|known| !known.contains(&service))
        {
            let service = service.name();
            return Err(Refusal::ClosedService { service });
        }
        let Some(channel) = channel else {
            return Ok(());
        };
        if channel.is_wildcard() {
            let has_right = match caller {
                Caller::Anonymous => true,
                Caller::Key(key) => key.may_wildcard(),
                Caller::User(user) => user.may_wildcard(),
            };
            return match (&request.subject, service, wildcard, has_right) {
                (Subject::V007(_), ServiceKind::Rtc, true, true) => Ok(()),
                (Subject::V007(_), ServiceKind::Rtc, true, false) => Err(Refusal::WildcardRight),
                (Subject::V007(_), ServiceKind::Rtc, false, _) => Err(Refusal::Wildcard),
                _ => Err(Refusal::WildcardOutOfPlace),
            };
        }
        if channels
            .as_ref()
            .is_some_and(|patterns| !patterns.match_one(channel.as_str()))
        {
            let channel = Excerpt::of(channel.as_str());
            return Err(Refusal::ClosedChannel { channel });
        }
        Ok(())
    }
}

/// Rejects RTM logins for user "0", which clients send when they set no user. Runs after the user's own ID was filled in.
fn refuse_signaling_zero(request: &TokenRequest) -> Result<(), Refusal> {
    let is_zero = |user: &UserId| user.as_str() == "0";
    let has_zero = match &request.subject {
        Subject::V006Rtm { user_id } => is_zero(user_id),
        Subject::V007(services) => services.iter().any(|service| match &service.target {
            Target::Rtm { user_id } => user_id.as_ref().is_some_and(is_zero),
            Target::Rtm2 { user_id, .. } => is_zero(user_id),
            _ => false,
        }),
        Subject::V005 { .. } | Subject::V006Rtc { .. } => false,
    };
    if has_zero {
        Err(Refusal::SignalingZero)
    } else {
        Ok(())
    }
}

/// Looks at each service of a request, and its channel if it has one.
fn each(
    request: &TokenRequest,
    mut look: impl FnMut(ServiceKind, Option<&ChannelName>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    match &request.subject {
        Subject::V005 { channel, .. } => look(ServiceKind::Rtc, Some(channel)),
        Subject::V006Rtc {
            channel, grants, ..
        } => {
            look(ServiceKind::Rtc, Some(channel))?;
            if grants.have(Privilege::RTM_LOGIN) {
                look(ServiceKind::Rtm, None)?;
            }
            Ok(())
        }
        Subject::V006Rtm { .. } => look(ServiceKind::Rtm, None),
        Subject::V007(services) => services.iter().try_for_each(|service| {
            let channel = match &service.target {
                Target::Rtc { channel, .. }
                | Target::Streaming { channel, .. }
                | Target::Fcdn { channel, .. }
                | Target::ApaasRoomUser { room: channel, .. } => Some(channel),
                Target::Rtm { .. }
                | Target::Fpa
                | Target::Chat { .. }
                | Target::ApaasUser { .. }
                | Target::ApaasApp
                | Target::Rtm2 { .. }
                | Target::ConvoAi
                | Target::Stt => None,
            };
            look(service.target.kind(), channel)
        }),
    }
}

/// Lets nothing of a request last longer than this; what has no end gets one.
pub(super) fn cut(request: &mut TokenRequest, longest: Lifetime) {
    request.lifetime = Some(request.lifetime.unwrap_or(longest).min(longest));
    let grants = match &mut request.subject {
        Subject::V006Rtc { grants, .. } => std::slice::from_mut(grants),
        // A privilege of a 007 token does not outlive it; the others have none with a lifetime of its own.
        Subject::V005 { .. } | Subject::V006Rtm { .. } | Subject::V007(_) => &mut [],
    };
    for grants in grants {
        *grants = grants
            .iter()
            .map(|(privilege, own)| (privilege, own.map(|own| own.min(longest))))
            .collect();
    }
}
