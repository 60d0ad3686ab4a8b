//! Which relations follow a foreign key.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    ColumnPairs, ColumnRef, ForeignKeyTarget, Relation, RelationApi, SchemaGraph, Table, TableId, Verdict,
};
use crate::source::Span;

/// A key and the two tables that it joins.
#[derive(Debug, Clone, Copy)]
pub struct KeyPair<'g> {
    /// The graph.
    pub graph: &'g SchemaGraph,
    /// The table that has the key.
    pub from: TableId,
    /// Its columns.
    pub columns: &'g [usize],
    /// What the key says that it refers to.
    pub target: &'g ForeignKeyTarget,
    /// The table that it refers to: an owner, never a mirror.
    pub to: TableId,
}

/// What relations make of a key.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Follows {
    /// One joins all of it.
    Whole,
    /// The relation of that number in the graph joins only a part of the key, by which several rows may be found.
    Part(usize),
    /// None.
    Nothing,
    /// Some could not be read.
    Unknown,
}

/// What a relation joins: the first column on one side of it.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Join<'g> {
    /// The table that has the relation.
    on: TableId,
    /// The column is on the side of the other table.
    swapped: bool,
    /// The table of the column.
    table: TableId,
    column: &'g str,
}

/// The relations by the table that has them.
#[derive(Debug)]
pub struct KeyRelations<'g> {
    by_table: FxHashMap<TableId, Vec<(usize, &'g Relation)>>,
    joins: FxHashMap<Join<'g>, Vec<(usize, &'g Relation)>>,
    /// The tables with relations whose columns are not known, and whether `one()` is among them.
    unclear: FxHashMap<TableId, bool>,
    /// Projects that declare relations, with the interface of the first.
    pub projects: FxHashMap<usize, RelationApi>,
    /// The `relations()` of each table.
    pub sets: FxHashMap<TableId, &'g str>,
    /// Tables some of whose relations could not be read.
    pub unknown: FxHashSet<TableId>,
    /// Projects some of whose relations could not be read, and it is not known of which table.
    pub unknown_projects: FxHashSet<usize>,
}

impl<'g> KeyRelations<'g> {
    /// Those of a graph.
    pub fn new(graph: &'g SchemaGraph) -> Self {
        let mut by_table: FxHashMap<TableId, Vec<(usize, &Relation)>> = FxHashMap::default();
        let mut projects = FxHashMap::default();
        let mut joins: FxHashMap<Join<'_>, Vec<(usize, &Relation)>> = FxHashMap::default();
        let mut unclear = FxHashMap::default();
        for (index, relation) in graph.relations.iter().enumerate() {
            let on = graph.owner(relation.table);
            by_table.entry(on).or_default().push((index, relation));
            match pairs_of(relation) {
                Some(pairs) => {
                    let sides = [(false, pairs.fields.first()), (true, pairs.references.first())];
                    for (swapped, first) in sides {
                        let Some(first) = first else { continue };
                        let column = graph.table(first.table).column_name(first.column);
                        let join = Join { on, swapped, table: graph.owner(first.table), column };
                        joins.entry(join).or_default().push((index, relation));
                    }
                }
                None if relation.columns.is_some() || relation.verdict.is_err() => {
                    *unclear.entry(on).or_default() |= relation.one;
                }
                None => {}
            }
            projects.entry(graph.table(relation.table).project).or_insert(relation.api);
        }
        let mut unknown = FxHashSet::default();
        let mut unknown_projects = FxHashSet::default();
        for gap in graph.unreadable.iter().filter(|gap| gap.of_relations) {
            match gap.table {
                Some(table) => {
                    unknown.insert(graph.owner(table));
                }
                // Of which table is not known: of one that the projects of this package hold.
                None => unknown_projects.extend(projects_near(graph, gap.span)),
            }
        }
        let mut sets = FxHashMap::default();
        for set in graph.relation_sets.iter().filter(|set| set.api == RelationApi::V1) {
            sets.entry(graph.owner(set.table)).or_insert(set.binding.name.as_str());
        }
        Self { by_table, joins, unclear, projects, sets, unknown, unknown_projects }
    }

    /// The relations of a table, with their numbers in the graph.
    pub fn on(&self, table: TableId) -> &[(usize, &'g Relation)] {
        self.by_table.get(&table).map_or(&[], Vec::as_slice)
    }

    /// The `one()` of a key, on its own table; on the other one when the key is unique.
    pub fn of(&self, pair: KeyPair<'_>) -> Follows {
        let own = self.joining(pair, pair.from, Side { swapped: false, one: true });
        // One on which Drizzle throws is there to be mended, whichever key it is for, and so is one of the key's columns that
        // compares others with them than the key does.
        let is_to_mend = |one: &Relation| pair.is_broken_by(one) || pair.is_mistaken_by(one);
        if own == Follows::Nothing && self.on(pair.from).iter().any(|(_, one)| is_to_mend(one)) {
            return Follows::Unknown;
        }
        if own != Follows::Nothing || !is_unique(pair.graph.table(pair.from), pair.columns) {
            return own;
        }
        self.joining(pair, pair.to, Side { swapped: true, one: true })
    }

    /// The `one()` of a key's own table that joins it.
    pub fn following(&self, pair: KeyPair<'_>) -> Option<&'g Relation> {
        let side = Side { swapped: false, one: true };
        let mut ones = self.beginning(pair, pair.from, side).into_iter();
        let found = ones.find(|one| pair.follows(*one, side.swapped) == Follows::Whole);
        found.map(|(_, relation)| relation)
    }

    /// What the other table says of a key.
    pub fn inverse(&self, pair: KeyPair<'_>) -> Follows {
        self.joining(pair, pair.to, Side { swapped: true, one: false })
    }

    fn joining(&self, pair: KeyPair<'_>, on: TableId, side: Side) -> Follows {
        let mut part = None;
        for relation in self.beginning(pair, on, side) {
            match pair.follows(relation, side.swapped) {
                Follows::Whole => return Follows::Whole,
                Follows::Part(index) => part = part.or(Some(index)),
                Follows::Nothing | Follows::Unknown => {}
            }
        }
        let unknown = self.unclear.get(&on).is_some_and(|of_one| *of_one || !side.one);
        match (unknown, part) {
            (true, _) => Follows::Unknown,
            (false, Some(part)) => Follows::Part(part),
            (false, None) => Follows::Nothing,
        }
    }

    /// The relations of a table whose first column is one of the key's, in the order of the graph: no others join it.
    fn beginning(&self, pair: KeyPair<'_>, on: TableId, side: Side) -> Vec<(usize, &'g Relation)> {
        let table = pair.graph.table(pair.from);
        let columns = pair.columns.iter().map(|column| table.column_name(*column));
        let joins = columns.map(|column| Join {
            on,
            swapped: side.swapped,
            table: pair.graph.owner(pair.from),
            column,
        });
        let found = joins.filter_map(|join| self.joins.get(&join)).flatten().copied();
        let mut found: Vec<(usize, &Relation)> =
            found.filter(|(_, relation)| relation.one || !side.one).collect();
        found.sort_unstable_by_key(|(index, _)| *index);
        found
    }
}

/// Which relations are asked.
#[derive(Clone, Copy)]
struct Side {
    /// Those of the table that the key refers to.
    swapped: bool,
    /// `one()` only.
    one: bool,
}

/// The projects whose tables or relations stand in the file of a place; all of them when none do.
fn projects_near(graph: &SchemaGraph, place: Span) -> FxHashSet<usize> {
    let tables =
        graph.tables.iter().filter(|table| table.binding.file == place.file).map(|table| table.project);
    let relations = graph.relations.iter().filter(|relation| relation.span.file == place.file);
    let relations = relations.map(|relation| graph.table(relation.table).project);
    let near: FxHashSet<usize> = tables.chain(relations).collect();
    if near.is_empty() { (0..graph.projects.len()).collect() } else { near }
}

/// The columns that a relation joins; `None` when they are not known, or when Drizzle finds none.
pub fn pairs_of(relation: &Relation) -> Option<&ColumnPairs> {
    match (&relation.columns, &relation.verdict) {
        (Some(Ok(pairs)), _) if !pairs.fields.is_empty() => Some(pairs),
        (_, Ok(Verdict::From(_, pairs))) => Some(pairs),
        _ => None,
    }
}

impl KeyPair<'_> {
    /// What one relation makes of the key.
    fn follows(self, (index, relation): (usize, &Relation), swapped: bool) -> Follows {
        let Some(pairs) = pairs_of(relation) else { return Follows::Unknown };
        let (near, far) = match swapped {
            false => (&pairs.fields, &pairs.references),
            true => (&pairs.references, &pairs.fields),
        };
        match self.joined_by(near, far) {
            Some(count) if count == self.columns.len() => Follows::Whole,
            // By a part that is a key of the other table, exactly the row of the key is found.
            Some(_) if self.identifies(far) => Follows::Whole,
            Some(_) if !swapped => Follows::Part(index),
            Some(_) | None => Follows::Nothing,
        }
    }

    /// Whether a relation leads to a table, or to a mirror of it.
    pub fn leads(self, relation: &Relation, to: TableId) -> bool {
        let target = relation.target.as_ref().ok().copied().flatten();
        target.is_some_and(|target| self.graph.owner(target) == to)
    }

    /// Whether a relation leads where the key does, and says nothing of columns, and Drizzle finds none.
    fn is_broken_by(self, one: &Relation) -> bool {
        one.one
            && one.columns.is_none()
            && matches!(one.verdict, Ok(Verdict::Error(_)))
            && self.leads(one, self.to)
    }

    /// Whether a relation leads where the key does, from exactly the key's columns, and cannot find its rows.
    fn is_mistaken_by(self, one: &Relation) -> bool {
        let is_own = |near: &ColumnRef| {
            let of_key = |column: &usize| ColumnRef { table: self.from, column: *column };
            self.columns.iter().any(|column| self.is_same(*near, of_key(column)))
        };
        one.one
            && self.leads(one, self.to)
            && matches!(&one.columns, Some(Ok(pairs)) if pairs.fields.len() == self.columns.len()
            && pairs.fields.iter().all(is_own)
            && pairs.fields.iter().zip(&pairs.references).any(|(near, far)| {
                self.graph.contradiction(*near, *far).is_some()
            }))
    }

    /// How many of the key's columns a relation joins, when it joins no others.
    fn joined_by(self, near: &[ColumnRef], far: &[ColumnRef]) -> Option<usize> {
        let is_pair = |near: &ColumnRef, far: &ColumnRef| {
            self.columns.iter().zip(&self.target.columns).any(|(column, other)| {
                let from = ColumnRef { table: self.from, column: *column };
                let to = ColumnRef { table: self.target.table, column: *other };
                self.is_same(*near, from) && self.is_same(*far, to)
            })
        };
        let all = !near.is_empty() && near.len() == far.len();
        (all && near.iter().zip(far).all(|(near, far)| is_pair(near, far))).then_some(near.len())
    }

    /// Whether columns of the other table hold one of its keys.
    fn identifies(self, far: &[ColumnRef]) -> bool {
        let columns: Vec<usize> = far.iter().map(|column| column.column).collect();
        far.first().is_some_and(|first| self.graph.table(first.table).is_identified_by(&columns))
    }

    /// Whether two columns are one in the database: of the same table object, or of copies of one table.
    fn is_same(self, left: ColumnRef, right: ColumnRef) -> bool {
        if left.table == right.table {
            return left.column == right.column;
        }
        let name = |at: ColumnRef| self.graph.table(at.table).column_name(at.column);
        self.graph.owner(left.table) == self.graph.owner(right.table) && name(left) == name(right)
    }
}

/// Whether at most one row has given values in those columns.
pub fn is_unique(table: &Table, columns: &[usize]) -> bool {
    let same = |list: &[usize]| list.len() == columns.len() && list.iter().all(|at| columns.contains(at));
    let at_column = |column: usize| {
        let facts = table.columns[column].facts.as_ref();
        facts.is_ok_and(|facts| facts.unique.is_some() || facts.primary)
    };
    matches!(columns, [one] if at_column(*one))
        || same(&table.primary_key_columns())
        || table.uniques.iter().any(|unique| unique.columns.as_ref().is_ok_and(|list| same(list)))
        || table.indexes.iter().filter(|index| index.unique && index.predicate.is_none()).any(|index| {
            let list: Option<Vec<usize>> = index.parts.iter().map(|part| part.column()).collect();
            list.is_some_and(|list| same(&list))
        })
}
