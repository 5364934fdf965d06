//! JSON schemas: of the code's types, and of an example.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// Schemas by the names of their types.
pub(super) type Schemas = BTreeMap<String, Value>;

/// A reference to the schema of a type, which is put among the others with all that it refers to.
pub(super) fn of_type<T: ToSchema>(schemas: &mut Schemas) -> Value {
    let mut found = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut found);
    let derived = found.into_iter().map(|(name, schema)| {
        let mut schema = serde_json::to_value(schema).expect("a schema is JSON");
        tidy(&mut schema);
        (name, schema)
    });
    let derived: Schemas = derived.collect();
    let whole = derived
        .iter()
        .map(|(name, schema)| (name.clone(), with_whole_variants(schema, &derived)));
    let whole: Schemas = whole.collect();
    let text = json!(whole).to_string();
    let is_needed = |name: &str| name == T::name() || text.contains(&format!("\"{PREFIX}{name}\""));
    schemas.extend(whole.into_iter().filter(|(name, _)| is_needed(name)));
    json!({ "$ref": format!("{PREFIX}{}", T::name()) })
}

const PREFIX: &str = "#/components/schemas/";

/// The schema of everything that has the form of an example.
pub(super) fn of_example(example: &Value) -> Value {
    match example {
        Value::Null => json!({ "type": "null" }),
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Number(_) => json!({ "type": "integer" }),
        Value::String(_) => json!({ "type": "string" }),
        Value::Array(entries) => {
            json!({ "type": "array", "items": entries.first().map(of_example) })
        }
        Value::Object(fields) => {
            let properties: BTreeMap<&String, Value> = fields
                .iter()
                .map(|(name, field)| (name, of_example(field)))
                .collect();
            let required: Vec<&String> = fields.keys().collect();
            json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
        }
    }
}

/// Says what the derived schema leaves open or says wrongly: which numbers an integer can be, and that a value may match
/// two variants of an untagged enum.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Array(schemas) => schemas.iter_mut().for_each(tidy),
        Value::Object(keywords) => {
            keywords.remove("propertyNames"); // names are always texts
            if let Some(variants) = keywords.remove("oneOf") {
                keywords.insert("anyOf".to_owned(), variants);
            }
            if let Some((least, most)) =
                keywords.remove("format").and_then(|format| bounds(&format))
            {
                keywords.entry("minimum").or_insert(least.into());
                keywords.entry("maximum").or_insert(most.into());
            }
            keywords.values_mut().for_each(tidy);
        }
        _ => {}
    }
}

/// The numbers of a derived format, of which not all names are registered ones.
fn bounds(format: &Value) -> Option<(i64, i64)> {
    match format.as_str()? {
        "int16" => Some((i16::MIN.into(), i16::MAX.into())),
        "u-int16" => Some((0, u16::MAX.into())),
        "u-int32" => Some((0, u32::MAX.into())),
        _ => None,
    }
}

/// A schema whose variants each have their tag among their fields, and no others. Derived, a variant with a type's
/// fields is that type's schema and another one with the tag: as neither allows unknown fields, nothing would match.
fn with_whole_variants(schema: &Value, schemas: &Schemas) -> Value {
    let mut whole = schema.clone();
    let variants = whole.get_mut("anyOf").and_then(Value::as_array_mut);
    for variant in variants.into_iter().flatten() {
        if let Some(parts) = variant["allOf"].as_array() {
            *variant = merged(&variant["description"], parts, schemas);
        } else if variant["type"] == "object" && variant.get("properties").is_some() {
            variant["additionalProperties"] = json!(false);
        }
    }
    whole
}

fn merged(description: &Value, parts: &[Value], schemas: &Schemas) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for part in parts {
        let name = part["$ref"]
            .as_str()
            .and_then(|name| name.strip_prefix(PREFIX));
        let part = name.map_or(part, |name| &schemas[name]);
        properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
        required.extend(part["required"].as_array().cloned().unwrap_or_default());
    }
    json!({
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}
