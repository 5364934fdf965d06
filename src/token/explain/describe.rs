//! What a token says, as the report has it.

use super::super::parsed::UnverifiedToken;
use super::super::service::{Permission, Resource, Scope, ServiceKind};
use super::super::wire::Text;
use super::super::{v005, v006};
use super::ExpectedUid;
use super::grant::Grant;
use super::report::{Field, Report, ReportedPermission, ReportedPrivilege, ReportedService};
use super::subject::Subject;

impl Subject<'_> {
    /// What the token says, without findings.
    pub(super) fn report(&self) -> Report {
        let unknown = self.unknown.map(|number| ReportedService {
            number: Some(number),
            name: None,
            fields: Vec::new(),
            privileges: Vec::new(),
        });
        let known = self.grants.iter().map(|grant| self.reported(grant));
        Report {
            version: Some(self.version),
            app_id: self.app_id.map(|app_id| app_id.to_string()),
            issued_at: self.issued_at,
            expires_at: self.ends_at,
            salt: Some(match self.token {
                UnverifiedToken::V005(key) => key.message.salt,
                UnverifiedToken::V006(token) => token.message.salt,
                UnverifiedToken::V007(token) => token.message.salt,
            }),
            signature: self.signature,
            services: known.chain(unknown).collect(),
            findings: Vec::new(),
        }
    }

    fn reported(&self, grant: &Grant<'_>) -> ReportedService {
        let (number, name, fields) = match (self.token, grant.service) {
            (UnverifiedToken::V005(key), _) => key_fields(key),
            (UnverifiedToken::V006(token), _) => (
                None,
                grant.kind.map(ServiceKind::name),
                self.checksum_fields(token, grant),
            ),
            (UnverifiedToken::V007(_), service) => (
                grant.kind.map(ServiceKind::number),
                grant.kind.map(ServiceKind::name),
                service.map_or_else(Vec::new, |service| scope_fields(&service.scope)),
            ),
        };
        let privileges = grant.privileges.iter().map(|granted| ReportedPrivilege {
            name: granted.shown(),
            ends_at: granted.ends_at,
        });
        ReportedService {
            number,
            name,
            fields,
            privileges: privileges.collect(),
        }
    }

    /// The checksums, and the texts that are known to have them.
    fn checksum_fields(
        &self,
        token: &v006::Unverified,
        grant: &Grant<'_>,
    ) -> Vec<(&'static str, Field)> {
        let mut fields = vec![
            ("channel_crc32", Field::Checksum(token.channel_crc)),
            ("uid_crc32", Field::Checksum(token.uid_crc)),
        ];
        let expected = &self.expected;
        let channel = expected
            .channel
            .clone()
            .filter(|channel| grant.channel.and_then(|name| name.is(channel)) == Some(true));
        let uid = expected.uid.as_ref().map(ExpectedUid::signed);
        let uid = uid.filter(|uid| grant.user.and_then(|name| name.is(uid)) == Some(true));
        let user = if grant.channel.is_some() {
            "uid"
        } else {
            "user_id"
        };
        fields.extend(channel.map(|channel| ("channel", Field::Text(channel))));
        fields.extend(uid.map(|uid| (user, Field::Text(uid))));
        fields
    }
}

type Described = (
    Option<u16>,
    Option<&'static str>,
    Vec<(&'static str, Field)>,
);

fn key_fields(key: &v005::Unverified) -> Described {
    let upload = key.message.kind().and_then(v005::KeyKind::upload);
    let upload = upload.map(|upload| ("upload", Field::Text(upload.name().to_owned())));
    (
        Some(key.message.kind),
        key.message.kind().map(v005::KeyKind::name),
        upload.into_iter().collect(),
    )
}

fn scope_fields(scope: &Scope) -> Vec<(&'static str, Field)> {
    let text = |text: &Text| Field::Text(text.as_str().to_owned());
    match scope {
        Scope::Rtc { channel, uid } => vec![("channel", text(channel)), ("uid", text(uid))],
        Scope::Streaming { channel, account } | Scope::Fcdn { channel, account } => {
            vec![("channel", text(channel)), ("account", text(account))]
        }
        Scope::Rtm { user_id } | Scope::Chat { user_id } => vec![("user_id", text(user_id))],
        Scope::Apaas { room, user, role } => vec![
            ("room", text(room)),
            ("user", text(user)),
            ("role", Field::Number(*role)),
        ],
        Scope::Rtm2 {
            user_id,
            permissions,
        } => {
            let named =
                permissions
                    .iter()
                    .map(|(resource, permission, names)| ReportedPermission {
                        resource: Resource::ALL
                            .get(usize::from(resource))
                            .map_or_else(|| resource.to_string(), |known| known.name().to_owned()),
                        permission: Permission::ALL.get(usize::from(permission)).map_or_else(
                            || permission.to_string(),
                            |known| known.name().to_owned(),
                        ),
                        names: names.map(str::to_owned).collect(),
                    });
            vec![
                ("user_id", text(user_id)),
                ("permissions", Field::Permissions(named.collect())),
            ]
        }
        Scope::Fpa | Scope::ConvoAi | Scope::Stt => Vec::new(),
    }
}
