//! Aggregates: which tables change together, what leads from one to another, and what was decided about it.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::boundaries::Partition;
use super::crossings::Reference;
use super::names::{Named, Names, is_column, is_table, spellings};
use super::soft::{SoftReference, same_type};
use super::tags::tag;
use crate::config::{self, Config, Disposition};
use crate::graph::{Casing, SchemaGraph, Table, TableId};
use crate::source::Span;

/// The aggregates of the config, and where they meet.
#[derive(Debug, Default)]
pub struct Aggregates<'c> {
    /// In the order of the config; none when it does not speak of them.
    pub groups: Vec<Aggregate<'c>>,
    /// Whether every table must be in one.
    pub is_total: bool,
    /// Foreign keys and soft references between tables of one aggregate or of two.
    pub references: Vec<Inner>,
    /// What was decided about columns.
    pub decisions: Vec<Decision<'c>>,
    /// Columns that name another version of their own row, without a key and without another sign.
    pub versions: Vec<(TableId, usize)>,
    /// The aggregates of each table, by index.
    of: FxHashMap<TableId, Vec<usize>>,
    /// Texts of the config that may cite records: the place and the text.
    pub texts: Vec<(Span, &'c str)>,
}

/// An aggregate.
#[derive(Debug)]
pub struct Aggregate<'c> {
    /// `commerce.Booking`.
    pub name: &'c str,
    /// Where it is written.
    pub span: Span,
    /// Its rows are never deleted.
    pub stable: bool,
    /// The table that stands for it; several, where applications have one of that name each.
    pub roots: Vec<TableId>,
    /// All its tables.
    pub tables: Vec<TableId>,
}

/// A reference between tables that are in one aggregate each.
#[derive(Debug)]
pub struct Inner {
    /// The table that refers.
    pub table: TableId,
    /// Its columns.
    pub columns: Vec<usize>,
    /// The table that is referred to: an owner, never a mirror.
    pub target: TableId,
    /// The aggregates of the two, by index.
    pub from: usize,
    /// The other one.
    pub to: usize,
    /// What refers.
    pub by: Reference,
    /// A boundary lies between them.
    pub is_across: bool,
}

/// What was decided about a column.
#[derive(Debug)]
pub struct Decision<'c> {
    /// Its table.
    pub table: TableId,
    /// The column.
    pub column: usize,
    /// The table that it means.
    pub target: TableId,
    /// It must have a foreign key; else it must not.
    pub hard: bool,
    /// Where it is written.
    pub span: Span,
    /// Why.
    pub reason: &'c str,
    /// The record that says so.
    pub adr: Option<&'c str>,
}

impl Aggregates<'_> {
    /// The aggregates of a table, by index.
    pub fn of(&self, table: TableId) -> &[usize] {
        self.of.get(&table).map(Vec::as_slice).unwrap_or_default()
    }

    /// What was decided about a reference.
    pub fn decision(&self, reference: &Inner) -> Option<&Decision<'_>> {
        self.decisions.iter().find(|decision| {
            decision.table == reference.table
                && decision.target == reference.target
                && reference.columns.contains(&decision.column)
        })
    }
}

/// What aggregates are made of.
pub(super) struct Ingredients<'c, 'm> {
    pub graph: &'m SchemaGraph,
    pub names: &'m Names,
    pub partitions: &'m [Partition],
    pub soft: &'m [SoftReference],
    pub config: &'c Config,
}

/// Reads the aggregates, and what the config says of them that leads nowhere.
pub(super) fn find<'c>(from: &Ingredients<'c, '_>, dangling: &mut Vec<(Span, String)>) -> Aggregates<'c> {
    let config = &from.config.aggregates;
    let mut found = Aggregates {
        is_total: config.total.unwrap_or(true),
        texts: config.adr.iter().map(|adr| (adr.span, adr.as_str())).collect(),
        ..Aggregates::default()
    };
    if config.groups.0.is_empty() {
        return found;
    }
    let contexts = contexts(from);
    for (name, group) in &config.groups.0 {
        let aggregate = from.aggregate(name.as_str(), name.span, group, &contexts, dangling);
        for table in &aggregate.tables {
            found.of.entry(*table).or_default().push(found.groups.len());
        }
        found.groups.push(aggregate);
    }
    for (entries, hard) in [(&config.soft, false), (&config.hard, true)] {
        for (column, entry) in &entries.0 {
            found
                .texts
                .extend(entry.adr.iter().chain([&entry.reason]).map(|text| (text.span, text.as_str())));
            found.decisions.extend(from.decision(
                (column.as_str(), column.span),
                entry,
                hard,
                &found,
                dangling,
            ));
        }
    }
    found.references = from.references(&found);
    found.versions = from.versions();
    found
}

/// The names that may stand before the dot of an aggregate's name: namespaces and domains.
fn contexts(from: &Ingredients<'_, '_>) -> FxHashSet<SmolStr> {
    let namespaces = from.graph.own_tables().filter_map(|(_, table)| namespace(table));
    let domains = from.partitions.iter().flat_map(Partition::domains).cloned();
    namespaces.chain(domains).collect()
}

fn namespace(table: &Table) -> Option<SmolStr> {
    match &table.namespace {
        None => Some(SmolStr::new_static("public")),
        Some(namespace) => namespace.as_ref().ok().cloned(),
    }
}

impl<'c> Ingredients<'c, '_> {
    fn aggregate(
        &self,
        name: &'c str,
        span: Span,
        group: &'c config::Group,
        contexts: &FxHashSet<SmolStr>,
        dangling: &mut Vec<(Span, String)>,
    ) -> Aggregate<'c> {
        let context = name.rsplit_once('.').map(|(context, _)| context);
        let context = context.filter(|context| contexts.contains(*context));
        let is_inside = |id: TableId, table: &Table| {
            context.is_none_or(|context| {
                namespace(table).is_some_and(|namespace| namespace == context)
                    || self
                        .partitions
                        .iter()
                        .any(|partition| partition.domain(id).is_some_and(|domain| domain == context))
            })
        };
        let (mut roots, mut tables) = (Vec::new(), Vec::new());
        let mut used = vec![false; group.members.list().len()];
        for (id, table) in self.graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
            if !is_inside(id, table) {
                continue;
            }
            let is_root = spellings(table).iter().any(|name| *name == group.root.as_str());
            let mut is_member = false;
            for (index, glob) in group.members.list().iter().enumerate() {
                if is_table(glob, table) {
                    used[index] = true;
                    is_member = true;
                }
            }
            if is_root {
                roots.push(id);
            }
            if is_root || is_member {
                tables.push(id);
            }
        }
        // Applications may have one of that name each; one application may not.
        let mut ids: Vec<String> = roots.iter().map(|id| self.graph.table(*id).id()).collect();
        ids.dedup();
        if roots.is_empty() {
            dangling.push((group.root.span, format!("`{}` names no table of this schema", *group.root)));
        } else if ids.len() > 1 {
            let message = format!("`{}` names several tables; write it with its namespace", *group.root);
            dangling.push((group.root.span, message));
        }
        for (glob, _) in group.members.list().iter().zip(used).filter(|(_, used)| !used) {
            dangling.push((glob.span(), format!("`{}` matches no table", glob.pattern())));
        }
        Aggregate { name, span, stable: group.stable, roots, tables }
    }

    fn decision(
        &self,
        (column, span): (&str, Span),
        entry: &'c Disposition,
        hard: bool,
        found: &Aggregates<'_>,
        dangling: &mut Vec<(Span, String)>,
    ) -> Option<Decision<'c>> {
        let at = match self.names.column(self.graph, column, None) {
            Named::One(at) => at,
            Named::Nothing => {
                dangling.push((span, format!("`{column}` names no column of this schema")));
                return None;
            }
            Named::Several(_) => {
                dangling
                    .push((span, format!("`{column}` names several columns; write it with its namespace")));
                return None;
            }
        };
        let to = &entry.to;
        let target = match self.near(to, at.table) {
            Named::One(target) => target,
            Named::Nothing => {
                dangling.push((to.span, format!("`{}` names no table of this schema", **to)));
                return None;
            }
            Named::Several(_) => {
                dangling
                    .push((to.span, format!("`{}` names several tables; write it with its namespace", **to)));
                return None;
            }
        };
        if let ([from], [to]) = (found.of(at.table), found.of(target))
            && from == to
        {
            let message = format!("`{column}` does not lead out of `{}`", found.groups[*from].name);
            dangling.push((span, message));
            return None;
        }
        let adr = entry.adr.as_ref().or(self.config.aggregates.adr.as_ref()).map(|adr| adr.as_str());
        Some(Decision { table: at.table, column: at.column, target, hard, span, reason: &entry.reason, adr })
    }

    /// The table of a name; of several, the one in the namespace of the table that refers to it.
    fn near(&self, name: &str, table: TableId) -> Named<TableId> {
        match self.names.table(self.graph, name, Some(table)) {
            Named::Several(several) => {
                let own = namespace(self.graph.table(table));
                let is_near = |id: &TableId| namespace(self.graph.table(*id)) == own;
                match several.iter().copied().filter(is_near).collect::<Vec<_>>()[..] {
                    [one] => Named::One(one),
                    _ => Named::Several(several),
                }
            }
            found => found,
        }
    }

    fn references(&self, aggregates: &Aggregates<'_>) -> Vec<Inner> {
        let mut found = Vec::new();
        let mut add = |table: TableId, columns: &[usize], target: TableId, by: Reference| {
            let target = self.graph.owner(target);
            let ([from], [to]) = (aggregates.of(table), aggregates.of(target)) else { return };
            let is_across = self.partitions.iter().any(|partition| {
                matches!((partition.domain(table), partition.domain(target)), (Some(from), Some(to)) if from != to)
            });
            found.push(Inner {
                table,
                columns: columns.to_vec(),
                target,
                from: *from,
                to: *to,
                by,
                is_across,
            });
        };
        for (id, table) in self.graph.own_tables() {
            for (at, key) in table.foreign_keys.iter().enumerate() {
                if let (Ok(columns), Ok(target)) = (&key.columns, &key.target) {
                    add(id, columns, target.table, Reference::ForeignKey(at));
                }
            }
        }
        for (at, reference) in self.soft.iter().enumerate() {
            add(reference.table, &reference.columns, reference.target, Reference::Soft(at));
        }
        found
    }

    /// `superseded_by` of the type of the row's own key, when nothing says that it means something else.
    fn versions(&self) -> Vec<(TableId, usize)> {
        let mut found = Vec::new();
        for (id, table) in self.graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
            let [key] = table.primary_key_columns()[..] else { continue };
            for (index, column) in table.columns.iter().enumerate() {
                let name = Casing::Snake.apply(column.display_name());
                let name = name.strip_suffix("_id").unwrap_or(&name);
                if index == key
                    || !VERSIONS.contains(&name)
                    || !same_type(table, index, table, key)
                    || table.may_be_foreign_key(index)
                    || tag(&self.graph.sources, &column.comments, "ref").is_some()
                {
                    continue;
                }
                let known = self.soft.iter().any(|soft| soft.table == id && soft.columns.contains(&index));
                let configured = &self.config.soft_references.columns.0;
                if !known && !configured.iter().any(|(glob, _)| is_column(glob, table, index)) {
                    found.push((id, index));
                }
            }
        }
        found
    }
}

/// Names of columns that name another version of their row.
const VERSIONS: [&str; 8] = [
    "superseded_by",
    "supersedes",
    "previous_version",
    "next_version",
    "prior_version",
    "parent_version",
    "previous_revision",
    "next_revision",
];
