//! Two things of one name where the database has room for one.

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::SmolStr;
use std::borrow::Cow;
use std::hash::BuildHasher;

use crate::graph::{
    Dialect, DrizzleLine, ExportedAgain, ForeignKey, Named, NamedKind, Project, SchemaGraph, Scope, Table,
    TableId,
};
use crate::rule::{Context, Finding, Findings, Level, Meta, Rule};
use crate::source::{FileId, Span};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct DuplicateName {}

impl Rule for DuplicateName {
    const META: Meta = Meta {
        name: "duplicate-name",
        summary: "two tables, columns, constraints or indexes of one name where there may be only one",
        group: "What drizzle-kit lets through",
        docs: include_str!("duplicate_name.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        let mut search = Search { graph, reported: FxHashSet::default(), out };
        for unit in graph.created_together() {
            search.unit(&unit.tables, unit.others);
        }
        // As measured, with every dialect but one.
        let kit_takes_twice = |project: &&Project| {
            project.line == DrizzleLine::V1 && project.dialect.is_some_and(|it| it != Dialect::SingleStore)
        };
        graph.projects.iter().filter(kit_takes_twice).for_each(|project| exported_again(project, out));
    }
}

/// drizzle-kit 1.0 takes a table or an enum as often as the schema files export it, and stops at the second time: one finding
/// for each file that passes tables on beside their own.
fn exported_again(project: &Project, out: &mut Findings) {
    let mut by_files: IndexMap<(FileId, bool), Vec<&ExportedAgain>, FxBuildHasher> = IndexMap::default();
    for again in &project.exported_again {
        let (file, home) = (again.again.span.file, again.first.span.file);
        by_files.entry((file, file == home)).or_default().push(again);
    }
    for ((_, in_one_file), again) in by_files {
        let Some(one) = again.first() else { continue };
        let tables: FxHashSet<Span> = again.iter().map(|again| again.first.span).collect();
        let more = match tables.len() {
            0 | 1 => String::new(),
            2 => " and another one".into(),
            count => format!(" and {} more", count - 1),
        };
        let verb = if more.is_empty() { "is" } else { "are" };
        let (first, second) = (&one.first.name, &one.again.name);
        let message = match in_one_file {
            true => format!("`{first}`{more} {verb} exported twice by one schema file, also as `{second}`"),
            false => format!("`{second}`{more} {verb} exported by two schema files"),
        };
        let finding = out.report(second.clone(), one.again.span, message);
        finding.label("drizzle-kit 1.0 takes it once more, and stops: `There's a duplicate … name`");
        if one.first.span != one.again.span {
            finding.related(one.first.span, "the first time");
        }
        finding.help(match in_one_file {
            true => "export it once: give the other name where it is imported",
            false => {
                "let `schema` of drizzle.config name either this file or those whose tables it passes on"
            }
        });
    }
}

/// Who has which name, of the names that there are twice.
struct Taken<'g> {
    by: FxHashMap<(Scope<'g>, Cow<'g, str>), Named<'g>>,
    is_again: FxHashSet<u64>,
}

/// The names that there are twice in one scope, as hashes: only those are looked at closely, and mostly there is none.
fn repeated(graph: &SchemaGraph, tables: &[TableId], others: &[Named<'_>]) -> FxHashSet<u64> {
    let (mut global, mut again) = (FxHashSet::default(), FxHashSet::default());
    let mut own = FxHashSet::default();
    let mut add = |named: &Named<'_>, own: &mut FxHashSet<u64>| {
        let name = named.folded();
        for scope in named.scopes().into_iter().flatten() {
            let names = match scope {
                Scope::Constraints(_) | Scope::Own(..) => &mut *own,
                Scope::Relations(_) | Scope::Types(_) | Scope::Database(_) => &mut global,
            };
            let key = FxBuildHasher.hash_one((scope, &name));
            if !names.insert(key) {
                again.insert(key);
            }
        }
    };
    for id in tables {
        graph.named_table(*id).iter().for_each(|named| add(named, &mut own));
        graph.named_in(*id).iter().for_each(|named| add(named, &mut own));
        // What has to be the only one in its table is no other's.
        own.clear();
    }
    others.iter().for_each(|named| add(named, &mut own));
    again
}

struct Search<'g, 'o> {
    graph: &'g SchemaGraph,
    /// Pairs of places: two drizzle.configs may create the same tables.
    reported: FxHashSet<(Span, Span, NamedKind)>,
    out: &'o mut Findings,
}

impl<'g> Search<'g, '_> {
    /// What is created together in one database.
    fn unit(&mut self, tables: &[TableId], others: Vec<Named<'g>>) {
        let is_again = repeated(self.graph, tables, &others);
        if is_again.is_empty() {
            return;
        }
        let mut taken = Taken { by: FxHashMap::default(), is_again };
        let mut whole = Vec::new();
        for id in tables {
            let Some(table) = self.graph.named_table(*id) else { continue };
            // One of two tables of a name: what stands in it is not another mistake.
            let is_view = table.kind == NamedKind::View;
            if self.claim(&mut taken, table).is_none_or(|first| !is_table(&first)) && !is_view {
                whole.push(*id);
            }
        }
        for other in others {
            self.claim(&mut taken, other);
        }
        for id in whole {
            for named in self.graph.named_in(id) {
                self.claim(&mut taken, named);
            }
        }
    }

    /// Takes a name, and reports who has it already.
    fn claim(&mut self, taken: &mut Taken<'g>, named: Named<'g>) -> Option<Named<'g>> {
        let name = named.folded();
        let mut holder = None;
        for scope in named.scopes().into_iter().flatten() {
            let key = (scope, name.clone());
            if !taken.is_again.contains(&FxBuildHasher.hash_one(&key)) {
                continue;
            }
            match taken.by.get(&key) {
                Some(first) if holder.is_none() => {
                    let first = first.clone();
                    // Two primary keys are more than a name too much: `multiple-primary-keys`.
                    if (first.kind, named.kind) != (NamedKind::PrimaryKey, NamedKind::PrimaryKey)
                        || first.table != named.table
                    {
                        self.report(&first, &named, scope);
                    }
                    holder = Some(first);
                }
                Some(_) => {}
                None => {
                    taken.by.insert(key, named.clone());
                }
            }
        }
        holder
    }

    fn report(&mut self, first: &Named<'g>, second: &Named<'g>, scope: Scope<'g>) {
        // The copy that has less is the one to change.
        let both_tables =
            self.table(first).zip(self.table(second)).filter(|_| is_table(first) && is_table(second));
        let is_later = |one: &Named<'_>, other: &Named<'_>| {
            one.place.file == other.place.file && one.place.range.start > other.place.range.start
        };
        let swapped = match both_tables {
            Some((one, other)) if is_part(one, other) => true,
            Some((one, other)) if is_part(other, one) => false,
            // What stands in a table gives way to what is created before.
            _ => is_whole(first) == is_whole(second) && is_later(first, second),
        };
        let (first, second) = if swapped { (second, first) } else { (first, second) };
        if !self.reported.insert((first.place, second.place, second.kind)) {
            return;
        }
        let graph = self.graph;
        let pair = Pair { graph, first, second, scope };
        // Written at the column and in the third argument, alike: whichever is kept.
        if pair.fate() == Fate::OneIsKept && pair.are_alike() {
            return;
        }
        let finding = self.out.report(second.subject(graph), shown(graph, second), pair.message());
        finding.label(pair.outcome()).related(shown(graph, first), pair.other());
        from_helper(graph, second, finding);
        finding.help(pair.help());
    }

    fn table(&self, named: &Named<'_>) -> Option<&'g Table> {
        named.table.map(|table| self.graph.table(table))
    }
}

fn is_table(named: &Named<'_>) -> bool {
    named.kind == NamedKind::Table
}

/// Whether it stands for itself, in no table.
const fn is_whole(named: &Named<'_>) -> bool {
    matches!(named.kind, NamedKind::Table | NamedKind::View | NamedKind::Enum | NamedKind::Sequence)
}

/// Whether a table has fewer columns than another, and none besides.
fn is_part(one: &Table, other: &Table) -> bool {
    let names: FxHashSet<&str> = other.columns.iter().map(|column| column.display_name()).collect();
    one.columns.len() < other.columns.len()
        && one.columns_open.is_none()
        && one.columns.iter().all(|column| names.contains(column.display_name()))
}

/// Of a whole table only the beginning is shown.
fn shown(graph: &SchemaGraph, named: &Named<'_>) -> Span {
    match named.table.map(|table| graph.table(table)) {
        Some(table) if table.span == named.place => table.head(&graph.sources),
        _ => named.place,
    }
}

fn from_helper(graph: &SchemaGraph, named: &Named<'_>, finding: &mut Finding) {
    if named.place != named.written && named.kind != NamedKind::Table {
        let of = named.table.map(|table| graph.table(table).display_name()).unwrap_or_default();
        let what = named.kind.word();
        finding.related(named.written, format!("the {what} of `{of}` is written in this helper"));
    }
}

/// Two that have one name.
struct Pair<'p, 'g> {
    graph: &'g SchemaGraph,
    first: &'p Named<'g>,
    second: &'p Named<'g>,
    scope: Scope<'g>,
}

impl Pair<'_, '_> {
    fn message(&self) -> String {
        let (first, second) = (self.first, self.second);
        let (one, other) = (first.name, second.name);
        let names = if one == other {
            format!("`{other}`")
        } else {
            format!("`{one}` and `{other}`, which is one name to {}", second.database.title())
        };
        let of = |named: &Named<'_>| match (named.kind, named.table) {
            (NamedKind::Table | NamedKind::View, _) | (_, None) => String::new(),
            (_, Some(table)) => format!(" of `{}`", self.graph.table(table).display_name()),
        };
        if first.kind != second.kind {
            let one = match of(first) {
                table if first.table == second.table && table == of(second) => String::new(),
                table => table,
            };
            let (one, other) = (with_article(first.kind) + &one, with_article(second.kind) + &of(second));
            return format!("{one} and {other} are both named {names}");
        }
        let what = plural(second.kind);
        match (first.table == second.table, second.kind) {
            (true, _) => format!("two {what}{} are named {names}", of(second)),
            (false, NamedKind::Table | NamedKind::View) => format!("two {what} are named {names}"),
            (false, _) => format!("two {what} are named {names}: one{} and one{}", of(first), of(second)),
        }
    }

    /// What becomes of the two.
    fn outcome(&self) -> String {
        let kit = match self.second.line {
            DrizzleLine::V0 => "drizzle-kit 0.31",
            DrizzleLine::V1 => "drizzle-kit 1.0",
        };
        match (self.fate(), self.second.kind) {
            (Fate::OneIsKept, NamedKind::Table | NamedKind::Enum | NamedKind::Sequence) => {
                format!("{kit} creates only one of them, without a word")
            }
            (Fate::OneIsKept, _) => format!("{kit} keeps only one of them, without a word"),
            (Fate::KitStops, _) => format!("{kit} stops here"),
            (Fate::DatabaseRefuses, _) => self.refusal(),
        }
    }

    fn refusal(&self) -> String {
        let (name, database) = (self.second.name, self.second.database.title());
        let error = match (self.second.database, self.scope, self.second.table) {
            (Dialect::Postgres, Scope::Relations(_), _) => format!("relation \"{name}\" already exists"),
            (Dialect::Postgres, Scope::Types(_), _) => format!("type \"{name}\" already exists"),
            (Dialect::Postgres, Scope::Constraints(_), Some(table)) => {
                let table = self.graph.table(table);
                let table = table.name.as_deref().unwrap_or_default();
                format!("constraint \"{name}\" for relation \"{table}\" already exists")
            }
            _ => return format!("{database} refuses the second one"),
        };
        format!("{database} refuses the second one: `{error}`")
    }

    /// What drizzle-kit does, as measured.
    fn fate(&self) -> Fate {
        use NamedKind::{Check, Column, Enum, ForeignKey, Index, Policy, Sequence, Unique, View};
        let (first, second) = (self.first, self.second);
        let same_table = first.table == second.table;
        let dialect = second.database;
        if first.name != second.name {
            return Fate::DatabaseRefuses;
        }
        let kinds = (first.kind, second.kind);
        let whole = is_whole(first);
        let index_and_unique = matches!(kinds, (Index, Unique) | (Unique, Index));
        match second.line {
            DrizzleLine::V0 => match kinds {
                (NamedKind::Table, NamedKind::Table) | (Enum, Enum) | (Sequence, Sequence) => Fate::OneIsKept,
                (Column, Column) => Fate::OneIsKept,
                (ForeignKey, ForeignKey) if same_table => Fate::OneIsKept,
                (View, View) | (Policy, Policy) => Fate::KitStops,
                (Unique, Unique) | (Check, Check) if same_table => Fate::KitStops,
                (Index, Index) if dialect == Dialect::Postgres => Fate::KitStops,
                (Index, Index) if same_table => Fate::OneIsKept,
                _ if index_and_unique && same_table && dialect == Dialect::Sqlite => Fate::KitStops,
                _ => Fate::DatabaseRefuses,
            },
            DrizzleLine::V1 => {
                let one_kind = kinds.0 == kinds.1;
                let indexed_in_one =
                    matches!(dialect, Dialect::MySql | Dialect::SingleStore | Dialect::Cockroach);
                let stops = one_kind && (same_table || whole || dialect == Dialect::MsSql)
                    || kinds == (Index, Index)
                    || index_and_unique && indexed_in_one;
                // Of SingleStore it compares indexes only, and keeps the first of the rest.
                let looks_away = dialect == Dialect::SingleStore && !matches!(second.kind, Index | Unique);
                match (one_kind && looks_away, stops) {
                    (true, _) => Fate::OneIsKept,
                    (false, true) => Fate::KitStops,
                    (false, false) => Fate::DatabaseRefuses,
                }
            }
        }
    }

    fn other(&self) -> String {
        let kind = self.first.kind;
        match self.first.table {
            Some(table) if kind != NamedKind::Table && self.second.table != self.first.table => {
                let table = self.graph.table(table).display_name();
                if kind == NamedKind::View {
                    "the view".into()
                } else {
                    format!("the {} of `{table}`", word(kind))
                }
            }
            _ if kind == self.second.kind => "the other one".into(),
            _ => format!("the {}", word(kind)),
        }
    }

    fn help(&self) -> String {
        let (first, second) = (self.first, self.second);
        let binding =
            |named: &Named<'_>| named.table.map(|table| self.graph.table(table).binding.name.clone());
        match second.kind {
            NamedKind::Table if is_table(first) => {
                let (one, other) = (binding(first).unwrap_or_default(), binding(second).unwrap_or_default());
                let tables = second.table.zip(first.table).map(|(a, b)| (self.graph.table(a), self.graph.table(b)));
                if tables.is_some_and(|(second, first)| is_part(second, first)) {
                    format!(
                        "`{other}` has a part of the columns of `{one}`: do not export it, or keep it in a file that \
                         drizzle.config does not take"
                    )
                } else {
                    "name one of them otherwise, or leave its file out of `schema` in drizzle.config".into()
                }
            }
            NamedKind::Column if first.kind == second.kind => {
                let keys = [first, second].map(|named| self.key_of_column(named));
                let [one, other] = keys;
                format!("name the column of `{one}` or of `{other}` otherwise, or remove one of the two")
            }
            NamedKind::ForeignKey if self.one_key().is_some() => {
                "write the key once: at the column or in the third argument".into()
            }
            _ if self.is_shared_builder() => {
                "the two tables share one column object, and drizzle-orm 0.45 names its constraint after the table \
                 that used it first: let a function make the column"
                    .into()
            }
            _ if first.written == second.written => {
                "both tables have it from one helper: let the helper make the name from the table's".into()
            }
            NamedKind::Unique if !first.explicit && !second.explicit && first.table == second.table => {
                "write the constraint once, or give one of the two a name: `unique(\"…\")`".into()
            }
            NamedKind::Table | NamedKind::View | NamedKind::Enum | NamedKind::Sequence | NamedKind::Column => {
                "give one of them another name".into()
            }
            kind => format!("give one of them another name: {}", self.renamed(kind)),
        }
    }

    /// How the second one is named otherwise.
    fn renamed(&self, kind: NamedKind) -> String {
        let (name, table) = (self.second.name, self.second.table.map(|table| self.graph.table(table)));
        let table = table.and_then(|table| table.name.as_deref().ok()).unwrap_or_default();
        let other = if self.first.table != self.second.table && !name.starts_with(table) {
            format!("{table}_{name}")
        } else {
            "…".into()
        };
        match kind {
            NamedKind::ForeignKey => format!("`foreignKey({{ name: \"{other}\", … }})`"),
            NamedKind::PrimaryKey => format!("`primaryKey({{ name: \"{other}\", … }})`"),
            NamedKind::Unique => format!("`unique(\"{other}\")`"),
            NamedKind::Index => format!("`index(\"{other}\")`"),
            NamedKind::Check => format!("`check(\"{other}\", …)`"),
            kind => format!("another {}", word(kind)),
        }
    }

    fn key_of_column(&self, named: &Named<'_>) -> SmolStr {
        let columns = named.table.map(|table| &self.graph.table(table).columns[..]).unwrap_or_default();
        let column =
            columns.iter().find(|column| column.span == named.place && column.display_name() == named.name);
        column.map(|column| column.key.clone()).unwrap_or_default()
    }

    /// Both as one key, when they are of the same columns to the same. What one call makes twice is two.
    fn one_key(&self) -> Option<(&ForeignKey, &ForeignKey)> {
        if self.first.written == self.second.written {
            return None;
        }
        let keys = &self.graph.table(self.second.table?).foreign_keys;
        let find = |named: &Named<'_>| keys.iter().find(|key| key.span == named.written);
        let (one, other) = (find(self.first)?, find(self.second)?);
        let is_one = one.columns == other.columns && one.target == other.target;
        (self.first.table == self.second.table && is_one).then_some((one, other))
    }

    /// Whether both say the same key, and the same of it.
    fn are_alike(&self) -> bool {
        self.one_key()
            .is_some_and(|(one, other)| one.on_delete == other.on_delete && one.on_update == other.on_update)
    }

    /// 0.45 settles the name of `.unique()` at a column when the first table uses its builder.
    fn is_shared_builder(&self) -> bool {
        let (first, second) = (self.first, self.second);
        second.line == DrizzleLine::V0
            && second.kind == NamedKind::Unique
            && !second.explicit
            && first.written == second.written
    }
}

#[derive(PartialEq, Eq)]
enum Fate {
    /// drizzle-kit 0.31 keeps one and says nothing.
    OneIsKept,
    /// drizzle-kit refuses.
    KitStops,
    /// drizzle-kit writes both into the migration.
    DatabaseRefuses,
}

const fn word(kind: NamedKind) -> &'static str {
    match kind {
        NamedKind::Check => "check constraint",
        kind => kind.word(),
    }
}

fn with_article(kind: NamedKind) -> String {
    let word = word(kind);
    format!("{} {word}", if word.starts_with(['e', 'i']) { "an" } else { "a" })
}

fn plural(kind: NamedKind) -> String {
    match kind {
        NamedKind::Index => "indexes".into(),
        NamedKind::Policy => "policies".into(),
        kind => format!("{}s", word(kind)),
    }
}
