//! Several services in one token, as Agora's builders make them.

use md5::{Digest, Md5};

use super::error::Problem;
use super::fields::{self, Read};
use super::service::WithRtm;
use crate::issuer::request::{Grants, ServiceRequest, Target};
use crate::token::{Role, ServiceKind, Uid, UserId, hex};

/// RTC and RTM, as `buildTokenWithRtm`, for a publisher unless another role is named.
pub(super) fn rtc_with_rtm(written: WithRtm) -> Read<Vec<ServiceRequest>> {
    let WithRtm {
        channel,
        uid,
        account,
        role,
        user_id,
    } = written;
    if user_id.is_some() && uid.is_none() && account.is_none() {
        // RTC would be for any user, although the request names one.
        let because = "user_id is for signaling alone; uid 0 stands for any user";
        return Err(Problem::Missing { because }.at("uid"));
    }
    let uid = fields::user(uid, account)?;
    let user_id = match (user_id, &uid) {
        (Some(user_id), _) => fields::user_id("user_id", user_id)?,
        (None, Uid::Any) => {
            let because = "who logs in to signaling is the user_id, or else the uid or account";
            return Err(Problem::Missing { because }.at("user_id"));
        }
        (None, uid) => fields::user_id("user_id", uid.signed().to_string())?,
    };
    let grants = match role {
        None => Grants::of_role(Role::Publisher),
        Some(role) => fields::role(&role, ServiceKind::Rtc.privileges())?,
    };
    let target = Target::Rtc {
        channel: fields::channel("channel", channel)?,
        uid,
    };
    Ok(vec![
        ServiceRequest { target, grants },
        Target::Rtm {
            user_id: Some(user_id),
        }
        .as_usual(),
    ])
}

/// A classroom's user, as `buildRoomUserToken`: APaaS, RTM, and Chat for the MD5 of the user.
pub(super) fn education_room_user(
    room: String,
    user: String,
    role: i16,
) -> Read<Vec<ServiceRequest>> {
    let room = fields::one_channel("room", room)?;
    let user = fields::user_id("user", user)?;
    let chat = classroom_chat_user(user.as_str());
    let room_user = Target::ApaasRoomUser {
        room,
        user: user.clone(),
        role,
    };
    Ok([
        room_user,
        Target::Rtm {
            user_id: Some(user),
        },
        Target::Chat {
            user_id: Some(chat),
        },
    ]
    .map(Target::as_usual)
    .into())
}

/// Under which name a classroom's user is in chat: the MD5 of its own, in hexadecimal.
#[must_use]
pub fn classroom_chat_user(user: &str) -> UserId {
    let digits = Md5::digest(user).into_iter().flat_map(hex::digits);
    let digits: String = digits.map(char::from).collect();
    UserId::new(digits).expect("32 hexadecimal digits")
}
