//! Configs that have a name.

use std::borrow::Cow;
use std::fmt::Write;

use crate::rule::{Entry, Level};

/// The layer below every other.
pub(super) const RECOMMENDED: &str = "recommended";
/// Every rule that needs no configuration, as error.
const STRICT: &str = "strict";

/// What holds when nobody says anything, below the presets.
pub(super) const DEFAULT: &str = include_str!("presets/default.json");

/// The presets that are written down, by name: `("name", include_str!("presets/name.json"))`.
const WRITTEN: &[(&str, &str)] = &[
    ("schema-boundaries", include_str!("presets/schema-boundaries.json")),
    ("domain-files", include_str!("presets/domain-files.json")),
    ("module-links", include_str!("presets/module-links.json")),
    ("declared-dependencies", include_str!("presets/declared-dependencies.json")),
    ("aggregates", include_str!("presets/aggregates.json")),
];

/// The names of all presets.
pub(super) fn names() -> Vec<&'static str> {
    [RECOMMENDED, STRICT].into_iter().chain(WRITTEN.iter().map(|(name, _)| *name)).collect()
}

/// The text of a preset.
pub(super) fn text(name: &str, rules: &[Entry]) -> Option<Cow<'static, str>> {
    match name {
        RECOMMENDED => Some(computed(rules.iter().map(|rule| (rule.meta.name, rule.meta.level)))),
        STRICT => {
            let ready = rules.iter().filter(|rule| !rule.meta.needs_configuration);
            Some(computed(ready.map(|rule| (rule.meta.name, Level::Error))))
        }
        _ => WRITTEN.iter().find(|(known, _)| *known == name).map(|(_, text)| Cow::Borrowed(*text)),
    }
}

fn computed<'r>(levels: impl Iterator<Item = (&'r str, Level)>) -> Cow<'static, str> {
    let mut text = String::from("{\n  \"rules\": {\n");
    for (name, level) in levels {
        let _ = writeln!(text, "    \"{name}\": \"{}\",", level.name());
    }
    text.push_str("  }\n}\n");
    Cow::Owned(text)
}
