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

    pub(super) fn count(&self, subject: &Subject) {
        match subject {
            Subject::V005 { kind, .. } => self.keys[usize::from(kind.number()) - 1].inc(),
            Subject::V006Rtc { .. } => self.v006_rtc.inc(),
            Subject::V006Rtm { .. } => self.v006_rtm.inc(),
            Subject::V007(services) => {
                for service in services {
                    self.services[usize::from(service.target.kind().number()) - 1].inc();
                }
            }
        }
    }
}
