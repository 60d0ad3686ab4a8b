//! Names that the database cuts off or refuses because of their length.

use rustc_hash::{FxHashMap, FxHashSet};
use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::SmolStr;

use crate::graph::{
    Casing, Created, ForeignKey, NameLimit, Named, NamedKind, SchemaGraph, Scope, Table, TableId,
};
use crate::rule::{Context, Findings, Level, Meta, Rule};
use crate::source::Span;

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct IdentifierTooLong {}

impl Rule for IdentifierTooLong {
    const META: Meta = Meta {
        name: "identifier-too-long",
        summary: "a name, written or generated, that the database cuts off or refuses",
        group: "What drizzle-kit lets through",
        docs: include_str!("identifier_too_long.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        let is_long = |named: &Named<'_>| {
            NameLimit::of(named.database).is_some_and(|limit| limit.exceeded_by(named.name).is_some())
        };
        let mut long = Vec::new();
        for (index, table) in graph.tables.iter().enumerate() {
            if table.ponder || !table.is_created(graph) || NameLimit::of(table.dialect).is_none() {
                continue;
            }
            let id = TableId(index as u32);
            long.extend(graph.named_table(id).filter(is_long));
            if table.view.is_none() {
                long.extend(graph.named_in(id).into_iter().filter(is_long));
            }
        }
        let units = graph.created_together();
        let mut seen: FxHashSet<Span> = FxHashSet::default();
        let others = units.iter().flat_map(|unit| &unit.others).filter(|named| is_long(named));
        long.extend(others.filter(|named| seen.insert(named.place)).cloned());
        if long.is_empty() {
            return;
        }
        let mut rivals = FxHashMap::default();
        units.iter().for_each(|unit| collect_rivals(graph, unit, &mut rivals));
        long.iter().for_each(|named| report(graph, named, &rivals, out));
    }
}

/// What is cut off to the name of another, by table, kind and name.
type Rivals<'g> = FxHashMap<(Option<TableId>, NamedKind, SmolStr), Named<'g>>;

const fn key(named: &Named<'_>, name: SmolStr) -> (Option<TableId>, NamedKind, SmolStr) {
    (named.table, named.kind, name)
}

fn collect_rivals<'g>(graph: &'g SchemaGraph, unit: &Created<'g>, rivals: &mut Rivals<'g>) {
    let mut taken: FxHashMap<(Scope<'g>, &'g str), Named<'g>> = FxHashMap::default();
    let all = || {
        let tables = unit.tables.iter().filter_map(|id| graph.named_table(*id));
        let is_table = |id: &&TableId| graph.table(**id).view.is_none();
        let inside = unit.tables.iter().filter(is_table).flat_map(|id| graph.named_in(*id));
        tables.chain(unit.others.iter().cloned()).chain(inside)
    };
    // One of two that are called alike then is cut off.
    let cut: FxHashSet<&str> = all()
        .filter_map(|named| {
            let limit = NameLimit::of(named.database)?;
            limit.exceeded_by(named.name).map(|_| limit.kept(named.name))
        })
        .collect();
    if cut.is_empty() {
        return;
    }
    for named in all() {
        let Some(limit @ NameLimit::CutAfter(_)) = NameLimit::of(named.database) else { continue };
        if named.is_named_by_database() {
            continue;
        }
        let kept = limit.kept(named.name);
        if !cut.contains(kept) {
            continue;
        }
        for scope in named.scopes().into_iter().flatten() {
            let Some(first) = taken.get(&(scope, kept)) else {
                taken.insert((scope, kept), named.clone());
                continue;
            };
            // The same name in full is `duplicate-name`.
            if first.name == named.name {
                continue;
            }
            // The later one is refused; it is shown where it is too long.
            let (long, other) = match limit.exceeded_by(named.name) {
                Some(_) => (&named, first),
                None => (first, &named),
            };
            rivals.entry(key(long, SmolStr::new(long.name))).or_insert_with(|| other.clone());
        }
    }
}

fn report(graph: &SchemaGraph, named: &Named<'_>, rivals: &Rivals<'_>, out: &mut Findings) {
    let Some(limit) = NameLimit::of(named.database) else { return };
    let Some(length) = limit.exceeded_by(named.name) else { return };
    if named.is_named_by_database() {
        return;
    }
    let (kind, name, database) = (named.kind.word(), named.name, named.database.title());
    let table = named.table.map(|table| graph.table(table));
    let span = match table {
        Some(table) if table.span == named.place => table.head(&graph.sources),
        _ => named.place,
    };
    let written = if named.explicit { "" } else { "generated " };
    let (message, label) = match limit {
        NameLimit::CutAfter(most) => (
            format!(
                "the {written}name of {kind} `{name}` has {length} bytes; {database} cuts it off after {most}"
            ),
            format!("{database} calls it `{}`", limit.kept(name)),
        ),
        NameLimit::RefusedAfter(most) => (
            format!("the {written}name of {kind} `{name}` has {length} characters; {database} takes {most}"),
            format!("{database} refuses it"),
        ),
    };
    let rival = rivals.get(&key(named, SmolStr::new(name)));
    let (message, label) = match rival {
        Some(rival) => (
            format!("{message}, and then it is the name of `{}`", rival.name),
            format!("{database} calls both `{}`, and refuses the second one", limit.kept(name)),
        ),
        None => (message, label),
    };
    let finding = out.report(named.subject(graph), span, message);
    finding.label(label);
    if let Some(rival) = rival {
        finding.matters(Level::Error);
        let place = match rival.table.map(|table| graph.table(table)) {
            Some(table) if table.span == rival.place => table.head(&graph.sources),
            _ => rival.place,
        };
        finding.related(place, format!("the {} that has the same name then", rival.kind.word()));
    }
    if named.place != named.written && !matches!(named.kind, NamedKind::Table | NamedKind::View) {
        let of = table.map(Table::display_name).unwrap_or_default();
        finding.related(named.written, format!("the {kind} of `{of}` is written in this helper"));
    }
    finding.help(help(graph, named, limit));
}

fn help(graph: &SchemaGraph, named: &Named<'_>, limit: NameLimit) -> String {
    let of = |suffix: &str| {
        let table = named.table.map(|table| graph.table(table));
        let columns = table.map(|table| {
            let names: Vec<&str> = named.columns.iter().map(|column| table.column_name(*column)).collect();
            names.join("_")
        });
        let table = table.and_then(|table| table.name.as_deref().ok()).unwrap_or_default();
        let name = format!("{table}_{}_{suffix}", columns.unwrap_or_default());
        let is_good = !named.columns.is_empty() && limit.exceeded_by(&name).is_none() && name != named.name;
        if is_good { name } else { "…".into() }
    };
    match named.kind {
        NamedKind::ForeignKey => {
            let name = of("fk");
            let table = named.table.map(|table| graph.table(table));
            let key = table.and_then(|table| {
                table.foreign_keys.iter().find(|key| {
                    key.span == named.written && key.name.as_ref().is_ok_and(|name| name == named.name)
                })
            });
            let written = table.zip(key).and_then(|(table, key)| in_third_argument(graph, table, key, &name));
            match (written, key) {
                (_, Some(key)) if key.inline && key.explicit => {
                    format!("give it a shorter name: `.references(…, {{ name: \"{name}\" }})`")
                }
                (Some(written), Some(key)) if key.inline => {
                    let knows = table.is_some_and(|table| table.third_argument.knows_foreign_key);
                    let from = if knows { "" } else { " (import `foreignKey` beside the table function)" };
                    format!(
                        "in place of `.references()`, name the key in the third argument: `{written}`{from}"
                    )
                }
                (Some(written), _) => format!("name the key: `{written}`"),
                (None, _) => format!("name the key: `foreignKey({{ name: \"{name}\", … }})`"),
            }
        }
        NamedKind::Index => "give it a shorter name: `index(\"…\")`".into(),
        NamedKind::Unique if named.columns.is_empty() => "give it a shorter name: `.unique(\"…\")`".into(),
        NamedKind::Unique => format!("give it a shorter name: `unique(\"{}\")`", of("key")),
        NamedKind::PrimaryKey => {
            format!("give it a shorter name: `primaryKey({{ name: \"{}\", … }})`", of("pk"))
        }
        NamedKind::Check => "give it a shorter name: `check(\"…\", …)`".into(),
        NamedKind::Policy => "give it a shorter name: `pgPolicy(\"…\", …)`".into(),
        _ => "give it a shorter name".into(),
    }
}

/// `foreignKey({ name: "orders_user_id_fk", columns: [t.userId], foreignColumns: [users.id] }).onDelete("cascade")`.
fn in_third_argument(graph: &SchemaGraph, table: &Table, key: &ForeignKey, name: &str) -> Option<String> {
    let (columns, target) = (key.columns.as_ref().ok()?, key.target.as_ref().ok()?);
    let to = graph.table(target.table);
    let mut actions = String::new();
    for (method, action) in [("onDelete", &key.on_delete), ("onUpdate", &key.on_update)] {
        match action {
            Ok(None) => {}
            Ok(Some(action)) => actions.push_str(&format!(".{method}(\"{action}\")")),
            Err(_) => return None,
        }
    }
    let written = |of: &str| {
        let binding = if to.span == table.span { of } else { &to.binding.name };
        format!(
            "foreignKey({{ name: \"{name}\", columns: [{}], foreignColumns: [{}] }}){actions}",
            table.column_keys(of, columns),
            to.column_keys(binding, &target.columns)
        )
    };
    if !key.inline {
        // It has its place, and its key in an object, already.
        return Some(written(table.parameter()));
    }
    let names: Vec<&str> = columns.iter().map(|column| table.column_name(*column)).collect();
    Some(table.entry(&Casing::Camel.apply(&format!("{}_fk", names.join("_"))), written))
}
