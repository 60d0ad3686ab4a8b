//! Soft references: columns that mean a row of another table but carry no foreign key.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::boundaries::{Partition, Side};
use super::links::{Called, meant};
use super::names::{Named, Names, column_spellings, is_column};
use super::polymorphic::PolymorphicReference;
use super::tags::tag;
use crate::config::{Confidence, Globs, SoftReferences};
use crate::graph::{Casing, Column, ColumnRef, Dialect, IndexPart, SchemaGraph, Table, TableId};

use crate::source::Span;

/// A column that means a row of another table but carries no foreign key.
#[derive(Debug)]
pub struct SoftReference {
    /// The table that has it.
    pub table: TableId,
    /// Its columns; more than one only when a relation says so.
    pub columns: Vec<usize>,
    /// The table that it means: an owner, never a mirror.
    pub target: TableId,
    /// The key there, column by column; empty when that is not known.
    pub target_columns: Vec<usize>,
    /// What says so.
    pub evidence: Evidence,
}

/// What makes a column a soft reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The tag `@ref` at that place.
    Tag(Span),
    /// `softReferences.columns` of the config, at that place.
    Config(Span),
    /// A `one()` with fields, by its number.
    Relation(usize),
    /// A link, by its number: the column is called as its other side would be.
    Link(usize),
    /// A column helper that the config names.
    Helper,
    /// Its name alone.
    Name,
}

impl SoftReference {
    /// Whether the database could check it: both are tables of one kind of database, which knows foreign keys;
    /// the columns hold one value each, and what they mean is unique.
    pub fn could_be_key(&self, graph: &SchemaGraph) -> bool {
        let (table, target) = (graph.table(self.table), graph.table(self.target));
        let holds_one = |column: &usize| {
            table.columns[*column].facts.as_ref().is_ok_and(|facts| facts.dimensions == 0 && !facts.generated)
        };
        table.dialect == target.dialect
            && !matches!(table.dialect, Dialect::SingleStore | Dialect::Gel)
            && target.view.is_none()
            && !table.ponder
            && self.columns.iter().all(holds_one)
            && is_unique(target, &self.target_columns)
    }
}

/// Whether a primary key, a unique constraint or a unique index has exactly those columns.
fn is_unique(target: &Table, columns: &[usize]) -> bool {
    let is = |key: &[usize]| key.len() == columns.len() && key.iter().all(|column| columns.contains(column));
    let at_column =
        |column: usize| target.columns[column].facts.as_ref().is_ok_and(|facts| facts.unique.is_some());
    !columns.is_empty()
        && (matches!(columns, [column] if at_column(*column))
            || is(&target.primary_key_columns())
            || target.uniques.iter().any(|unique| unique.columns.as_ref().is_ok_and(|key| is(key)))
            || target.indexes.iter().any(|index| {
                let parts: Option<Vec<usize>> = index.parts.iter().map(IndexPart::column).collect();
                index.unique && index.predicate.is_none() && parts.is_some_and(|parts| is(&parts))
            }))
}

impl Evidence {
    /// Where it stands, when that is not the column itself, and what it says of a reference to that table.
    pub fn shown(self, graph: &SchemaGraph, to: &str) -> Option<(Span, String)> {
        let (span, what) = match self {
            Self::Relation(relation) => (graph.relations[relation].span, "this relation"),
            Self::Config(span) => (span, "the config"),
            Self::Link(link) => (graph.links[link].span, "this link"),
            Self::Tag(_) | Self::Helper | Self::Name => return None,
        };
        Some((span, format!("{what} says that it means a row of `{to}`")))
    }

    /// How sure it is.
    pub const fn confidence(self) -> Confidence {
        match self {
            Self::Tag(_) | Self::Config(_) | Self::Relation(_) => Confidence::Certain,
            Self::Link(_) | Self::Helper => Confidence::Probable,
            Self::Name => Confidence::Guess,
        }
    }
}

/// Where soft references are looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sought<'c> {
    /// What the config says of them.
    pub config: &'c SoftReferences,
    /// Evidence below that is not collected.
    pub least: Confidence,
}

/// Soft references, and what was written that leads nowhere.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By table and column.
    pub references: Vec<SoftReference>,
    /// Tags and entries of the config that name no table: the place and what is wrong there.
    pub dangling: Vec<(Span, String)>,
    /// Which of the config's columns matched, by index.
    used: FxHashSet<usize>,
}

/// Finds the soft references of every table that is no mirror.
pub(super) fn find(
    graph: &SchemaGraph,
    names: &Names,
    partitions: &[Partition],
    polymorphic: &[PolymorphicReference],
    sought: &Sought<'_>,
    called: &FxHashMap<TableId, Vec<Called>>,
) -> Found {
    let search = Search {
        graph,
        names,
        partitions,
        sought,
        called,
        relations: relations(graph),
        polymorphic: polymorphic
            .iter()
            .map(|pair| ColumnRef { table: pair.table, column: pair.id })
            .collect(),
        globs: Globs::new(sought.config.columns.0.iter().map(|(glob, _)| glob.clone()).collect()).ok(),
    };
    let mut found = Found::default();
    for (id, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
        for column in 0..table.columns.len() {
            if table.columns[column].facts.is_ok() && !is_under_key(table, column) {
                search.column(id, column, &mut found);
            }
        }
    }
    for (index, (glob, _)) in sought.config.columns.0.iter().enumerate() {
        if !found.used.contains(&index) {
            found
                .dangling
                .push((glob.span(), format!("`{}` matches no column without a foreign key", glob.pattern())));
        }
    }
    found
}

fn is_under_key(table: &Table, column: usize) -> bool {
    table.foreign_keys.iter().any(|key| key.columns.as_ref().is_ok_and(|key| key.contains(&column)))
}

struct Search<'s> {
    graph: &'s SchemaGraph,
    names: &'s Names,
    partitions: &'s [Partition],
    sought: &'s Sought<'s>,
    /// What links call columns, by the table that would have them.
    called: &'s FxHashMap<TableId, Vec<Called>>,
    /// `one()` relations by their first field.
    relations: FxHashMap<ColumnRef, Vec<usize>>,
    polymorphic: FxHashSet<ColumnRef>,
    /// The globs of the config's columns; none where they are too large to be asked together.
    globs: Option<Globs>,
}

impl Search<'_> {
    /// The first of the config's columns that means this one, by its index.
    fn configured(&self, table: TableId, column: usize) -> Option<usize> {
        let (entries, table) = (&self.sought.config.columns.0, self.graph.table(table));
        match &self.globs {
            _ if entries.is_empty() => None,
            Some(globs) => {
                let names = column_spellings(table, column);
                names.iter().flat_map(|name| globs.matches(name)).min()
            }
            None => entries.iter().position(|(glob, _)| is_column(glob, table, column)),
        }
    }

    /// The first evidence wins.
    fn column(&self, table: TableId, column: usize, found: &mut Found) {
        let comments = &self.graph.table(table).columns[column].comments;
        if let Some(tag) = tag(&self.graph.sources, comments, "ref") {
            let target = tag.text.split_whitespace().next().unwrap_or_default();
            let target = target.trim_end_matches(['.', ',', ';']);
            return self.written(table, column, target, Evidence::Tag(tag.span), found);
        }
        if let Some(index) = self.configured(table, column) {
            found.used.insert(index);
            let Some(target) = &self.sought.config.columns.0[index].1.0 else { return };
            return self.written(table, column, target, Evidence::Config(target.span), found);
        }
        if self.graph.table(table).may_be_foreign_key(column) {
            return;
        }
        let place = ColumnRef { table, column };
        if self.polymorphic.contains(&place) {
            return;
        }
        if let Some(relations) = self.relations.get(&place) {
            return self.related(place, relations, found);
        }
        if self.sought.least <= Confidence::Probable
            && let Some(called) = self.called.get(&table)
            && let Some(called) = meant(self.graph, called, table, column)
        {
            return found.references.push(SoftReference {
                table,
                columns: vec![column],
                target: called.target,
                target_columns: vec![called.key],
                evidence: Evidence::Link(called.link),
            });
        }
        if self.sought.least <= Confidence::Probable && self.is_made_by_helper(table, column) {
            return self.named(table, column, Evidence::Helper, found);
        }
        if self.sought.least == Confidence::Guess {
            self.named(table, column, Evidence::Name, found);
        }
    }

    /// `users.users`, `users.users.id`, or `none`.
    fn written(&self, table: TableId, column: usize, target: &str, evidence: Evidence, found: &mut Found) {
        if target == "none" {
            return;
        }
        let (Evidence::Tag(span) | Evidence::Config(span)) = evidence else { return };
        let (target, target_columns) = match self.names.table(self.graph, target, Some(table)) {
            Named::One(target) => (target, self.graph.table(target).primary_key_columns()),
            Named::Several(_) => {
                let message = format!("`{target}` names several tables; write it with its namespace");
                return found.dangling.push((span, message));
            }
            Named::Nothing => match self.names.column(self.graph, target, Some(table)) {
                Named::One(at) => (at.table, vec![at.column]),
                Named::Nothing | Named::Several(_) => {
                    return found.dangling.push((span, format!("`{target}` names no table of this schema")));
                }
            },
        };
        let target_columns = if target_columns.len() == 1 { target_columns } else { Vec::new() };
        found.references.push(SoftReference {
            table,
            columns: vec![column],
            target,
            target_columns,
            evidence,
        });
    }

    /// A `one()` with fields on the column: certain, unless several tables are meant.
    fn related(&self, place: ColumnRef, relations: &[usize], found: &mut Found) {
        let mut targets: Vec<SoftReference> = Vec::new();
        for index in relations {
            let relation = &self.graph.relations[*index];
            let (Some(Ok(pairs)), Ok(Some(target))) = (&relation.columns, &relation.target) else { continue };
            let target = self.graph.owner(*target);
            if !targets.iter().any(|other| other.target == target) {
                targets.push(SoftReference {
                    table: place.table,
                    columns: pairs.fields.iter().map(|field| field.column).collect(),
                    target,
                    target_columns: pairs.references.iter().map(|column| column.column).collect(),
                    evidence: Evidence::Relation(*index),
                });
            }
        }
        if let [_] = targets[..] {
            found.references.append(&mut targets);
        }
    }

    /// The function that the column's own property calls first is one of the config's helpers.
    fn is_made_by_helper(&self, table: TableId, column: usize) -> bool {
        if self.sought.config.helpers.0.is_empty() {
            return false;
        }
        let made_by = helper_call(self.graph, &self.graph.table(table).columns[column]);
        made_by.is_some_and(|(name, _)| self.sought.config.helpers.get(name).is_some())
    }

    /// `company_id` means the one table whose singular is `company`, in the same domain before others.
    fn named(&self, table: TableId, column: usize, evidence: Evidence, found: &mut Found) {
        let holder = self.graph.table(table);
        let name = Casing::Snake.apply(holder.columns[column].display_name());
        let Some(stem) = name.strip_suffix("_id").filter(|stem| !stem.is_empty()) else { return };
        if holder.primary_key_columns() == [column] {
            return;
        }
        let all = self.names.of_singular(self.graph, stem);
        let fits = |target: &TableId| {
            let target = self.graph.table(*target);
            let key = target.primary_key_columns();
            let [key] = key[..] else { return false };
            target.dialect == holder.dialect && same_type(holder, column, target, key)
        };
        let fitting: Vec<TableId> = all.iter().copied().filter(fits).collect();
        let near: Vec<TableId> =
            fitting.iter().copied().filter(|target| self.is_near(table, *target)).collect();
        let chosen = if near.is_empty() { fitting } else { near };
        if let [target] = chosen[..] {
            let target_columns = self.graph.table(target).primary_key_columns();
            found.references.push(SoftReference {
                table,
                columns: vec![column],
                target,
                target_columns,
                evidence,
            });
        }
    }

    fn is_near(&self, table: TableId, target: TableId) -> bool {
        self.partitions.iter().all(|partition| match (partition.side(table), partition.side(target)) {
            (Side::In(left), Side::In(right)) => left == right,
            _ => false,
        })
    }
}

/// The function that a column's own property calls first, without what it belongs to, and what follows its
/// parenthesis: `typeIdRef` and `"company_id").notNull()`.
pub fn helper_call<'g>(graph: &'g SchemaGraph, column: &Column) -> Option<(&'g str, &'g str)> {
    let text = graph.sources.text(column.helper.unwrap_or(column.span));
    let (_, value) = text.split_once(':')?;
    let (callee, arguments) = value.split_once('(')?;
    let callee = callee.split('<').next().unwrap_or(callee).trim();
    Some((callee.rsplit('.').next().unwrap_or(callee), arguments))
}

/// Every `one()` with columns, by the first column on its own side; not those that follow a foreign key
/// backwards, nor those that start at the table's own key.
fn relations(graph: &SchemaGraph) -> FxHashMap<ColumnRef, Vec<usize>> {
    let mut found: FxHashMap<ColumnRef, Vec<usize>> = FxHashMap::default();
    for (index, relation) in graph.relations.iter().enumerate() {
        let (true, Some(Ok(pairs)), Ok(Some(target))) = (relation.one, &relation.columns, &relation.target)
        else {
            continue;
        };
        let Some(first) = pairs.fields.first() else { continue };
        let holder = graph.table(relation.table);
        let fields: Vec<usize> = pairs.fields.iter().map(|field| field.column).collect();
        let own_key = holder.primary_key_columns();
        let is_own_key = !own_key.is_empty() && own_key.iter().all(|column| fields.contains(column));
        let wrong = pairs.fields.iter().any(|field| field.table != relation.table)
            || pairs.references.iter().any(|column| column.table != *target);
        // Not those that follow a foreign key of the other table backwards.
        let backwards = graph.table(*target).foreign_keys.iter().any(|key| {
            let same = |columns: &[usize], pairs: &[ColumnRef]| {
                columns.len() == pairs.len() && pairs.iter().all(|at| columns.contains(&at.column))
            };
            key.columns.as_ref().is_ok_and(|columns| same(columns, &pairs.references))
                && key.target.as_ref().is_ok_and(|back| {
                    graph.owner(back.table) == graph.owner(relation.table)
                        && same(&back.columns, &pairs.fields)
                })
        });
        if is_own_key || backwards || wrong || relation.through.is_some() || holder.owner.is_some() {
            continue;
        }
        found.entry(*first).or_default().push(index);
    }
    found
}

/// Whether two columns hold the same type, `serial` being an integer; false when one is not known.
pub fn same_type(left: &Table, left_column: usize, right: &Table, right_column: usize) -> bool {
    match (sql_type(left, left_column), sql_type(right, right_column)) {
        (Some(left), Some(right)) => left == right,
        _ => false,
    }
}

/// The type of a column as its references must have it.
pub fn sql_type(table: &Table, column: usize) -> Option<SmolStr> {
    let facts = table.columns.get(column)?.facts.as_ref().ok()?;
    let name = facts.sql_type.as_ref().ok()?;
    Some(match name.as_str() {
        "serial" if matches!(table.dialect, Dialect::MySql | Dialect::SingleStore) => {
            SmolStr::new_static("bigint unsigned")
        }
        "serial" | "serial4" | "int4" => SmolStr::new_static("integer"),
        "bigserial" | "serial8" | "int8" => SmolStr::new_static("bigint"),
        "smallserial" | "serial2" | "int2" => SmolStr::new_static("smallint"),
        _ => name.clone(),
    })
}
