//! The text of a config, with its comments.

use serde_json::json;
use std::fmt::Write;

use super::found::{Division, DrizzleConfig, Found};
use crate::output::visible;

/// Where editors find the JSON Schema.
const SCHEMA: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/raw/main/schema.json");
/// Longer lists are cut: the file is to be read.
const MOST: usize = 12;
/// Where comments wrap.
const WIDTH: usize = 110;

/// The config.
pub(super) fn text(found: &Found) -> String {
    let mut out = Text::default();
    out.say(
        0,
        "Written by `schemalint init` from what it found here. Every key may be left out; comments and \
         trailing commas are allowed. What is commented out is a proposal. `schemalint config --print` shows \
         what holds in the end.",
    );
    out.line(0, "{");
    out.line(2, &format!("\"$schema\": {},", json!(SCHEMA)));
    out.gap();
    out.say(
        2,
        "`recommended` is what holds without a config. `strict`, after it or in its place, makes an error of \
         every rule that needs no configuration.",
    );
    presets(&mut out, found);
    projects(&mut out, found);
    boundaries(&mut out, found);
    docs(&mut out, found);
    helpers(&mut out, found);
    rules(&mut out, found);
    out.gap();
    let are = if found.findings.0 == 1 { "There is" } else { "There are" };
    let today = format!("{are} {} today.", findings(found));
    let accept = "`schemalint baseline` accepts what is there, so that only what is new is reported.";
    out.say(2, &if found.findings.0 == 0 { today } else { format!("{today} {accept}") });
    out.line(0, "}");
    out.0
}

/// What is in force, and the presets that it resembles.
fn presets(out: &mut Text, found: &Found) {
    if found.houses.is_empty() {
        return out.line(2, "\"extends\": [\"recommended\"],");
    }
    out.line(2, "\"extends\": [");
    out.line(4, "\"recommended\",");
    for house in &found.houses {
        out.say(4, &format!("This repository resembles `{}`: {}.", house.preset, house.why));
        out.off(4, &format!("\"{}\",", house.preset));
    }
    out.line(2, "],");
}

fn projects(out: &mut Text, found: &Found) {
    out.gap();
    if found.configs.is_empty() {
        return out.say(
            2,
            "No drizzle.config was found by its name: every file that declares tables is read. `files` narrows \
             that.",
        );
    }
    out.say(2, "drizzle.configs are read without running them; `projects` is only for what cannot be read so. Found:");
    for config in found.configs.iter().take(MOST) {
        let DrizzleConfig { path, dialect, line, out: folder, gaps, .. } = config;
        let dialect = dialect.unwrap_or("dialect not known");
        let folder = folder.as_ref().map(|out| {
            let beside = path.rsplit_once('/').and_then(|(folder, _)| out.strip_prefix(folder));
            let inside = beside.and_then(|inside| inside.strip_prefix('/'));
            format!(", `out` is `{}`", visible(inside.unwrap_or(out).trim_end_matches('/')))
        });
        let folder = folder.unwrap_or_default();
        let gaps: String = gaps.iter().map(|gap| format!("; {}", visible(gap))).collect();
        out.say(2, &format!("- `{}`: {dialect}, Drizzle {line}{folder}{gaps}", visible(path)));
    }
    if found.configs.len() > MOST {
        out.say(2, &format!("- and {} more", found.configs.len() - MOST));
    }
    let entries: Vec<String> =
        found.configs.iter().filter_map(|config| config.project.as_ref().map(inline)).collect();
    if !entries.is_empty() {
        out.say(2, "What could not be read of them can be said here. The paths are those of the tables that were found:");
        out.off(2, "\"projects\": [");
        entries.iter().for_each(|entry| out.off(2, &format!("  {entry},")));
        out.off(2, "],");
    }
}

fn boundaries(out: &mut Text, found: &Found) {
    let others = other_divisions(found);
    out.gap();
    if !found.schemas.is_empty() {
        return schemas(out, found, &others);
    }
    out.say(
        2,
        "`boundaries` divides the tables into domains: foreign keys from one to another are reported.",
    );
    others.iter().for_each(|(what, ..)| out.say(2, &format!("{what}.")));
    match &others[..] {
        [] => out.say(
            2,
            "Nothing here divides them by itself. They can be divided by file, folder or package, or by their \
             names.",
        ),
        [(_, _, boundary)] => out.off(2, &format!("\"boundaries\": {boundary},")),
        several => {
            out.off(2, "\"boundaries\": {");
            several
                .iter()
                .for_each(|(_, name, boundary)| out.off(2, &format!("  \"{name}\": {boundary},")));
            out.off(2, "},");
        }
    }
}

/// Divisions that are not by pgSchema: what they are, a name for them, and how the config says them.
fn other_divisions(found: &Found) -> Vec<(String, &'static str, String)> {
    let said = |division: &Division, what: &str| {
        let Division { domains, tables, crossings } = division;
        let lead = lead(*crossings, "one to another");
        let of = if *tables == found.owners { "all".to_string() } else { format!("{tables} of") };
        format!("{domains} {what} declare {of} {} tables; {lead}", found.owners)
    };
    let packages = found.packages.as_ref();
    let packages = packages.map(|packages| {
        let boundary = inline(&json!({ "by": "package" }));
        (said(packages, "packages"), "package", boundary)
    });
    let folders = found.folders.as_ref().map(|(pattern, folders)| {
        let boundary = inline(&json!({ "by": "directory", "pattern": pattern }));
        (said(folders, "folders"), "folder", boundary)
    });
    packages.into_iter().chain(folders).collect()
}

fn schemas(out: &mut Text, found: &Found, others: &[(String, &str, String)]) {
    let Found { schemas, crossings, crossed, .. } = found;
    let domains: Vec<String> = schemas
        .iter()
        .take(MOST)
        .map(|(name, tables)| format!("`{}` ({})", visible(name), many(*tables, "table", "tables")))
        .collect();
    let more = schemas.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let lead = capital(&lead(*crossings, "one domain to another"));
    let reported = match crossings {
        0 => "`cross-schema-reference` would report one.",
        _ => "`cross-schema-reference` reports what `allow` does not name.",
    };
    out.say(2, &format!("Each pgSchema is a domain: {}{more}. {lead}. {reported}", domains.join(", ")));
    out.line(2, "\"boundaries\": {");
    // Several partitions stand under names.
    let indent = if others.is_empty() { 4 } else { 6 };
    if !others.is_empty() {
        out.line(4, "\"schema\": {");
    }
    out.line(indent, "\"by\": \"pg-schema\",");
    if !crossed.is_empty() {
        out.line(indent, "\"allow\": [");
        out.say(
            indent + 2,
            "The tables that most of them lead to. An entry lets everybody refer to its table: say why, and \
             name the decision record as `adr` where there is one.",
        );
        for (table, count) in crossed {
            let entry = inline(&json!({ "to": table, "reason": "…" }));
            let count = many(*count, "foreign key", "foreign keys");
            out.off(indent + 2, &format!("{entry}, // {count}"));
        }
        out.line(indent, "],");
    }
    if !others.is_empty() {
        out.line(4, "},");
    }
    for (what, name, boundary) in others {
        out.say(4, &format!("{what}. To divide by that, too:"));
        out.off(4, &format!("\"{name}\": {boundary},"));
    }
    out.line(2, "},");
}

fn helpers(out: &mut Text, found: &Found) {
    if found.helpers.is_empty() {
        return;
    }
    out.gap();
    for helper in &found.helpers {
        let columns = many(helper.columns, "column", "columns");
        out.say(2, &format!("`{}` makes {columns} without a foreign key.", visible(&helper.name)));
    }
    out.say(2, "Columns of a function that is named here are references to the table that their names mean:");
    let helpers =
        found.helpers.iter().map(|helper| (helper.name.clone(), json!({ "name": helper.argument })));
    let helpers = inline(&serde_json::Value::Object(helpers.collect()));
    out.off(2, &format!("\"softReferences\": {{ \"helpers\": {helpers} }},"));
}

fn docs(out: &mut Text, found: &Found) {
    let records = many(found.records, "decision record", "decision records");
    let folders = names(found.record_folders.iter().take(MOST).map(String::as_str));
    let has = if found.records == 1 { "There is" } else { "There are" };
    let pages = found.pages.as_ref().map(|pages| {
        let what = format!(
            "{} of the {} pages of `{}` have the names of tables. As entity pages they may explain the \
             references of their table, in a section Invariants.",
            pages.named,
            pages.of,
            visible(&pages.files)
        );
        (what, format!("\"entities\": {{ \"files\": {} }}", json!([pages.files])))
    });
    out.gap();
    match (found.records, &found.record_files) {
        (0, _) => out.say(
            2,
            "No decision records were found. They are Markdown in a folder `adr`, `adrs` or `decisions`, or \
             what `docs.adr.files` names; `missing-adr-citation` asks that references across boundaries cite \
             one.",
        ),
        (_, None) => out.say(2, &format!("{has} {records} in {folders}, found by the names of the folders.")),
        (_, Some(files)) => {
            out.line(2, "\"docs\": {");
            out.say(4, &format!("{has} {records} in {folders}."));
            out.line(4, &format!("\"adr\": {{ \"files\": {} }},", json!([files])));
            if let Some((what, entry)) = &pages {
                out.say(4, what);
                out.off(4, &format!("{entry},"));
            }
            return out.line(2, "},");
        }
    }
    if let Some((what, entry)) = pages {
        out.say(2, &what);
        out.off(2, &format!("\"docs\": {{ {entry} }},"));
    }
}

fn rules(out: &mut Text, found: &Found) {
    out.gap();
    out.line(2, "\"rules\": {");
    out.say(4, "These are warnings unless something else is said here: `off`, `warn`, or `error`, which fails the run. Beside each is \
         what it finds today; `schemalint explain RULE` says what it asks for, `schemalint rules` lists all.");
    for rule in &found.rules {
        let today = match (rule.findings, rule.silent) {
            (0, Some(why)) => why.to_string(),
            (0, None) => "no findings".to_string(),
            (count, _) => many(count, "finding", "findings"),
        };
        out.off(4, &format!("\"{}\": \"error\", // {today}", rule.name));
    }
    out.line(2, "},");
}

/// A value on one line, spaced as people write it.
fn inline(value: &serde_json::Value) -> String {
    use serde_json::Value::{Array, Object};
    match value {
        Object(members) => {
            let members = members.iter().map(|(key, value)| format!("{}: {}", json!(key), inline(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// `1 table`, `2 tables`.
pub(super) fn many(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// `3 foreign keys lead from one domain to another`.
pub(super) fn lead(count: usize, way: &str) -> String {
    match count {
        0 => format!("no foreign key leads from {way}"),
        1 => format!("1 foreign key leads from {way}"),
        _ => format!("{count} foreign keys lead from {way}"),
    }
}

pub(super) fn findings(found: &Found) -> String {
    let (all, errors) = found.findings;
    if all == 0 {
        return "no findings".to_string();
    }
    let errors = if errors > 0 { format!(" ({})", many(errors, "error", "errors")) } else { String::new() };
    format!("{}{errors}", many(all, "finding", "findings"))
}

pub(super) fn names<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("`{}`", visible(name))).collect::<Vec<_>>().join(", ")
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// The text of a config as it grows.
#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, indent: usize, code: &str) {
        let _ = writeln!(self.0, "{:indent$}{code}", "");
    }

    /// Code that is commented out.
    fn off(&mut self, indent: usize, code: &str) {
        let _ = writeln!(self.0, "{:indent$}// {code}", "");
    }

    fn gap(&mut self) {
        self.0.push('\n');
    }

    /// A comment, wrapped.
    fn say(&mut self, indent: usize, words: &str) {
        let mut line = String::new();
        for word in words.split(' ').filter(|word| !word.is_empty()) {
            if !line.is_empty() && indent + 4 + line.chars().count() + word.chars().count() > WIDTH {
                self.off(indent, &line);
                line.clear();
                if words.starts_with("- ") {
                    line.push(' ');
                }
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.off(indent, &line);
    }
}
