//! SQL names that do not follow the house.

use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Casing, ColumnFacts, Fact, ForeignKey, Index, SchemaGraph, Table};
use crate::rule::{Context, Findings, Level, Meta, Rule};
use crate::source::Span;

/// Options. Each is a regular expression that the whole name must match, in which `{table}`, `{columns}`,
/// `{properties}` and `{to}` stand for the names that they mean.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct NamingConvention {
    /// Tables: `[a-z][a-z0-9_]*`.
    #[schemars(with = "Option<String>")]
    tables: Option<Names<0>>,
    /// Columns; `{table}` is the SQL name of the table.
    #[schemars(with = "Option<String>")]
    columns: Option<Names<1>>,
    /// Indexes: `{table}_{properties}_idx`; `{columns}` are SQL names, `{properties}` those in TypeScript, joined by `_`.
    #[schemars(with = "Option<String>")]
    indexes: Option<Names<3>>,
    /// Unique indexes. As `indexes`, when left out.
    #[schemars(with = "Option<String>")]
    unique_indexes: Option<Names<3>>,
    /// Unique constraints, at columns too.
    #[schemars(with = "Option<String>")]
    uniques: Option<Names<3>>,
    /// Primary keys of the third argument.
    #[schemars(with = "Option<String>")]
    primary_keys: Option<Names<3>>,
    /// Foreign keys; `{to}` is the SQL name of the table that is referred to.
    #[schemars(with = "Option<String>")]
    foreign_keys: Option<Names<4>>,
    /// Check constraints.
    #[schemars(with = "Option<String>")]
    checks: Option<Names<1>>,
    /// Enum types.
    #[schemars(with = "Option<String>")]
    enums: Option<Names<0>>,
    /// Check the names that Drizzle generates, too, not only those that are written.
    generated: bool,
}

/// What may stand in a template, in this order.
const PLACES: [&str; 4] = ["{table}", "{columns}", "{properties}", "{to}"];

/// How names are spelled; the first `FILLED` of the places may stand in it.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Names<const FILLED: usize> {
    source: String,
    /// Compiled, when nothing is to be filled in.
    regex: Option<Regex>,
}

impl<const FILLED: usize> TryFrom<String> for Names<FILLED> {
    type Error = String;

    fn try_from(source: String) -> Result<Self, String> {
        if let Some(place) = PLACES[FILLED..].iter().find(|place| source.contains(*place)) {
            return Err(format!("`{place}` means nothing here"));
        }
        let mut trial = source.clone();
        PLACES.iter().for_each(|place| trial = trial.replace(place, "x"));
        match whole(&trial) {
            Ok(regex) => Ok(Self { regex: (trial == source).then_some(regex), source }),
            Err(error) => {
                let text = error.to_string();
                let last = text.lines().last().unwrap_or_default();
                let why = last.strip_prefix("error: ").unwrap_or(last);
                Err(format!("the pattern `{source}` does not compile: {why}"))
            }
        }
    }
}

fn whole(source: &str) -> Result<Regex, regex::Error> {
    Regex::new(&format!("^(?:{source})$"))
}

/// What a name is to be made of.
#[derive(Default)]
struct Parts<'t> {
    table: Option<&'t str>,
    columns: Option<String>,
    properties: Option<String>,
    to: Option<&'t str>,
}

/// How a name stands to the house.
enum Verdict {
    Follows,
    /// It does not; the name that would, when there is just one.
    Differs(Option<String>),
    Unknown,
}

impl<const FILLED: usize> Names<FILLED> {
    fn judge(&self, name: &str, parts: &Parts<'_>) -> Verdict {
        if let Some(regex) = &self.regex {
            return match regex.is_match(name) {
                true => Verdict::Follows,
                false => {
                    let snake = Casing::Snake.apply(name);
                    Verdict::Differs(Some(snake).filter(|snake| regex.is_match(snake)))
                }
            };
        }
        let mut verdict = Verdict::Differs(None);
        for alternative in alternatives(&self.source) {
            match (judge_filled(alternative, name, parts), &verdict) {
                (Verdict::Follows, _) => return Verdict::Follows,
                (Verdict::Unknown, _) => verdict = Verdict::Unknown,
                (Verdict::Differs(Some(other)), Verdict::Differs(None)) => {
                    verdict = Verdict::Differs(Some(other));
                }
                (Verdict::Differs(_), _) => {}
            }
        }
        verdict
    }
}

/// The parts of `a|b`, unless a group may hold the bar.
fn alternatives(source: &str) -> Vec<&str> {
    if source.contains(['(', '[', '\\']) { vec![source] } else { source.split('|').collect() }
}

fn judge_filled(source: &str, name: &str, parts: &Parts<'_>) -> Verdict {
    let values = [parts.table, parts.columns.as_deref(), parts.properties.as_deref(), parts.to];
    let (mut filled, mut escaped, mut rest) = (source.to_string(), source.to_string(), source.to_string());
    for (place, value) in PLACES.iter().zip(values) {
        if source.contains(place) {
            let Some(value) = value else { return Verdict::Unknown };
            filled = filled.replace(place, value);
            escaped = escaped.replace(place, &regex::escape(value));
            rest = rest.replace(place, "");
        }
    }
    let is_plain = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if is_plain {
        return if filled == name { Verdict::Follows } else { Verdict::Differs(Some(filled)) };
    }
    match whole(&escaped) {
        Ok(regex) if regex.is_match(name) => Verdict::Follows,
        Ok(_) => Verdict::Differs(None),
        Err(_) => Verdict::Unknown,
    }
}

impl Rule for NamingConvention {
    const META: Meta = Meta {
        name: "naming-convention",
        summary: "an SQL name that is not spelled as the house spells such names",
        group: "Tables",
        docs: include_str!("naming_convention.md"),
        level: Level::Off,
        needs_configuration: true,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        if self.is_empty() {
            return out.note("`naming-convention` has no pattern: every name will do");
        }
        let graph = context.graph;
        for (_, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
            let mut check = Check { names: self, graph, table, out };
            check.table();
            check.columns();
            check.indexes();
            check.constraints();
            check.foreign_keys();
        }
        for entry in &graph.enums {
            if let (Some(names), Ok(name)) = (&self.enums, &entry.name)
                && let Verdict::Differs(other) = names.judge(name, &Parts::default())
            {
                let subject = match &entry.namespace {
                    Some(Ok(namespace)) => format!("{namespace}.{name}"),
                    _ => name.to_string(),
                };
                let message = format!("enum `{subject}` is not spelled like `{}`", names.source);
                describe(out, subject, entry.span, message, other);
            }
        }
    }
}

impl NamingConvention {
    const fn is_empty(&self) -> bool {
        self.tables.is_none()
            && self.columns.is_none()
            && self.indexes.is_none()
            && self.unique_indexes.is_none()
            && self.uniques.is_none()
            && self.primary_keys.is_none()
            && self.foreign_keys.is_none()
            && self.checks.is_none()
            && self.enums.is_none()
    }
}

/// The names of one table.
struct Check<'c> {
    names: &'c NamingConvention,
    graph: &'c SchemaGraph,
    table: &'c Table,
    out: &'c mut Findings,
}

impl<'c> Check<'c> {
    fn table(&mut self) {
        let place = self.table.head(&self.graph.sources);
        self.name(self.names.tables.as_ref(), "table", &self.table.name, self.parts(None), place);
    }

    fn columns(&mut self) {
        for column in &self.table.columns {
            let Ok(ColumnFacts { sql_name, name_from_key, .. }) = &column.facts else { continue };
            if !*name_from_key || self.names.generated {
                self.name(self.names.columns.as_ref(), "column", sql_name, self.parts(None), column.span);
            }
        }
    }

    fn indexes(&mut self) {
        for index in &self.table.indexes {
            let names = match (index.unique, &self.names.unique_indexes) {
                (true, Some(names)) => Some(names),
                _ => self.names.indexes.as_ref(),
            };
            let Ok(Some(name)) = &index.name else { continue };
            if index.explicit || self.names.generated {
                let columns = columns_of(index);
                self.name(names, "index", &Ok(name.clone()), self.parts(columns.as_deref()), index.span);
            }
        }
    }

    fn constraints(&mut self) {
        let (table, generated) = (self.table, self.names.generated);
        for (at, column) in table.columns.iter().enumerate() {
            if let Ok(ColumnFacts { unique: Some(unique), .. }) = &column.facts
                && (unique.explicit || generated)
            {
                let place = if table.span.contains(unique.span) { unique.span } else { column.span };
                let names = self.names.uniques.as_ref();
                self.name(names, "unique constraint", &unique.name, self.parts(Some(&[at])), place);
            }
        }
        for unique in table.uniques.iter().filter(|unique| unique.explicit || generated) {
            let parts = self.parts(unique.columns.as_deref().ok());
            self.name(self.names.uniques.as_ref(), "unique constraint", &unique.name, parts, unique.span);
        }
        for key in table.primary_keys.iter().filter(|key| key.explicit || generated) {
            let parts = self.parts(key.columns.as_deref().ok());
            self.name(self.names.primary_keys.as_ref(), "primary key", &key.name, parts, key.span);
        }
        for check in &table.checks {
            if let Ok(Some(name)) = &check.name {
                let names = self.names.checks.as_ref();
                self.name(names, "check", &Ok(name.clone()), self.parts(None), check.span);
            }
        }
    }

    fn foreign_keys(&mut self) {
        let generated = self.names.generated;
        for key in self.table.foreign_keys.iter().filter(|key| key.explicit || generated) {
            let parts = Parts { to: self.target(key), ..self.parts(key.columns.as_deref().ok()) };
            let place = self.table.place_of(key);
            self.name(self.names.foreign_keys.as_ref(), "foreign key", &key.name, parts, place);
        }
    }

    fn target(&self, key: &ForeignKey) -> Option<&'c str> {
        let target = key.target.as_ref().ok()?;
        self.graph.table(target.table).name.as_deref().ok()
    }

    fn parts(&self, columns: Option<&[usize]>) -> Parts<'c> {
        let table: &'c Table = self.table;
        let joined = |name: fn(&Table, usize) -> Option<&str>| {
            let names: Option<Vec<&str>> = columns?.iter().map(|column| name(table, *column)).collect();
            Some(names?.join("_"))
        };
        Parts {
            table: table.name.as_deref().ok(),
            columns: joined(|table, column| match &table.columns[column].facts {
                Ok(ColumnFacts { sql_name: Ok(name), .. }) => Some(name),
                _ => None,
            }),
            properties: joined(|table, column| Some(&table.columns[column].key)),
            to: None,
        }
    }

    fn name<const FILLED: usize>(
        &mut self,
        names: Option<&Names<FILLED>>,
        kind: &str,
        name: &Fact<impl AsRef<str>>,
        parts: Parts<'_>,
        place: Span,
    ) {
        let (Some(names), Ok(name)) = (names, name) else { return };
        let name = name.as_ref();
        let Verdict::Differs(other) = names.judge(name, &parts) else { return };
        let table = self.table.display_name();
        let subject = if kind == "table" { table.clone() } else { format!("{table}.{name}") };
        let message = match &other {
            Some(other) => format!("{kind} `{subject}` is not called `{other}`"),
            None => format!("{kind} `{subject}` is not spelled like `{}`", names.source),
        };
        describe(self.out, subject, place, message, other);
    }
}

/// The columns of an index; `None` when it has something else.
fn columns_of(index: &Index) -> Option<Vec<usize>> {
    index.parts.iter().map(|part| part.column()).collect()
}

fn describe(out: &mut Findings, subject: String, place: Span, message: String, other: Option<String>) {
    let finding = out.report(subject, place, message);
    finding.label("who looks for it under the name that all others have does not find it");
    finding.help(match other {
        Some(other) => {
            format!("name it \"{other}\", and rename it in the migration: drizzle-kit would make it anew")
        }
        None => "rename it, in the migration too: drizzle-kit would make it anew".to_string(),
    });
}
