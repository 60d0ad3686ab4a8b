//! Indexes that another index, unique constraint or primary key makes superfluous.

use rustc_hash::FxHashSet;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Column, ColumnFacts, ColumnUnique, Dialect, Fact, Index, IndexPart, SchemaGraph, Table};
use crate::rule::{Context, Findings, Level, Meta, Rule};
use crate::source::Span;

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RedundantIndex {}

impl Rule for RedundantIndex {
    const META: Meta = Meta {
        name: "redundant-index",
        summary: "an index that another index, unique constraint or primary key makes superfluous",
        group: "Foreign keys and indexes",
        docs: include_str!("redundant_index.md"),
        level: Level::Off,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        // What one helper declares twice is one mistake, however many tables use it.
        let mut seen: FxHashSet<(Span, Span)> = FxHashSet::default();
        for (_, table) in context.graph.own_tables() {
            // The sort keys of SingleStore are no btrees, and Gel's indexes are its own.
            if table.created_by_sql || matches!(table.dialect, Dialect::SingleStore | Dialect::Gel) {
                continue;
            }
            let all = ordered(table);
            for (at, one) in all.iter().enumerate() {
                let others = all.iter().enumerate().filter(|(other, _)| *other != at);
                let serving =
                    others.filter_map(|(other, better)| Some((better, one.covered_by(better, other < at)?)));
                // What is the same says more than what is longer.
                if let Some((better, how)) = serving.min_by_key(|(better, how)| (*how, better.kind)) {
                    let place = one.place(table, better, &all, context.graph);
                    if table.span.contains(place) || seen.insert((one.span, better.span)) {
                        report(table, one, place, (better, how), out);
                    }
                }
            }
        }
    }
}

/// What keeps rows in an order, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    PrimaryKey,
    Unique,
    UniqueIndex,
    Index,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::PrimaryKey => "primary key",
            Self::Unique => "unique constraint",
            Self::UniqueIndex => "unique index",
            Self::Index => "index",
        }
    }
}

/// How an order serves another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    Same,
    Longer,
}

/// A part of an order.
#[derive(Debug, PartialEq, Eq)]
enum Part<'t> {
    Column { column: usize, descending: bool, nulls_first: bool, operators: Option<&'t str> },
    Expression(&'t str),
}

#[derive(Debug)]
struct Ordered<'t> {
    kind: Kind,
    name: Option<&'t str>,
    parts: Vec<Part<'t>>,
    method: Option<&'t str>,
    predicate: Option<&'t str>,
    nulls_not_distinct: bool,
    span: Span,
    /// Where the table's own code has it, if that is written out.
    entry: Option<Span>,
}

/// Everything of a table that is known whole.
fn ordered(table: &Table) -> Vec<Ordered<'_>> {
    let mut all = Vec::new();
    let mut constraint = |kind, name, columns: &[usize], nulls_not_distinct, (span, entry)| {
        let parts = columns.iter().map(|column| plain(*column)).collect();
        all.push(Ordered {
            kind,
            name,
            parts,
            method: None,
            predicate: None,
            nulls_not_distinct,
            span,
            entry,
        });
    };
    let known = |name: &'_ Fact<smol_str::SmolStr>| name.is_ok();
    let primary = table.primary_key_columns();
    if !primary.is_empty() {
        let composite = table.primary_keys.first().map(|key| key.span);
        let column = &table.columns[primary[0]];
        let span = composite.unwrap_or(column.helper.unwrap_or(column.span));
        constraint(Kind::PrimaryKey, None, &primary, false, (span, None));
    }
    for (at, column) in table.columns.iter().enumerate() {
        let Ok(facts) = &column.facts else { continue };
        if let Some(ColumnUnique { name, nulls_not_distinct, span, .. }) = &facts.unique {
            let name = known(name).then(|| name.as_deref().ok()).flatten();
            constraint(Kind::Unique, name, &[at], *nulls_not_distinct, (*span, None));
        }
    }
    for unique in &table.uniques {
        if let Ok(columns) = &unique.columns {
            let name = unique.name.as_deref().ok();
            let places = (unique.span, Some(unique.entry));
            constraint(Kind::Unique, name, columns, unique.nulls_not_distinct, places);
        }
    }
    all.extend(table.indexes.iter().filter_map(|index| of_index(table, index)));
    all
}

const fn plain(column: usize) -> Part<'static> {
    Part::Column { column, descending: false, nulls_first: false, operators: None }
}

fn of_index<'t>(table: &'t Table, index: &'t Index) -> Option<Ordered<'t>> {
    let predicate = match &index.predicate {
        None => None,
        Some(predicate) => Some(predicate.as_ref().ok()?.sql.as_str()),
    };
    let method = index.method.as_ref().ok()?.as_deref().filter(|method| *method != "btree");
    let parts = index.parts.iter().map(|part| match part {
        // Drizzle writes `NULLS LAST` for both directions, unless told otherwise.
        IndexPart::Column { column, descending, nulls_first, operator_class } => Some(Part::Column {
            column: *column,
            descending: *descending,
            nulls_first: nulls_first.unwrap_or(false),
            operators: match operator_class.as_deref() {
                Some(class) if method.is_none() => operators(class, &table.columns[*column]).ok()?,
                class => class,
            },
        }),
        IndexPart::Expression { sql, .. } => Some(Part::Expression(sql)),
        IndexPart::Foreign | IndexPart::Unknown(_) => None,
    });
    let parts: Vec<Part<'_>> = parts.collect::<Option<_>>()?;
    let kind = if index.unique { Kind::UniqueIndex } else { Kind::Index };
    let name = index.name.as_ref().ok().and_then(Option::as_deref);
    (!parts.is_empty()).then_some(Ordered {
        kind,
        name,
        parts,
        method,
        predicate,
        nulls_not_distinct: false,
        span: index.span,
        entry: Some(index.entry),
    })
}

/// The operator class of a btree's column, `None` for the one that it has anyway; an error for that of another type,
/// with which PostgreSQL does not make the index.
fn operators<'t>(class: &'t str, column: &Column) -> Result<Option<&'t str>, ()> {
    let Ok(ColumnFacts { sql_type: Ok(sql_type), enum_name, .. }) = &column.facts else { return Err(()) };
    let name = sql_type.split('(').next().unwrap_or_default().trim();
    let has_zone = sql_type.ends_with("with time zone");
    let is_own = match class.strip_suffix("_ops").unwrap_or_default() {
        "enum" => enum_name.is_some(),
        "int2" => matches!(name, "smallint" | "smallserial"),
        "int4" => matches!(name, "integer" | "serial"),
        "int8" => matches!(name, "bigint" | "bigserial"),
        "float4" => name == "real",
        "float8" => name == "double precision",
        "text" | "varchar" => matches!(name, "text" | "varchar"),
        "bpchar" => name == "char",
        "bool" => name == "boolean",
        "timestamptz" => sql_type.starts_with("timestamp") && has_zone,
        of_type @ ("numeric" | "uuid" | "date" | "time" | "timestamp" | "interval" | "bytea" | "inet") => {
            name == of_type && !has_zone
        }
        _ => return Ok(Some(class)),
    };
    if is_own { Ok(None) } else { Err(()) }
}

impl Ordered<'_> {
    /// How another one serves what this does; of two that are equal the stronger stays, then the earlier.
    fn covered_by(&self, other: &Self, is_earlier: bool) -> Option<How> {
        if self.predicate != other.predicate || self.method != other.method {
            return None;
        }
        let first = other.parts.get(..self.parts.len())?;
        let is_same = first.len() == other.parts.len();
        let begins = self.parts == first
            || self.method.is_none()
                && self.parts.iter().zip(first).all(|(own, other)| own.is_reverse_of(other));
        if !begins {
            return None;
        }
        let is_unique = self.kind != Kind::Index;
        if is_same {
            let stays =
                (other.kind, !is_earlier) < (self.kind, false) || other.kind == self.kind && is_earlier;
            let holds_as_much = !is_unique
                || other.kind == Kind::PrimaryKey
                || self.nulls_not_distinct == other.nulls_not_distinct;
            return (stays && holds_as_much).then_some(How::Same);
        }
        // Only a btree is read from its beginning, and what is unique holds more than an order.
        (!is_unique && self.method.is_none()).then_some(How::Longer)
    }

    /// What to delete: the call, or the table's own call of the helper that makes it. What a helper makes of what is
    /// all its own is wrong in the helper.
    fn place(&self, table: &Table, better: &Self, all: &[Self], graph: &SchemaGraph) -> Span {
        let own = |span: &Span| table.span.contains(*span) && *span != table.span;
        if table.span.contains(self.span) {
            return self.span;
        }
        match self.entry.filter(own) {
            Some(entry) => entry,
            // What makes several of a table makes what it is asked for.
            None if table.span.contains(better.span)
                || all.iter().filter(|other| other.span == self.span).count() > 1 =>
            {
                table.head(&graph.sources)
            }
            None => self.span,
        }
    }

    fn subject(&self, table: &Table) -> String {
        let columns = self.parts.iter().filter_map(|part| match part {
            Part::Column { column, .. } => Some(*column),
            Part::Expression(_) => None,
        });
        match self.name.filter(|name| !name.is_empty()) {
            Some(name) => format!("{}.{name}", table.display_name()),
            None => table.subject(&columns.collect::<Vec<_>>()),
        }
    }

    /// `` unique constraint `users_email_unique` ``.
    fn display(&self) -> String {
        let kind = self.kind.word();
        if self.kind == Kind::PrimaryKey {
            return kind.into();
        }
        match self.name.filter(|name| !name.is_empty()) {
            Some(name) => format!("{kind} `{name}`"),
            None => kind.into(),
        }
    }
}

impl Part<'_> {
    /// A btree can be read backwards.
    fn is_reverse_of(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Column { column, descending, nulls_first, operators },
                Self::Column {
                    column: column2,
                    descending: descending2,
                    nulls_first: first2,
                    operators: operators2,
                },
            ) => {
                column == column2
                    && descending != descending2
                    && nulls_first != first2
                    && operators == operators2
            }
            _ => false,
        }
    }
}

fn report(
    table: &Table,
    one: &Ordered<'_>,
    place: Span,
    (better, how): (&Ordered<'_>, How),
    out: &mut Findings,
) {
    let (subject, name) = (one.subject(table), one.display());
    let columns = if one.parts.len() == 1 { "column" } else { "columns" };
    let what = match how {
        How::Same => format!("has the same {columns}"),
        How::Longer => format!("begins with the same {columns}"),
    };
    let message =
        format!("{name} of `{}` is redundant: the {} {what}", table.display_name(), better.display());
    let finding = out.report(subject, place, message);
    finding
        .label("every write maintains it, and nothing needs it")
        .related(better.span, format!("this {what}"));
    if place == one.span {
        finding.help("delete it");
    } else {
        finding.related(one.span, format!("the {} is written in this helper", one.kind.word()));
        let is_call = one.entry == Some(place);
        finding.help(if is_call { "delete it here" } else { "leave it out of this table" });
    }
}
