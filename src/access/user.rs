//! What an end user may have: tokens for itself, as far as its JWT says.

use super::error::{Refusal, Unauthenticated};
use super::rank::{Rank, TEACH, for_servers, is_for_servers};
use crate::config::ChannelPatterns;
use crate::issuer::written::classroom_chat_user;
use crate::issuer::{Grants, ServiceRequest, Subject, Target, TokenRequest};
use crate::token::{ChannelName, Excerpt, Lifetime, Privilege, ServiceKind, Uid, UnixTime, UserId};

/// An end user, as its JWT describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub(super) uid: Uid,
    /// The uid's text.
    pub(super) name: String,
    pub(super) channels: Channels,
    pub(super) rank: Rank,
    /// The longest lifetime that its JWT allows.
    pub(super) max_lifetime: Option<Lifetime>,
    /// The time at which its tokens expire at the latest.
    pub(super) expiry: Option<UnixTime>,
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

    /// Returns the longest lifetime of a token issued at `now`, which is never unlimited: that of the JWT, or else
    /// `limit`, the server's own, or else an hour.
    ///
    /// # Errors
    ///
    /// When tokens expire with the JWT, and the JWT has expired since it was verified.
    pub(super) fn max_lifetime(
        &self,
        limit: Option<Lifetime>,
        now: UnixTime,
    ) -> Result<Lifetime, Refusal> {
        let longest = self.max_lifetime.or(limit).unwrap_or(Lifetime::HOUR);
        let Some(expiry) = self.expiry else {
            return Ok(longest);
        };
        let left = Lifetime::between(now, expiry).ok_or(Unauthenticated::Expired)?;
        Ok(longest.min(left))
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
                // Signaling takes the channel's text for the user ID.
                if grants.have(Privilege::RTM_LOGIN) {
                    return Err(not_for_users(
                        "the privilege rtm_login in a 006 token for a channel",
                    ));
                }
                self.may_do(ServiceKind::Rtc, grants)
            }
            Subject::V006Rtm { user_id } => {
                self.fill_in(user_id);
                self.is(user_id)
            }
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
        self.bind_target(target, is_in_channel)?;
        if let Some(what) = for_servers(target) {
            return Err(not_for_users(what));
        }
        let kind = target.kind();
        let mut privileges = grants.iter().map(|(privilege, _)| privilege);
        if privileges.any(|privilege| is_for_servers(kind, privilege)) {
            return Err(not_for_users("the privilege app"));
        }
        self.may_do(kind, grants)
    }

    /// Says whether the names of a service are the user's, and fills in what is open.
    fn bind_target(&self, target: &mut Target, is_in_channel: bool) -> Result<(), Refusal> {
        match target {
            Target::Rtc { channel, uid: user }
            | Target::Streaming {
                channel,
                account: user,
            }
            | Target::Fcdn {
                channel,
                account: user,
            } => self.join_as(channel, user),
            Target::Rtm { user_id } => self.log_in(user_id),
            Target::Rtm2 { user_id, .. } => self.is(user_id),
            Target::Chat {
                user_id: Some(user_id),
            } => self.check_chat_user(user_id),
            Target::ApaasRoomUser { room, user, role } => {
                self.join(room)?;
                self.is(user)?;
                if self.rank.has_classroom_role(*role) {
                    Ok(())
                } else {
                    Err(self.rank.may_not(TEACH))
                }
            }
            Target::ApaasUser { user } => self.is(user),
            // Without a user they are for servers, which is looked at next.
            Target::ApaasApp | Target::Chat { user_id: None } => Ok(()),
            // They name nobody: alone they would be the same for every user, whatever it may join.
            Target::Fpa | Target::ConvoAi | Target::Stt if is_in_channel => Ok(()),
            Target::Fpa => Err(not_for_users("fpa without rtc")),
            Target::ConvoAi => Err(not_for_users("convo_ai without rtc")),
            Target::Stt => Err(not_for_users("stt without rtc")),
        }
    }

    fn may_do(&self, service: ServiceKind, grants: &Grants) -> Result<(), Refusal> {
        match self.rank.lacks(service, grants) {
            Some(privilege) => Err(self.rank.may_not(privilege.name())),
            None => Ok(()),
        }
    }

    fn join_as(&self, channel: &ChannelName, user: &mut Uid) -> Result<(), Refusal> {
        self.join(channel)?;
        match (&*user, &self.uid) {
            (Uid::AnyNumber, Uid::Account(account)) => {
                let caller = Excerpt::of(account.as_str());
                return Err(Refusal::NumericUid { caller });
            }
            (Uid::Any | Uid::AnyNumber, own) => *user = own.clone(),
            (Uid::Number(_) | Uid::Account(_), _) => {}
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

    fn log_in(&self, user: &mut Option<UserId>) -> Result<(), Refusal> {
        match user {
            Some(user) => {
                self.fill_in(user);
                self.is(user)
            }
            None => match UserId::new(self.name.as_str()) {
                Ok(own) => {
                    *user = Some(own);
                    Ok(())
                }
                // A user account may be longer than an ID in signaling.
                Err(_) => Err(self.is_not("0")),
            },
        }
    }

    /// A 0 is nobody's name: clients send it to signaling, too, when they leave the user open.
    fn fill_in(&self, user: &mut UserId) {
        if user.as_str() == "0"
            && let Ok(own) = UserId::new(self.name.as_str())
        {
            *user = own;
        }
    }

    fn is(&self, user: &UserId) -> Result<(), Refusal> {
        if user.as_str() == self.name {
            Ok(())
        } else {
            Err(self.is_not(user.as_str()))
        }
    }

    /// Checks a Chat user ID. A classroom uses the MD5 of a user's account as its Chat user name, so an account that looks
    /// like an MD5 could be another user's Chat user name and is rejected. Chat user names are case-insensitive.
    fn check_chat_user(&self, user: &UserId) -> Result<(), Refusal> {
        if *user == classroom_chat_user(&self.name) {
            return Ok(());
        }
        self.is(user)?;
        if looks_like_md5(&self.name) {
            let found = Excerpt::of(user.as_str());
            return Err(Refusal::AmbiguousChatName { found });
        }
        Ok(())
    }

    fn is_not(&self, other: &str) -> Refusal {
        Refusal::AnotherUser {
            found: Excerpt::of(other),
            caller: Excerpt::of(&self.name),
        }
    }
}

/// Returns whether a name has the form of a classroom user's Chat user name, in lower or upper case.
fn looks_like_md5(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

const fn not_for_users(what: &'static str) -> Refusal {
    Refusal::NotForUsers { what }
}
