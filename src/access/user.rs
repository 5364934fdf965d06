//! What an end user may have: tokens for itself, as far as its JWT says.

use super::error::Refusal;
use super::rank::{Rank, TEACH};
use crate::config::ChannelPatterns;
use crate::issuer::written::classroom_chat_user;
use crate::issuer::{ServiceRequest, Subject, Target, TokenRequest};
use crate::token::{ChannelName, Excerpt, Lifetime, Privilege, ServiceKind, Uid, UserId};

/// An end user, as its JWT describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub(super) uid: Uid,
    /// The uid's text.
    pub(super) name: String,
    pub(super) channels: Channels,
    pub(super) rank: Rank,
    pub(super) lifetime: Option<Lifetime>,
}

/// The channels that a user may join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Channels {
    /// Those that its JWT names.
    Claimed(ChannelPatterns),
    /// Those of everyone whose JWT names none.
    Default(ChannelPatterns),
    /// None: there is no claim of this name, and no default.
    Nowhere { claim: String },
}

impl User {
    /// The uid or user account.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it may have tokens for all channels at once: what is said of it alone, not of everyone.
    pub(super) fn may_wildcard(&self) -> bool {
        matches!(&self.channels, Channels::Claimed(patterns) if patterns.have_every_channel())
    }

    /// Makes a request one for this user; what it does not say is filled in.
    ///
    /// # Errors
    ///
    /// When it is for someone else, or for more than the user may have.
    pub(super) fn bind(&self, request: &mut TokenRequest) -> Result<(), Refusal> {
        match &mut request.subject {
            Subject::V005 { kind, channel, uid } => {
                self.join(channel)?;
                let Uid::Number(own) = &self.uid else {
                    return Err(Refusal::NoAccounts);
                };
                if *uid != 0 && *uid != own.get() {
                    return Err(self.is_not(&uid.to_string()));
                }
                *uid = own.get();
                if self.rank < Rank::of_key(*kind) {
                    return Err(self.rank.may_not(kind.name()));
                }
                Ok(())
            }
            Subject::V006Rtc {
                channel,
                uid,
                grants,
            } => {
                self.join_as(channel, uid)?;
                match self.rank.lacks(ServiceKind::Rtc, grants) {
                    Some(privilege) => Err(self.rank.may_not(privilege.name())),
                    None => Ok(()),
                }
            }
            Subject::V006Rtm { user_id } => self.log_in(user_id),
            Subject::V007(services) => {
                let mut targets = services.iter().map(|service| &service.target);
                let is_in_channel = targets.any(|target| matches!(target, Target::Rtc { .. }));
                services
                    .iter_mut()
                    .try_for_each(|service| self.bind_service(service, is_in_channel))
            }
        }
    }

    /// `is_in_channel` says whether RTC stands beside it: in a channel, for a user.
    fn bind_service(
        &self,
        service: &mut ServiceRequest,
        is_in_channel: bool,
    ) -> Result<(), Refusal> {
        let ServiceRequest { target, grants } = service;
        let kind = target.kind();
        match target {
            Target::Rtc { channel, uid: user }
            | Target::Streaming {
                channel,
                account: user,
            }
            | Target::Fcdn {
                channel,
                account: user,
            } => self.join_as(channel, user)?,
            Target::Rtm { user_id } => self.log_in(user_id)?,
            Target::Rtm2 {
                user_id,
                permissions,
            } => {
                self.is(user_id)?;
                // No claim says which names a user may read and write.
                if permissions.iter().next().is_some() {
                    return Err(not_for_users("a list of permissions of rtm2"));
                }
            }
            Target::Chat { user_id } => {
                let Some(user_id) = user_id else {
                    return Err(not_for_users("a chat token without a user"));
                };
                self.is_in_chat(user_id)?;
            }
            Target::ApaasRoomUser { room, user, role } => {
                self.join(room)?;
                self.is(user)?;
                if !self.rank.has_classroom_role(*role) {
                    return Err(self.rank.may_not(TEACH));
                }
            }
            Target::ApaasUser { user } => self.is(user)?,
            Target::ApaasApp => return Err(not_for_users("a classroom token without a user")),
            // They name nobody: alone they would be the same for every user, whatever it may join.
            Target::Fpa | Target::ConvoAi | Target::Stt if is_in_channel => {}
            Target::Fpa => return Err(not_for_users("fpa without rtc")),
            Target::ConvoAi => return Err(not_for_users("convo_ai without rtc")),
            Target::Stt => return Err(not_for_users("stt without rtc")),
        }
        for (privilege, _) in grants.iter() {
            let is_for_servers = match kind {
                ServiceKind::Chat => privilege == Privilege::CHAT_APP,
                ServiceKind::Apaas => privilege == Privilege::APAAS_APP,
                _ => false,
            };
            if is_for_servers {
                return Err(not_for_users("the privilege app"));
            }
        }
        match self.rank.lacks(kind, grants) {
            Some(privilege) => Err(self.rank.may_not(privilege.name())),
            None => Ok(()),
        }
    }

    fn join_as(&self, channel: &ChannelName, user: &mut Uid) -> Result<(), Refusal> {
        self.join(channel)?;
        if *user == Uid::Any {
            *user = self.uid.clone();
        }
        if *user.signed() == self.name {
            Ok(())
        } else {
            Err(self.is_not(&user.signed()))
        }
    }

    fn join(&self, channel: &ChannelName) -> Result<(), Refusal> {
        let patterns = match &self.channels {
            Channels::Claimed(patterns) | Channels::Default(patterns) => patterns,
            Channels::Nowhere { claim } => {
                let claim = claim.clone();
                return Err(Refusal::NoChannels { claim });
            }
        };
        if patterns.match_one(channel.as_str()) {
            Ok(())
        } else {
            Err(Refusal::Channel {
                channel: Excerpt::of(channel.as_str()),
            })
        }
    }

    /// A 0 is nobody's name: clients send it to signaling, too, when they leave the user open.
    fn log_in(&self, user: &mut UserId) -> Result<(), Refusal> {
        if user.as_str() == "0"
            && let Ok(own) = UserId::new(self.name.as_str())
        {
            *user = own;
        }
        self.is(user)
    }

    fn is(&self, user: &UserId) -> Result<(), Refusal> {
        if user.as_str() == self.name {
            Ok(())
        } else {
            Err(self.is_not(user.as_str()))
        }
    }

    /// A classroom's user is in chat under another name, which follows from its own.
    fn is_in_chat(&self, user: &UserId) -> Result<(), Refusal> {
        if *user == classroom_chat_user(&self.name) {
            Ok(())
        } else {
            self.is(user)
        }
    }

    fn is_not(&self, other: &str) -> Refusal {
        Refusal::AnotherUser {
            found: Excerpt::of(other),
            caller: Excerpt::of(&self.name),
        }
    }
}

const fn not_for_users(what: &'static str) -> Refusal {
    Refusal::NotForUsers { what }
}
