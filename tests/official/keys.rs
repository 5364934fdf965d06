//! A random project, and what its certificates must say of a token.

use agora_token_server::token::{
    AppCertificate, Binding, Project, SignedBy, UnverifiedToken, VerifyError,
};
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::random::hex;

/// An App ID, the certificate that signs, and one that signs nothing.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) app_id: String,
    certificate: String,
    stranger: String,
}

impl Keys {
    pub(crate) fn random(rng: &mut StdRng) -> Self {
        Self {
            app_id: hex(rng),
            certificate: hex(rng),
            stranger: hex(rng),
        }
    }

    pub(crate) fn project(&self) -> Project {
        self.project_with(&self.certificate)
    }

    fn project_with(&self, certificate: &str) -> Project {
        Project::new(
            self.app_id.parse().expect("hexadecimal"),
            certificate.parse().expect("hexadecimal"),
        )
    }

    /// The part of a request that every format has.
    pub(crate) fn request(&self) -> Value {
        json!({
            "app_id": self.app_id,
            "app_certificate": self.certificate,
            "strange_certificate": self.stranger,
        })
    }

    /// Reads a token that Agora's package made, and checks it with each certificate.
    pub(crate) fn read_verified(
        &self,
        token: &str,
        binding: Option<Binding<'_>>,
    ) -> UnverifiedToken {
        let read = UnverifiedToken::parse(token).unwrap_or_else(|error| panic!("{error}: {token}"));
        let signed_by = |project: &Project| {
            read.verify(project, binding)
                .map(|verified| verified.signed_by())
        };
        assert_eq!(signed_by(&self.project()), Ok(SignedBy::Primary));
        let mut changing = self.project_with(&self.stranger);
        assert_eq!(signed_by(&changing), Err(VerifyError::Signature));
        let certificate: AppCertificate = self.certificate.parse().expect("hexadecimal");
        changing.secondary = Some(certificate);
        assert_eq!(signed_by(&changing), Ok(SignedBy::Secondary));
        read
    }
}

/// The token of an answer.
pub(crate) fn token(answer: &Value) -> &str {
    answer["token"].as_str().expect("the worker made a token")
}
