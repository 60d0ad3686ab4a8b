//! Foreign keys whose action on delete is not the one that the house has for them.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error};

use crate::graph::{Fact, ForeignKey, SchemaGraph, Table, effect_of_delete};
use crate::model::{is_column, spellings};
use crate::rule::{Context, Findings, Glob, Level, Meta, Rule, Spanned};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct OnDeletePolicy {
    /// The actions of keys whose columns are never null. Any, when left out.
    not_null: Vec<Action>,
    /// The actions of keys with a column that may be null. Any, when left out.
    nullable: Vec<Action>,
    /// Keys that have another action, and must have it.
    exceptions: Vec<Exception>,
}

/// What happens on delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
enum Action {
    /// The rows go too.
    #[serde(rename = "cascade")]
    Cascade,
    /// The columns become null.
    #[serde(rename = "set null")]
    SetNull,
    /// The columns get their default.
    #[serde(rename = "set default")]
    SetDefault,
    /// Nothing may be deleted, also not within a transaction.
    #[serde(rename = "restrict")]
    Restrict,
    /// Nothing may be deleted. What is not written is this.
    #[serde(rename = "no action")]
    Nothing,
}

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Self::Cascade => "cascade",
            Self::SetNull => "set null",
            Self::SetDefault => "set default",
            Self::Restrict => "restrict",
            Self::Nothing => "no action",
        }
    }
}

/// A key that has another action, and must have it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Exception {
    /// The column that the key stands on, a glob of column ids: `ai_usage.user_id`.
    column: Glob,
    /// What happens there on delete.
    action: Action,
    /// Why.
    #[serde(deserialize_with = "reason")]
    #[schemars(length(min = 1))]
    reason: Spanned<String>,
}

fn reason<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Spanned<String>, D::Error> {
    let reason = Spanned::<String>::deserialize(deserializer)?;
    if reason.trim().is_empty() { Err(D::Error::custom("the reason is empty")) } else { Ok(reason) }
}

impl Rule for OnDeletePolicy {
    const META: Meta = Meta {
        name: "on-delete-policy",
        summary: "a foreign key whose action on delete is not the one that the house has for it",
        group: "Foreign keys and indexes",
        docs: include_str!("on_delete_policy.md"),
        level: Level::Off,
        needs_configuration: true,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        if self.not_null.is_empty() && self.nullable.is_empty() && self.exceptions.is_empty() {
            return out
                .note("`on-delete-policy` has neither `notNull` nor `nullable`: it allows every action");
        }
        let graph = context.graph;
        let mut used = vec![false; self.exceptions.len()];
        for (_, table) in graph.own_tables() {
            for key in &table.foreign_keys {
                let Ok(columns) = &key.columns else { continue };
                let excepts = |exception: &Exception| {
                    columns.iter().any(|column| is_column(&exception.column, table, *column))
                };
                let matching: Vec<usize> =
                    (0..self.exceptions.len()).filter(|at| excepts(&self.exceptions[*at])).collect();
                matching.iter().for_each(|at| used[*at] = true);
                let exception = matching.first().map(|at| &self.exceptions[*at]);
                self.check_key(graph, table, key, exception, out);
            }
        }
        for (exception, used) in self.exceptions.iter().zip(used) {
            if !used && !may_match_unread(graph, &exception.column) {
                let named = exception.column.pattern();
                out.report(named, exception.column.span(), format!("no foreign key stands on `{named}`"))
                    .label("excepts nothing")
                    .help("correct the name, or take the exception out");
            }
        }
    }
}

impl OnDeletePolicy {
    fn check_key(
        &self,
        graph: &SchemaGraph,
        table: &Table,
        key: &ForeignKey,
        exception: Option<&Exception>,
        out: &mut Findings,
    ) {
        let (Ok(columns), Ok(target), Ok(written)) = (&key.columns, &key.target, &key.on_delete) else {
            return;
        };
        let action = written.as_deref().unwrap_or("no action");
        let (kind, allowed) = match (exception, nullable(table, columns)) {
            (Some(exception), _) => ("", std::slice::from_ref(&exception.action)),
            (None, Ok(true)) => ("nullable ", self.nullable.as_slice()),
            (None, Ok(false)) => ("not-null ", self.not_null.as_slice()),
            (None, Err(_)) => return,
        };
        if allowed.is_empty() || allowed.iter().any(|allowed| allowed.name() == action) {
            return;
        }
        let (from, to) = (table.display_name(), graph.table(graph.owner(target.table)).display_name());
        let subject = table.subject(columns);
        let unwritten = if written.is_none() { " (unwritten)" } else { "" };
        let names: Vec<String> = allowed.iter().map(|action| format!("`{}`", action.name())).collect();
        let message = format!(
            "{kind}foreign key `{subject}` to `{to}` has `{action}`{unwritten} on delete instead of {}",
            names.join(" or ")
        );
        let finding = out.report(subject, table.place_of(key), message);
        finding.label(effect_of_delete(action, &from, &to));
        let in_helper = finding.primary.span != key.span;
        if in_helper {
            finding.related(key.span, format!("the key of `{from}` is written in this helper"));
        }
        if let Some(exception) = exception {
            let reason: Vec<&str> = exception.reason.split_whitespace().collect();
            finding.related(exception.column.span(), format!("excepted: {}", reason.join(" ")));
        }
        let pasted = key.written_with(allowed[0].name(), &graph.sources);
        let place = if in_helper { " in the helper" } else { "" };
        finding.help(match exception {
            Some(_) => format!("write{place} `{pasted}`, or take the exception out"),
            None => format!(
                "write{place} `{pasted}`, or list the column in `exceptions` with its action and a reason"
            ),
        });
    }
}

/// Whether one of the columns may be null.
fn nullable(table: &Table, columns: &[usize]) -> Fact<bool> {
    let mut nullable = false;
    for column in columns {
        match &table.columns[*column].facts {
            Ok(facts) => nullable |= !facts.effective_not_null,
            Err(unknown) => return Err(unknown.clone()),
        }
    }
    // A primary key that was not read would make it not null.
    let unread = table.primary_keys.iter().find_map(|key| key.columns.as_ref().err());
    match unread.or(table.extras_open.as_ref()).filter(|_| nullable) {
        Some(unknown) => Err(unknown.clone()),
        None => Ok(nullable),
    }
}

/// Whether a glob may mean a key that was not read.
fn may_match_unread(graph: &SchemaGraph, glob: &Glob) -> bool {
    let table_of =
        |pattern: &str| pattern.rsplit_once('.').map_or(String::new(), |(table, _)| table.to_string());
    let named = table_of(glob.pattern());
    let is_exact = !named.is_empty() && !named.contains(['*', '?', '[', '{']);
    graph.own_tables().any(|(_, table)| {
        let is_open = table.columns_open.is_some()
            || table.extras_open.is_some()
            || table.foreign_keys.iter().any(|key| key.columns.is_err())
            || table.columns.iter().any(|column| column.facts.is_err());
        is_open && (!is_exact || spellings(table).iter().any(|spelled| *spelled == named))
    })
}
