//! A token of whichever version in one form, together with what is known about it: what the rules look at.

use super::super::app_id::AppId;
use super::super::certificate::Project;
use super::super::parsed::UnverifiedToken;
use super::super::privilege::Privilege;
use super::super::service::ServiceKind;
use super::super::time::Lifetime;
use super::super::version::TokenVersion;
use super::super::{v005, v006, v007};
use super::finding::Finding;
use super::grant::{Grant, Granted, Name, granted};
use super::limit::MAX_SERVICES;
use super::reading::Reading;
use super::report::Signature;
use super::{Expected, Question, identity};

/// Looks for one thing that is worth saying.
pub(super) type Rule = fn(&Subject<'_>) -> Option<Finding>;

/// From this number of seconds on, a time is an absolute one, and below it a relative one: it was reached in 2001, and
/// is 31 years.
pub(super) const FIRST_ABSOLUTE: u32 = 1_000_000_000;

/// A token, and what is known about it.
pub(super) struct Subject<'a> {
    pub(super) token: &'a UnverifiedToken,
    pub(super) version: TokenVersion,
    /// Nothing when it is damaged.
    pub(super) app_id: Option<AppId>,
    pub(super) project: Option<&'a Project>,
    pub(super) expected: &'a Expected,
    pub(super) now: u64,
    pub(super) issued_at: Option<u64>,
    /// When the token ends by its own words.
    pub(super) says_it_ends: Option<u64>,
    /// When it ends at the latest.
    pub(super) ends_at: Option<u64>,
    pub(super) grants: Vec<Grant<'a>>,
    /// The number of the first service that is not known here.
    pub(super) unknown: Option<u16>,
    pub(super) signature: Signature,
}

impl<'a> Subject<'a> {
    pub(super) fn new(reading: &'a Reading, question: &'a Question<'_>) -> Self {
        let token = &reading.token;
        let mut subject = Self {
            token,
            version: token.version(),
            app_id: reading.app_id,
            project: question.project,
            expected: &question.expected,
            now: question.now.seconds().into(),
            issued_at: None,
            says_it_ends: None,
            ends_at: None,
            grants: Vec::new(),
            unknown: None,
            signature: Signature::Unchecked,
        };
        match token {
            UnverifiedToken::V005(key) => subject.take_005(key),
            UnverifiedToken::V006(token) => subject.take_006(token),
            UnverifiedToken::V007(token) => subject.take_007(token),
        }
        subject.signature = identity::check(&subject);
        subject
    }

    fn take_005(&mut self, key: &'a v005::Unverified) {
        let ends_at = match key.message.ends_at.seconds() {
            0 => None,
            end => Some(end.into()),
        };
        self.issued_at = Some(key.message.issued_at.seconds().into());
        (self.says_it_ends, self.ends_at) = (ends_at, ends_at);
        self.grants.push(Grant {
            kind: None,
            channel: Some(Name::Hidden),
            user: Some(Name::Hidden),
            privileges: Vec::new(),
            service: None,
        });
    }

    fn take_006(&mut self, token: &'a v006::Unverified) {
        let ends_at = Some(token.message.ends_at.seconds().into());
        (self.says_it_ends, self.ends_at) = (ends_at, ends_at);
        let privileges = granted(&token.message.privileges, &v006::PRIVILEGES, 0);
        let [channel, user] = [token.channel_crc, token.uid_crc].map(Name::Checksum);
        let is_login = |granted: &Granted| granted.number == Privilege::RTM_LOGIN.number();
        // A signaling login has its account where the channel stands elsewhere.
        let (kind, channel, user) = match privileges.as_slice() {
            [one] if is_login(one) => (ServiceKind::Rtm, None, channel),
            _ => (ServiceKind::Rtc, Some(channel), user),
        };
        self.grants.push(Grant {
            kind: Some(kind),
            channel,
            user: Some(user),
            privileges,
            service: None,
        });
    }

    fn take_007(&mut self, token: &'a v007::Unverified) {
        let message = &token.message;
        let issued_at = u64::from(message.issued_at.seconds());
        let longest = Lifetime::MAX.seconds();
        let says = match message.expire {
            0 => longest,
            seconds => seconds,
        };
        self.issued_at = Some(issued_at);
        self.says_it_ends = Some(issued_at + u64::from(says));
        self.ends_at = Some(issued_at + u64::from(says.min(longest)));
        let known = message.services.known();
        let unknown = message.services.unknown();
        let unknown = unknown.filter(|_| known.len() < MAX_SERVICES);
        self.unknown = unknown.map(|unknown| unknown.kind);
        self.grants = known
            .iter()
            .take(MAX_SERVICES)
            .map(|service| Grant::of(service, issued_at))
            .collect();
    }

    /// Which services the findings about channel and user are about: the expected ones, else those with a channel, else
    /// all.
    pub(super) fn bound(&self) -> Vec<&Grant<'a>> {
        let those = |wanted: &dyn Fn(&Grant<'a>) -> bool| {
            self.grants
                .iter()
                .filter(|grant| wanted(grant))
                .collect::<Vec<_>>()
        };
        let expected = those(&|grant| grant.kind.is_some() && grant.kind == self.expected.service);
        let in_a_channel = those(&|grant| grant.channel.is_some());
        [expected, in_a_channel]
            .into_iter()
            .find(|grants| !grants.is_empty())
            .unwrap_or_else(|| those(&|_| true))
    }

    /// The privileges of all services, each with its name in a sentence.
    pub(super) fn privileges(&self) -> impl Iterator<Item = (&Grant<'a>, String, &Granted)> {
        let is_one_of_many = self.grants.len() > 1;
        self.grants.iter().flat_map(move |grant| {
            grant.privileges.iter().map(move |granted| {
                let name = if is_one_of_many {
                    format!("{} {}", grant.shown(), granted.shown())
                } else {
                    granted.shown()
                };
                (grant, name, granted)
            })
        })
    }

    /// Whether the token ended.
    pub(super) fn is_expired(&self) -> bool {
        self.ends_at.is_some_and(|end| end <= self.now)
    }
}
