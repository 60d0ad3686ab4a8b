//! Tables without a column that the house has in all of them.

use schemars::JsonSchema;
use serde::Deserialize;

use rustc_hash::FxHashMap;

use crate::graph::{Column, ColumnFacts, Dialect, SchemaGraph, Table};
use crate::model::is_table;
use crate::rule::{Context, Findings, Globs, Level, Meta, Rule};
use crate::source::{FileId, Span};

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
            let examples = required.examples(graph);
            for (_, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
                if !required.concerns(table) {
                    continue;
                }
                match required.column_of(table) {
                    Found::Column(column) => required.check_column(graph, table, column, &examples, out),
                    Found::Nothing => required.report_missing(graph, table, &examples, out),
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

    fn check_column(
        &self,
        graph: &SchemaGraph,
        table: &Table,
        column: usize,
        examples: &Examples<'_>,
        out: &mut Findings,
    ) {
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
        if let Some((example, span)) = examples.near(graph, table) {
            finding.related(span, "as another table has it").help(format!("write `{example}`"));
        }
    }

    fn report_missing(
        &self,
        graph: &SchemaGraph,
        table: &Table,
        examples: &Examples<'_>,
        out: &mut Findings,
    ) {
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
        match examples.near(graph, table) {
            Some((example, span)) => {
                finding.related(span, "as another table has it");
                finding.help(format!("add `{example}` to the columns"));
            }
            None => {
                finding.help(format!("add the column `{}`{what}", self.column));
            }
        }
    }

    /// The column as tables have it that are without fault.
    fn examples<'g>(&self, graph: &'g SchemaGraph) -> Examples<'g> {
        let mut examples = Examples::default();
        for (_, table) in graph.own_tables().filter(|(_, table)| self.concerns(table)) {
            let Some(column) = table.column_named(&self.column) else { continue };
            if table.columns[column].facts.is_ok() && self.faults(table, column).is_empty() {
                let column = &table.columns[column];
                examples.in_file.entry((table.binding.file, table.dialect)).or_insert(column);
                examples.in_project.entry((table.project, table.dialect)).or_insert(column);
            }
        }
        examples
    }
}

/// A required column as it is well written, once for each file and each project.
#[derive(Default)]
struct Examples<'g> {
    in_file: FxHashMap<(FileId, Dialect), &'g Column>,
    in_project: FxHashMap<(usize, Dialect), &'g Column>,
}

impl Examples<'_> {
    /// The example nearest to a table, when it is short enough to be shown.
    fn near(&self, graph: &SchemaGraph, table: &Table) -> Option<(String, Span)> {
        let found = self.in_file.get(&(table.binding.file, table.dialect));
        let span = found.or_else(|| self.in_project.get(&(table.project, table.dialect)))?.span;
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

/// In small letters, with one blank between words, by its long name; its length comes last.
fn spelled(sql_type: &str) -> String {
    let lower = sql_type.to_lowercase();
    let base = without_length(&lower);
    let length: String = lower[lower.find('(').unwrap_or(lower.len())..]
        .split_inclusive(')')
        .take(1)
        .flat_map(str::chars)
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let words: Vec<&str> = base.split_whitespace().collect();
    let name = words.join(" ");
    let long = match name.as_str() {
        "timestamptz" => "timestamp with time zone",
        "timestamp without time zone" => "timestamp",
        "timetz" => "time with time zone",
        "int" | "int4" => "integer",
        "int8" => "bigint",
        "int2" => "smallint",
        "bool" => "boolean",
        "decimal" => "numeric",
        "character varying" => "varchar",
        "character" => "char",
        other => other,
    };
    format!("{long}{length}")
}

fn without_length(sql_type: &str) -> String {
    match (sql_type.find('('), sql_type.find(')')) {
        (Some(open), Some(close)) if open < close => {
            format!("{}{}", &sql_type[..open], &sql_type[close + 1..])
        }
        _ => sql_type.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_of_type;

    /// Aliases of the PostgreSQL documentation, table 8.1.
    #[test]
    fn types_are_known_by_all_their_names() {
        for (found, asked) in [
            ("timestamp (3) with time zone", "timestamptz(3)"),
            ("timestamp with time zone", "TIMESTAMPTZ"),
            ("timestamp (3) with time zone", "timestamptz"),
            ("numeric(10, 2)", "decimal(10,2)"),
            ("char(2)", "character(2)"),
            ("varchar(255)", "character varying(255)"),
            ("integer", "int4"),
        ] {
            assert!(is_of_type(found, asked), "{found}, {asked}");
        }
        for (found, asked) in [
            ("timestamp", "timestamptz"),
            ("timestamp (3) with time zone", "timestamptz(6)"),
            ("numeric(10, 2)", "numeric(10)"),
            ("varchar", "varchar(255)"),
        ] {
            assert!(!is_of_type(found, asked), "{found}, {asked}");
        }
    }
}
