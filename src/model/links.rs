//! Links by the tables that they join, and what shows that they have tables of their own.

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use super::names::spellings;
use super::soft::same_type;
use crate::config;
use crate::graph::{Casing, Link, SchemaGraph, Table, TableId};

/// Links by the tables that they join.
#[derive(Debug)]
pub struct Links<'r> {
    /// What the config says of them.
    config: &'r config::Links,
    /// The table of each linkable, by its number.
    tables: Vec<Linked>,
    /// Both sides of each link, by its number.
    sides: Vec<[Linked; 2]>,
    /// The links of each name of a table.
    by_name: FxHashMap<SmolStr, Vec<usize>>,
}

/// The table behind a linkable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    /// This one: an owner, never a mirror.
    To(TableId),
    /// None that is declared.
    Nowhere,
    /// It cannot be told.
    Unknown,
}

/// What a column would be called that means the other side of a link.
#[derive(Debug)]
pub(super) struct Called {
    /// In SQL.
    pub name: SmolStr,
    /// The table that it means.
    pub target: TableId,
    /// The column there.
    pub key: usize,
    /// The link, by its number.
    pub link: usize,
}

impl<'r> Links<'r> {
    /// Finds the tables of links.
    pub fn new(graph: &SchemaGraph, config: &'r config::Links) -> Self {
        let mut tables: FxHashMap<SmolStr, Vec<TableId>> = FxHashMap::default();
        if !graph.linkables.is_empty() {
            for (index, table) in graph.tables.iter().enumerate() {
                let owner = graph.owner(TableId(index as u32));
                for name in sql_names(table) {
                    let known = tables.entry(name).or_default();
                    if !known.contains(&owner) {
                        known.push(owner);
                    }
                }
            }
        }
        let tables: Vec<Linked> = graph
            .linkables
            .iter()
            .map(|linkable| match &linkable.table {
                Ok(name) => find(graph, tables.get(name).map_or(&[], Vec::as_slice), linkable.package),
                Err(_) => Linked::Unknown,
            })
            .collect();
        let side = |linkable: &Result<usize, _>| linkable.as_ref().map_or(Linked::Unknown, |at| tables[*at]);
        let sides = graph.links.iter().map(|link| link.ends().map(|end| side(&end.linkable))).collect();
        let mut by_name: FxHashMap<SmolStr, Vec<usize>> = FxHashMap::default();
        for (index, link) in graph.links.iter().enumerate() {
            if let Ok(name) = &link.table {
                by_name.entry(name.clone()).or_default().push(index);
            }
        }
        Self { config, tables, sides, by_name }
    }

    /// Whether the config speaks of links.
    pub fn are_configured(&self) -> bool {
        self.config.is_configured()
    }

    /// Whether a type says what may be linked.
    pub const fn have_a_type(&self) -> bool {
        self.config.linkable_type.is_some()
    }

    /// A name in the config that is misspelled would otherwise silence every rule about links.
    pub fn note(&self, graph: &SchemaGraph) -> Option<String> {
        let functions: Vec<String> =
            self.config.define.iter().map(|define| format!("`{}`", *define.source)).collect();
        let is_used =
            !graph.links.is_empty() || graph.unreadable.iter().any(|gap| gap.subject.contains("link"));
        (!functions.is_empty() && !is_used).then(|| {
            format!(
                "no link was found: nothing calls {} (`links.define` in the config)",
                functions.join(" or ")
            )
        })
    }

    /// The name of the function that declares links.
    pub fn function(&self) -> &str {
        self.config.define.first().map_or("defineLink", |define| define.name.as_str())
    }

    /// Where the table of a link must be found.
    pub fn evidence(&self) -> &[config::Proof] {
        &self.config.evidence
    }

    /// Whether references in a file need a link.
    pub fn are_needed_in(&self, path: &str) -> bool {
        self.config.scope.as_ref().is_none_or(|scope| scope.is_match(path))
    }

    /// Whether a file of link tables is generated.
    pub fn generate(&self, path: &str) -> bool {
        self.config.is_generated(path)
    }

    /// The table of a linkable.
    pub fn table_of(&self, linkable: usize) -> Linked {
        self.tables.get(linkable).copied().unwrap_or(Linked::Unknown)
    }

    /// Whether two tables are linked, in either order, or may be: a side may not be known.
    pub fn may_join(&self, one: TableId, other: TableId) -> bool {
        let is = |side: Linked, table: TableId| match side {
            Linked::To(linked) => linked == table,
            Linked::Unknown => true,
            Linked::Nowhere => false,
        };
        self.sides
            .iter()
            .any(|[left, right]| is(*left, one) && is(*right, other) || is(*left, other) && is(*right, one))
    }

    /// The links whose table a table object declares.
    pub fn of_table<'l>(&'l self, graph: &'l SchemaGraph, table: &Table) -> impl Iterator<Item = &'l Link> {
        let name = table.name.as_ref().ok().filter(|_| table.namespace.is_none());
        let links = name.and_then(|name| self.by_name.get(name)).map_or(&[][..], Vec::as_slice);
        links.iter().map(|link| &graph.links[*link])
    }

    /// Whether a table holds nothing but links: a link names it, or it stands in the generated file.
    pub fn is_link_table(&self, graph: &SchemaGraph, table: &Table) -> bool {
        self.of_table(graph, table).next().is_some()
            || self.generate(&graph.sources.get(table.binding.file).path)
    }

    /// For each table of a side, what columns would be called that mean the other side.
    pub(super) fn names(&self, graph: &SchemaGraph) -> FxHashMap<TableId, Vec<Called>> {
        let mut names: FxHashMap<TableId, Vec<Called>> = FxHashMap::default();
        for (index, (link, sides)) in graph.links.iter().zip(&self.sides).enumerate() {
            let [Linked::To(left), Linked::To(right)] = *sides else { continue };
            let ends = [(left, &link.right, right), (right, &link.left, left)];
            for (holder, end, target) in ends {
                let Ok(linkable) = end.linkable.as_ref().map(|index| &graph.linkables[*index]) else {
                    continue;
                };
                let key = linkable.primary_key.as_ref().ok();
                let Some(key) = key.and_then(|key| graph.table(target).column_named(key)) else { continue };
                let mut called = Vec::new();
                // On one and the same table only the link's own columns tell the sides apart.
                if let (Ok(entity), true) = (&linkable.entity, holder != target) {
                    called.push(format_smolstr!("{entity}_id"));
                }
                called.extend(end.column.iter().cloned());
                names.entry(holder).or_default().extend(called.into_iter().map(|name| Called {
                    name: Casing::Snake.apply(&name).into(),
                    target,
                    key,
                    link: index,
                }));
            }
        }
        names
    }
}

/// The one table and key that a column means by its name, when links say so and types agree.
pub(super) fn meant<'c>(
    graph: &SchemaGraph,
    called: &'c [Called],
    table: TableId,
    column: usize,
) -> Option<&'c Called> {
    let holder = graph.table(table);
    if holder.primary_key_columns() == [column] {
        return None;
    }
    let name = Casing::Snake.apply(holder.columns[column].display_name());
    let mut found = called.iter().filter(|called| called.name == name);
    let first = found.next()?;
    let fits = same_type(holder, column, graph.table(first.target), first.key);
    (fits && found.all(|other| other.target == first.target && other.key == first.key)).then_some(first)
}

/// The SQL names of a table, never those of TypeScript.
fn sql_names(table: &Table) -> Vec<SmolStr> {
    let Ok(name) = &table.name else { return Vec::new() };
    let mut names = spellings(table);
    names.retain(|spelled| spelled == name || spelled.rsplit_once('.').is_some_and(|(_, last)| last == name));
    names
}

/// The table of a name: of several the one of the linkable's own package.
fn find(graph: &SchemaGraph, named: &[TableId], package: usize) -> Linked {
    let near = |table: &Table| table.package == package;
    match named {
        [one] => Linked::To(*one),
        [] => {
            // One whose name is not known may be it, wherever it stands.
            let may_be = graph.own_tables().any(|(_, table)| table.name.is_err());
            if may_be { Linked::Unknown } else { Linked::Nowhere }
        }
        several => {
            let mut own = several.iter().filter(|table| near(graph.table(**table)));
            match (own.next(), own.next()) {
                (Some(one), None) => Linked::To(*one),
                _ => Linked::Unknown,
            }
        }
    }
}
