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

/// The presets that fit what was found.
const fn presets(_found: &Found) -> &'static [&'static str] {
    &["recommended"]
}

/// The config.
pub(super) fn text(found: &Found) -> String {
    let mut out = Text::default();
    out.say(0, "Written by `schemalint init` from what it found here. Every key may be left out; comments and trailing \
         commas are allowed. What is commented out is a proposal. `schemalint config --print` shows what holds in the end.");
    out.line(0, "{");
    out.line(2, &format!("\"$schema\": {},", json!(SCHEMA)));
    out.gap();
    out.say(2, "`recommended` is what holds without a config. `strict`, named after it or in its place, makes an error of \
         every rule that needs no configuration.");
    out.line(2, &format!("\"extends\": {},", json!(presets(found))));
    projects(&mut out, found);
    boundaries(&mut out, found);
    docs(&mut out, found);
    for helper in &found.helpers {
        out.gap();
        let columns = many(helper.columns, "column", "columns");
        out.say(
            2,
            &format!(
                "`{}` makes {columns} without a foreign key. Named here, its columns are references to the \
             table that their names mean.",
                visible(&helper.name)
            ),
        );
    }
    if !found.helpers.is_empty() {
        let helpers =
            found.helpers.iter().map(|helper| (helper.name.clone(), json!({ "name": helper.argument })));
        let helpers: serde_json::Map<_, _> = helpers.collect();
        out.off(2, &format!("\"softReferences\": {{ \"helpers\": {} }},", json!(helpers)));
    }
    rules(&mut out, found);
    out.gap();
    match found.findings.0 {
        0 => out.say(2, "There are no findings today."),
        _ => out.say(
            2,
            &format!(
                "There are {} today. `schemalint baseline` accepts them, so that only new ones are \
             reported.",
                findings(found)
            ),
        ),
    }
    out.line(0, "}");
    out.0
}

fn projects(out: &mut Text, found: &Found) {
    out.gap();
    if found.configs.is_empty() {
        return out
            .say(2, "No drizzle.config was found: a table's dialect is that of the function that makes it.");
    }
    out.say(2, "drizzle.configs are read without running them; `projects` is only for what cannot be read so. Found:");
    for config in found.configs.iter().take(MOST) {
        let DrizzleConfig { path, dialect, line, out: folder, gaps, .. } = config;
        let dialect = dialect.unwrap_or("dialect not known");
        let folder =
            folder.as_ref().map(|out| format!(", migrations in `{}`", visible(out))).unwrap_or_default();
        let gaps: String = gaps.iter().map(|gap| format!("; {}", visible(gap))).collect();
        out.say(2, &format!("- `{}`: {dialect}, Drizzle {line}{folder}{gaps}", visible(path)));
    }
    out.rest(2, found.configs.len());
    let entries: Vec<String> =
        found.configs.iter().filter_map(|config| config.project.as_ref().map(ToString::to_string)).collect();
    if !entries.is_empty() {
        out.say(2, "Where the gaps hide tables, say what the drizzle.config says; correct the paths first:");
        out.off(2, "\"projects\": [");
        entries.iter().for_each(|entry| out.off(2, &format!("  {entry},")));
        out.off(2, "],");
    }
}

fn boundaries(out: &mut Text, found: &Found) {
    let Found { schemas, crossings, crossed, packages, folders, .. } = found;
    let mut others: Vec<(String, String)> = Vec::new();
    let said = |division: &Division, what: &str| {
        let (tables, of) = (many(division.tables, "table", "tables"), found.tables);
        format!(
            "{} {what} declare {tables} of {of}; {}",
            division.domains,
            lead(division.crossings, "one to another")
        )
    };
    if let Some(packages) = packages {
        others.push((said(packages, "packages"), "\"package\": { \"by\": \"package\" }".to_string()));
    }
    if let Some((pattern, folders)) = folders {
        let entry = format!("\"folder\": {{ \"by\": \"directory\", \"pattern\": {} }}", json!(pattern));
        others.push((said(folders, "folders"), entry));
    }
    out.gap();
    if schemas.is_empty() {
        let Some((_, first)) = others.first() else {
            return out.say(
                2,
                "`boundaries` divides tables into domains and reports foreign keys from one to another. \
                 Nothing here divides them by itself: there is one namespace.",
            );
        };
        out.say(
            2,
            "`boundaries` divides the tables into domains; foreign keys from one to another are reported.",
        );
        others.iter().for_each(|(what, _)| out.say(2, &format!("{what}.")));
        match &others[..] {
            [_] => {
                let alone = first.split_once(": ").map_or(first.as_str(), |(_, boundary)| boundary);
                out.off(2, &format!("\"boundaries\": {alone},"));
            }
            several => {
                out.off(2, "\"boundaries\": {");
                several.iter().for_each(|(_, entry)| out.off(2, &format!("  {entry},")));
                out.off(2, "},");
            }
        }
        return;
    }
    let domains = schemas.iter().take(MOST);
    let domains: Vec<String> = domains
        .map(|(name, tables)| format!("`{}` ({})", visible(name), many(*tables, "table", "tables")))
        .collect();
    let more = schemas.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    out.say(
        2,
        &format!(
            "Each pgSchema is a domain: {}{more}. {}; those that nothing under `allow` names are reported \
         by `cross-schema-reference`.",
            domains.join(", "),
            capital(&lead(*crossings, "one domain to another"))
        ),
    );
    let level = if others.is_empty() { 2 } else { 4 };
    out.line(2, "\"boundaries\": {");
    if level == 4 {
        out.line(4, "\"schema\": {");
    }
    out.line(level + 2, "\"by\": \"pg-schema\",");
    if !crossed.is_empty() {
        out.line(level + 2, "\"allow\": [");
        out.say(
            level + 4,
            "The tables that most of them lead to. An entry lets everybody refer to the table: give the \
             reason for it, and a decision record as `adr` where there is one.",
        );
        for (table, count) in crossed {
            let entry = format!(
                "{{ \"to\": {}, \"reason\": \"…\" }}, // {}",
                json!(table),
                many(*count, "foreign key", "foreign keys")
            );
            out.off(level + 4, &entry);
        }
        out.line(level + 2, "],");
    }
    if level == 4 {
        out.line(4, "},");
    }
    for (what, entry) in others {
        out.say(4, &format!("{what}. To divide by that, too:"));
        out.off(4, &format!("{entry},"));
    }
    out.line(2, "},");
}

fn docs(out: &mut Text, found: &Found) {
    let records = many(found.records, "decision record", "decision records");
    let folders = names(found.record_folders.iter().take(MOST).map(String::as_str));
    let pages = found.pages.as_ref().map(|pages| {
        let what = format!("{} of {} pages there have the names of tables. As entity pages, their section Invariants is where \
             references of a table may be explained.", pages.named, pages.of);
        (what, format!("\"entities\": {{ \"files\": {} }}", json!([pages.files])))
    });
    out.gap();
    match (found.records, &found.record_files) {
        (0, _) => out.say(2, "No decision records were found. They are Markdown in a folder `adr`, `adrs` or `decisions`, or what \
             `docs.adr.files` names; `missing-adr-citation` asks that references across boundaries cite one."),
        (_, None) => out.say(2, &format!("{} in {folders}, found by the names of the folders.", capital(&records))),
        (_, Some(files)) => {
            out.line(2, "\"docs\": {");
            let has = if found.records == 1 { "There is" } else { "There are" };
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

    /// Says how many of a list were left out.
    fn rest(&mut self, indent: usize, count: usize) {
        if count > MOST {
            self.say(indent, &format!("- and {} more", count - MOST));
        }
    }
}
