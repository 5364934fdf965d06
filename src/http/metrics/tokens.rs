//! What is counted for a token.

use prometheus::{IntCounter, IntCounterVec};

use crate::issuer::Subject;
use crate::token::v005::{KeyKind, Upload};
use crate::token::{ServiceKind, TokenVersion};

/// A counter for each service of each version.
#[derive(Debug)]
pub(super) struct TokenMetrics {
    /// By number, from 1.
    keys: [IntCounter; 4],
    v006_rtc: IntCounter,
    v006_rtm: IntCounter,
    /// By number, from 1.
    services: [IntCounter; ServiceKind::ALL.len()],
}

impl TokenMetrics {
    pub(super) fn new(issued: &IntCounterVec) -> Self {
        let counter =
            |version: TokenVersion, service| issued.with_label_values(&[version.as_str(), service]);
        let keys = [
            KeyKind::MediaChannel,
            KeyKind::Recording,
            KeyKind::PublicSharing,
            KeyKind::InChannelPermission(Upload::Nothing),
        ];
        Self {
            keys: keys.map(|kind| counter(TokenVersion::V005, kind.name())),
            v006_rtc: counter(TokenVersion::V006, ServiceKind::Rtc.name()),
            v006_rtm: counter(TokenVersion::V006, ServiceKind::Rtm.name()),
            services: ServiceKind::ALL.map(|kind| counter(TokenVersion::V007, kind.name())),
        }
    }

    /// Does something with each counter of a token.
    pub(super) fn each(&self, subject: &Subject, mut act: impl FnMut(&IntCounter)) {
        match subject {
            Subject::V005 { kind, .. } => act(&self.keys[usize::from(kind.number()) - 1]),
            Subject::V006Rtc { .. } => act(&self.v006_rtc),
            Subject::V006Rtm { .. } => act(&self.v006_rtm),
            Subject::V007(services) => {
                for service in services {
                    act(&self.services[usize::from(service.target.kind().number()) - 1]);
                }
            }
        }
    }
}
