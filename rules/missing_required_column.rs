//! Tables without a column that the house has in all of them.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{ColumnFacts, SchemaGraph, Table};
use crate::model::is_table;
use crate::rule::{Context, Findings, Globs, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct MissingRequiredColumn {
    /// The columns.
    columns: Vec<Required>,
}

/// A column that tables must have.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Required {
    /// Its SQL name, or its property in TypeScript.
    column: String,
    /// Its SQL type: `uuid`, `timestamp with time zone`. Without a length, one of any length.
    #[serde(default, rename = "type")]
    sql_type: Option<String>,
    /// Whether it is never null.
    #[serde(default)]
    not_null: Option<bool>,
    /// The tables that must have it, globs of table ids. All, when left out.
    #[serde(default)]
    tables: Globs,
    /// Tables that need not have it, globs of table ids.
    #[serde(default)]
    except: Globs,
}

impl Rule for MissingRequiredColumn {
    const META: Meta = Meta {
        name: "missing-required-column",
        summary: "a table without a column that it must have, or with one of another type",
        group: "Tables",
        docs: include_str!("missing_required_column.md"),
        level: Level::Off,
        needs_configuration: true,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        if self.columns.is_empty() {
            return out.note("`missing-required-column` has no `columns`: it requires nothing");
        }
        let graph = context.graph;
        for required in &self.columns {
            for (_, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
                if !required.concerns(table) {
                    continue;
                }
                match required.column_of(table) {
                    Found::Column(column) => required.check_column(graph, table, column, out),
                    Found::Nothing => required.report_missing(graph, table, out),
                    Found::Unknown => {}
                }
            }
        }
    }
}

/// What a table has by that name.
enum Found {
    Column(usize),
    Nothing,
    Unknown,
}

impl Required {
    fn concerns(&self, table: &Table) -> bool {
        let is_one_of = |globs: &Globs| globs.list().iter().any(|glob| is_table(glob, table));
        (self.tables.is_empty() || is_one_of(&self.tables)) && !is_one_of(&self.except)
    }

    fn column_of(&self, table: &Table) -> Found {
        let is_unnamed = |facts: &ColumnFacts| facts.sql_name.is_err();
        match table.column_named(&self.column) {
            Some(column) => Found::Column(column),
            None if table.columns_open.is_some() => Found::Unknown,
            // A column whose name could not be read may be it.
            None if table.columns.iter().any(|column| column.facts.as_ref().map_or(true, is_unnamed)) => {
                Found::Unknown
            }
            None => Found::Nothing,
        }
    }

    /// What is wrong with a column of that name.
    fn faults(&self, table: &Table, column: usize) -> Vec<String> {
        let Ok(facts) = &table.columns[column].facts else { return Vec::new() };
        let mut faults = Vec::new();
        if let (Some(asked), Ok(found)) = (&self.sql_type, &facts.sql_type)
            && !is_of_type(found, asked)
        {
            faults.push(format!("is `{found}` instead of `{asked}`"));
        }
        // A primary key that was not read would make it not null.
        let may_be_key =
            table.extras_open.is_some() || table.primary_keys.iter().any(|key| key.columns.is_err());
        match (self.not_null, facts.effective_not_null) {
            (Some(true), false) if !may_be_key => faults.push("may be null".to_string()),
            (Some(false), true) => faults.push("may not be null".to_string()),
            _ => {}
        }
        faults
    }

    fn check_column(&self, graph: &SchemaGraph, table: &Table, column: usize, out: &mut Findings) {
        let faults = self.faults(table, column);
        if faults.is_empty() {
            return;
        }
        let subject = table.subject(&[column]);
        let place = &table.columns[column];
        let message = format!("`{subject}` {}", faults.join(" and "));
        let finding = out.report(subject, place.span, message);
        finding.label("what reads this column of every table meets another one here");
        if let Some(helper) = place.helper {
            finding.related(helper, "it is written in this helper");
        }
        if let Some((example, span)) = self.example(graph, table) {
            finding.related(span, "as another table has it").help(format!("write `{example}`"));
        }
    }

    fn report_missing(&self, graph: &SchemaGraph, table: &Table, out: &mut Findings) {
        let name = table.display_name();
        let message = format!("`{name}` has no column `{}`", self.column);
        let finding = out.report(format!("{name}.{}", self.column), table.head(&graph.sources), message);
        finding.label("what expects the column of every table does not find it here");
        let what = match (&self.sql_type, self.not_null) {
            (Some(sql_type), Some(true)) => format!(", a `{sql_type}` that is not null"),
            (Some(sql_type), _) => format!(", a `{sql_type}`"),
            (None, Some(true)) => ", not null".to_string(),
            (None, _) => String::new(),
        };
        match self.example(graph, table) {
            Some((example, span)) => {
                finding.related(span, "as another table has it");
                finding.help(format!("add `{example}` to the columns"));
            }
            None => {
                finding.help(format!("add the column `{}`{what}", self.column));
            }
        }
    }

    /// The column as another table has it: near ones first.
    fn example(&self, graph: &SchemaGraph, near: &Table) -> Option<(String, crate::source::Span)> {
        let has_it = |table: &&Table| {
            let column = table.column_named(&self.column);
            column.is_some_and(|column| {
                table.columns[column].facts.is_ok() && self.faults(table, column).is_empty()
            })
        };
        let fits = |table: &&Table| table.dialect == near.dialect && self.concerns(table);
        let tables = || graph.own_tables().map(|(_, table)| table).filter(fits).filter(has_it);
        let found = tables().find(|table| table.binding.file == near.binding.file);
        let found = found.or_else(|| tables().find(|table| table.project == near.project))?;
        let span = found.columns[found.column_named(&self.column)?].span;
        let words: Vec<&str> = graph.sources.text(span).split_whitespace().collect();
        let text = words.join(" ").replace(" .", ".");
        (text.len() <= 120).then_some((text, span))
    }
}

/// Whether a type is the one that is asked for; a length that is not asked for is none of its business.
fn is_of_type(found: &str, asked: &str) -> bool {
    let (found, asked) = (spelled(found), spelled(asked));
    found == asked || !asked.contains('(') && without_length(&found) == asked
}

/// In small letters, with one blank between words, by its long name.
fn spelled(sql_type: &str) -> String {
    let lower = sql_type.to_lowercase().replace(", ", ",");
    let words: Vec<&str> = lower.split_whitespace().collect();
    match words.join(" ").replace(" (", "(").as_str() {
        "timestamptz" => "timestamp with time zone".into(),
        "timestamp without time zone" => "timestamp".into(),
        "timetz" => "time with time zone".into(),
        "int" | "int4" => "integer".into(),
        "int8" => "bigint".into(),
        "int2" => "smallint".into(),
        "bool" => "boolean".into(),
        "decimal" => "numeric".into(),
        other => match other.strip_prefix("character varying") {
            Some(length) => format!("varchar{length}"),
            None => other.into(),
        },
    }
}

fn without_length(sql_type: &str) -> String {
    match (sql_type.find('('), sql_type.find(')')) {
        (Some(open), Some(close)) if open < close => {
            format!("{}{}", &sql_type[..open], &sql_type[close + 1..])
        }
        _ => sql_type.to_string(),
    }
}
