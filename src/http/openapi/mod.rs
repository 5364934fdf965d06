//! The server's description of itself in OpenAPI 3.1, with the schemas of the code's own types.
//!
//! A route is described where it is put into the table: none is forgotten, and what is switched off is not described.
//! What an error looks like is asked of the code that answers it to a client.

pub(super) mod examples;
pub(super) mod field;
mod operation;
mod schema;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub(super) use field::Field;
pub(super) use operation::{Access, Operation};

use super::table::ErrorShape;

const ABOUT: &str = "\
The server that hands Agora clients the tokens with which they join a channel or log in: an API of its own under \
`/v1/tokens`, and the URLs of other token servers, answered as their clients expect.

- Every path but this document's is answered with and without a slash at its end, and `HEAD` like `GET`.
- An unknown path is a 404, and another method than those listed a 405 with `Allow`, in the same form as the path's \
other errors.
- In the URLs of other servers the letter case of names does not matter, an empty value counts as not given, and \
unknown names are ignored. Under `/v1/tokens` they are refused.
- CORS headers stand on every answer, and preflights are answered for every header.
- An `X-Request-Id` of 1 to 128 letters, digits and `+-./:=@_` stands in the answer too.
- A request body is read up to 16 KiB, also where none is wanted.
- Where tokens are made or looked at, a client may be told to wait: 429 with `Retry-After`.";

/// The name of URLs that belong together, and what to know about them.
pub(super) type Section = (&'static str, &'static str);

/// What the document will say, in the table's order.
#[derive(Debug, Default)]
pub(super) struct Outline(Vec<Entry>);

#[derive(Debug)]
enum Entry {
    Section(Section),
    Url {
        pattern: &'static str,
        errors: ErrorShape,
        operations: fn() -> Vec<Operation>,
    },
}

impl Outline {
    /// What is described from now on belongs together under this name.
    pub(super) fn begin(&mut self, section: Section) {
        self.0.push(Entry::Section(section));
    }

    /// Adds what a URL does, whose errors have this shape.
    pub(super) fn add(
        &mut self,
        pattern: &'static str,
        errors: ErrorShape,
        operations: fn() -> Vec<Operation>,
    ) {
        self.0.push(Entry::Url {
            pattern,
            errors,
            operations,
        });
    }

    /// The document's text, of a server that wants to know its callers or not.
    pub(super) fn write(&self, is_guarded: bool) -> String {
        let mut document = Document {
            is_guarded,
            ..Document::default()
        };
        for entry in &self.0 {
            match entry {
                Entry::Section(section) => document.sections.push(*section),
                Entry::Url {
                    pattern,
                    errors,
                    operations,
                } => {
                    for operation in operations() {
                        document.add(pattern, *errors, operation);
                    }
                }
            }
        }
        document.finish()
    }
}

/// The document while it grows.
#[derive(Debug, Default)]
struct Document {
    is_guarded: bool,
    /// Name and description, in the order in which they are shown.
    sections: Vec<Section>,
    /// By pattern and method.
    paths: BTreeMap<&'static str, BTreeMap<&'static str, Value>>,
    schemas: schema::Schemas,
}

impl Document {
    /// Adds what a URL does, whose errors have this shape.
    fn add(&mut self, pattern: &'static str, errors: ErrorShape, operation: Operation) {
        let section = self.sections.last().map(|(name, _)| *name);
        let (method, described) =
            operation.describe(self.is_guarded, pattern, section, errors, &mut self.schemas);
        self.paths
            .entry(pattern)
            .or_default()
            .insert(method, described);
    }

    /// The document's text.
    fn finish(self) -> String {
        let tags = self
            .sections
            .iter()
            .map(|(name, about)| json!({ "name": name, "description": about }));
        let mut document = json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Agora token server",
                "version": env!("CARGO_PKG_VERSION"),
                "description": ABOUT,
                "license": { "name": "MIT", "identifier": "MIT" },
            },
            "servers": [{ "url": "/", "description": "This server" }],
            "security": [],
            "tags": tags.collect::<Vec<_>>(),
            "paths": self.paths,
            "components": { "schemas": self.schemas },
        });
        if self.is_guarded {
            document["components"]["securitySchemes"] = json!({
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key of a back end, or the JWT of a user.",
                },
                "key": { "type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same." },
            });
        }
        document.to_string()
    }
}
