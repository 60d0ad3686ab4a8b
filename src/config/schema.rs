//! The JSON Schema of the config, for editors.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::file::ConfigFile;
use super::node::{Kind, Node};
use super::presets;
use crate::rules::RULES;
use crate::source::FileId;

/// The JSON Schema of `schemalint.json`, draft 2020-12.
pub fn json_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(Tidy);
    let mut schema = settings.into_generator().into_root_schema_for::<ConfigFile>().to_value();
    if let Ok(defaults) = Node::parse(FileId(0), presets::DEFAULT) {
        let root = schema.clone();
        add_defaults(&mut schema, &root, &mut Vec::new(), &defaults);
    }
    if let Some(items) = schema.pointer_mut("/properties/extends/items") {
        let presets = presets::names();
        *items = json!({ "anyOf": [{ "enum": presets }, { "type": "string", "pattern": "^[./]" }] });
    }
    schema
}

/// The shape of `rules`: every rule by name.
pub(super) fn rules(generator: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    for entry in RULES {
        let head = match entry.meta.always_on {
            true => generator.subschema_for::<Head<true>>(),
            false => generator.subschema_for::<Head<false>>(),
        };
        let options = (entry.schema)(generator);
        let rule = json!({
            "description": entry.meta.summary,
            "anyOf": [head, { "type": "array", "prefixItems": [head, options], "minItems": 1, "maxItems": 2 }],
        });
        properties.insert(entry.meta.name.to_string(), rule);
    }
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// A level, or levels by partition; house-keeping cannot be off.
struct Head<const ALWAYS_ON: bool>;

impl<const ALWAYS_ON: bool> JsonSchema for Head<ALWAYS_ON> {
    fn schema_name() -> Cow<'static, str> {
        if ALWAYS_ON { "AlwaysOn".into() } else { "Level".into() }
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let levels = &["off", "warn", "error"][usize::from(ALWAYS_ON)..];
        json_schema!({ "anyOf": [
            { "enum": levels },
            { "description": "By partition of `boundaries`; `*` is every other.",
              "type": "object", "additionalProperties": { "enum": levels } },
        ] })
    }
}

/// A key that may be left out may not be null, whatever `Option` says; descriptions are one line each, and
/// `uint` is no format of the standard.
#[derive(Debug, Clone)]
struct Tidy;

impl Transform for Tidy {
    fn transform(&mut self, schema: &mut Schema) {
        if schema.get("default") == Some(&Value::Null) {
            schema.remove("default");
        }
        schema.remove("format");
        if let Some(Value::String(text)) = schema.get_mut("description") {
            *text = text.replace('\n', " ");
        }
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|name| name != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                schema.insert("type".to_string(), only);
            }
        }
        let null = json!({ "type": "null" });
        if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
            let before = choices.len();
            choices.retain(|choice| *choice != null);
            if let ([Value::Object(only)], true) = (choices.as_slice(), choices.len() < before) {
                let only = only.clone();
                schema.remove("anyOf");
                for (key, value) in only {
                    schema.ensure_object().entry(key).or_insert(value);
                }
            }
        }
        transform_subschemas(self, schema);
    }
}

/// Writes the defaults to the properties that have one.
fn add_defaults(schema: &mut Value, root: &Value, path: &mut Vec<String>, defaults: &Node) {
    for member in defaults.members().unwrap_or_default() {
        path.push(member.key.clone());
        match &member.value.kind {
            Kind::Object(_) => add_defaults(schema, root, path, &member.value),
            _ => {
                if let Some(property) = pointer_of(root, path).and_then(|at| schema.pointer_mut(&at)) {
                    property["default"] = plain(&member.value);
                }
            }
        }
        path.pop();
    }
}

/// Where the property of a path stands in the schema: references are followed.
fn pointer_of(root: &Value, path: &[String]) -> Option<String> {
    let mut at = String::new();
    for key in path {
        if let Some(target) = root.pointer(&at)?.get("$ref").and_then(Value::as_str) {
            at = target.strip_prefix('#')?.to_string();
        }
        at = format!("{at}/properties/{key}");
    }
    root.pointer(&at).map(|_| at)
}

/// A node as JSON.
pub(super) fn plain(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Bool(value) => Value::Bool(*value),
        Kind::Number(number) => Value::Number(number.clone()),
        Kind::Text(text) => Value::String(text.clone()),
        Kind::List(items) => items.iter().map(plain).collect(),
        Kind::Object(members) => {
            Value::Object(members.iter().map(|member| (member.key.clone(), plain(&member.value))).collect())
        }
    }
}
