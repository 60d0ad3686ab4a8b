//! Foreign keys without the relation that Drizzle's queries need.

use rustc_hash::{FxHashMap, FxHashSet};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{
    Casing, ColumnPairs, ColumnRef, ForeignKey, ForeignKeyTarget, Inferred, Relation, RelationApi,
    SchemaGraph, Table, TableId,
};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct MissingRelation {
    /// Ask for the other side, too: `many()` or `one()` on the table that the key leads to.
    inverse: bool,
    /// Check projects that declare no relation at all, too.
    everywhere: bool,
}

impl Rule for MissingRelation {
    const META: Meta = Meta {
        name: "missing-relation",
        summary: "a foreign key without the `one()` that has exactly its columns",
        group: "Relations",
        docs: include_str!("missing_relation.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        let relations = Relations::new(graph);
        for (id, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
            let declares = self.everywhere || relations.projects.contains(&table.project);
            if !declares || relations.unknown.contains(&id) || relations.all_unknown {
                continue;
            }
            let mut seen: FxHashSet<(&[usize], TableId, &[usize])> = FxHashSet::default();
            for key in &table.foreign_keys {
                let (Ok(columns), Ok(target)) = (&key.columns, &key.target) else { continue };
                let to = graph.owner(target.table);
                // Tables of packages outside have no relations to be joined by.
                if graph.table(to).external || !seen.insert((columns, to, &target.columns)) {
                    continue;
                }
                let pair = Pair { graph, from: id, columns, target, to };
                match relations.of(pair) {
                    Has::Nothing => pair.report(&relations, key, out),
                    Has::Relation if self.inverse && relations.inverse(pair) == Has::Nothing => {
                        pair.report_inverse(key, out);
                    }
                    Has::Relation | Has::Unknown => {}
                }
            }
        }
    }
}

/// A key and the two tables that it joins.
#[derive(Clone, Copy)]
struct Pair<'g> {
    graph: &'g SchemaGraph,
    from: TableId,
    columns: &'g [usize],
    target: &'g ForeignKeyTarget,
    to: TableId,
}

#[derive(PartialEq, Eq)]
enum Has {
    Relation,
    Nothing,
    Unknown,
}

/// The relations by the table that has them.
struct Relations<'g> {
    by_table: FxHashMap<TableId, Vec<&'g Relation>>,
    /// Projects that declare relations.
    projects: FxHashSet<usize>,
    /// Tables some of whose relations could not be read.
    unknown: FxHashSet<TableId>,
    /// Relations could not be read, and it is not known of which table.
    all_unknown: bool,
}

impl<'g> Relations<'g> {
    fn new(graph: &'g SchemaGraph) -> Self {
        let mut by_table: FxHashMap<TableId, Vec<&Relation>> = FxHashMap::default();
        let mut projects = FxHashSet::default();
        for relation in &graph.relations {
            by_table.entry(graph.owner(relation.table)).or_default().push(relation);
            projects.insert(graph.table(relation.table).project);
        }
        let gaps = graph.unreadable.iter().filter(|gap| gap.subject.contains("relation"));
        let (known, all): (Vec<_>, Vec<_>) = gaps.partition(|gap| gap.table.is_some());
        let unknown = known.iter().filter_map(|gap| gap.table).map(|table| graph.owner(table)).collect();
        Self { by_table, projects, unknown, all_unknown: !all.is_empty() }
    }

    fn on(&self, table: TableId) -> &[&'g Relation] {
        self.by_table.get(&table).map_or(&[], Vec::as_slice)
    }

    /// The `one()` of a key, on its own table; on the other one when the key is unique.
    fn of(&self, pair: Pair<'_>) -> Has {
        let own = self.joining(pair, self.on(pair.from).iter().filter(|relation| relation.one), false);
        if own != Has::Nothing || !is_unique(pair.graph.table(pair.from), pair.columns) {
            return own;
        }
        self.joining(pair, self.on(pair.to).iter().filter(|relation| relation.one), true)
    }

    /// What the other table says of a key.
    fn inverse(&self, pair: Pair<'_>) -> Has {
        self.joining(pair, self.on(pair.to).iter(), true)
    }

    fn joining<'r>(
        &self,
        pair: Pair<'_>,
        relations: impl Iterator<Item = &'r &'r Relation>,
        swapped: bool,
    ) -> Has {
        let mut unknown = false;
        for relation in relations {
            match pairs_of(relation) {
                None => unknown |= relation.columns.is_some() || relation.inferred.is_err(),
                Some(pairs) => {
                    let (near, far) = match swapped {
                        false => (&pairs.fields, &pairs.references),
                        true => (&pairs.references, &pairs.fields),
                    };
                    if pair.is_joined_by(near, far) {
                        return Has::Relation;
                    }
                }
            }
        }
        if unknown { Has::Unknown } else { Has::Nothing }
    }
}

/// The columns that a relation joins; `None` when they are not known, or when Drizzle finds none.
fn pairs_of(relation: &Relation) -> Option<&ColumnPairs> {
    match (&relation.columns, &relation.inferred) {
        (Some(Ok(pairs)), _) if !pairs.fields.is_empty() => Some(pairs),
        (_, Ok(Inferred::From(_, pairs))) => Some(pairs),
        _ => None,
    }
}

impl Pair<'_> {
    /// Whether the columns of a relation are those of the key, in any order.
    fn is_joined_by(self, near: &[ColumnRef], far: &[ColumnRef]) -> bool {
        near.len() == self.columns.len()
            && far.len() == near.len()
            && self.columns.iter().zip(&self.target.columns).all(|(column, other)| {
                let from = ColumnRef { table: self.from, column: *column };
                let to = ColumnRef { table: self.target.table, column: *other };
                near.iter().zip(far).any(|(near, far)| self.is_same(*near, from) && self.is_same(*far, to))
            })
    }

    /// Whether two columns are one in the database: of the same table object, or of copies of one table.
    fn is_same(self, left: ColumnRef, right: ColumnRef) -> bool {
        if left.table == right.table {
            return left.column == right.column;
        }
        let name = |at: ColumnRef| self.graph.table(at.table).column_name(at.column);
        self.graph.owner(left.table) == self.graph.owner(right.table) && name(left) == name(right)
    }

    fn report(self, relations: &Relations<'_>, key: &ForeignKey, out: &mut Findings) {
        let (table, to) = (self.graph.table(self.from), self.graph.table(self.to));
        let subject = table.subject(self.columns);
        let message = format!("foreign key `{subject}` to `{}` has no relation", to.display_name());
        let property = table.binding.name.rsplit('.').next().unwrap_or_default();
        let finding = out.report(subject, table.place_of(key), message);
        finding.label(format!(
            "`db.query.{property}` cannot load its row of `{}` with `with`",
            to.display_name()
        ));
        let siblings = relations.on(self.from);
        if let Some(sibling) = siblings.first() {
            finding.related(sibling.span, format!("the relations of `{}` stand here", table.display_name()));
        }
        finding.help(self.suggestion(relations, siblings));
    }

    fn report_inverse(self, key: &ForeignKey, out: &mut Findings) {
        let (table, to) = (self.graph.table(self.from), self.graph.table(self.to));
        let subject = table.subject(self.columns);
        let message = format!("`{}` has no relation back to `{subject}`", to.display_name());
        let kind = if is_unique(table, self.columns) { "one" } else { "many" };
        let (from, object) = (&table.binding.name, &to.binding.name);
        let finding = out.report(subject, table.place_of(key), message);
        finding
            .label(format!(
                "`db.query.{object}` cannot load its rows of `{}` with `with`",
                table.display_name()
            ))
            .related(to.span, format!("`{}` is declared here", to.display_name()))
            .help(format!("add to the relations of `{object}`: `{from}: {kind}({from})`"));
    }

    /// The relation as it could be pasted.
    fn suggestion(self, relations: &Relations<'_>, siblings: &[&Relation]) -> String {
        let (table, to) = (self.graph.table(self.from), self.graph.table(self.to));
        let (from, object) = (&table.binding.name, &to.binding.name);
        let taken = |name: &str| {
            siblings.iter().any(|relation| relation.name == name)
                || table.columns.iter().any(|column| column.key == name)
        };
        let name = relation_name(table, self.columns, to, taken);
        let target_columns: Vec<usize> = self.target.columns.clone();
        let target_object = self.graph.table(self.target.table);
        let uses_v2 =
            siblings.first().map(|relation| relation.api).or_else(|| relations.any_api(self.graph, table));
        let several = table
            .foreign_keys
            .iter()
            .filter(|key| key.target.as_ref().is_ok_and(|target| self.graph.owner(target.table) == self.to));
        let pair_name = format!("{from}_{name}");
        if uses_v2 == Some(RelationApi::V2) {
            let alias = if several.count() > 1 { format!(", alias: \"{pair_name}\"") } else { String::new() };
            let list = |object: &str, table: &Table, columns: &[usize]| {
                let keys = table.column_keys(&format!("r.{object}"), columns);
                if columns.len() == 1 { keys } else { format!("[{keys}]") }
            };
            return format!(
                "add to `{from}` in `defineRelations`: `{name}: r.one.{object}({{ from: {}, to: {}{alias} }})`",
                list(from, table, self.columns),
                list(object, target_object, &target_columns),
            );
        }
        let pair_name =
            if several.count() > 1 { format!(", relationName: \"{pair_name}\"") } else { String::new() };
        let one = format!(
            "{name}: one({object}, {{ fields: [{}], references: [{}]{pair_name} }})",
            table.column_keys(from, self.columns),
            target_object.column_keys(object, &target_columns),
        );
        match self.graph.relation_sets.iter().find(|(table, _)| self.graph.owner(*table) == self.from) {
            Some((_, set)) => format!("add to `{}`: `{one}`", set.name),
            None => {
                format!(
                    "write `export const {from}Relations = relations({from}, ({{ one }}) => ({{ {one} }}))`"
                )
            }
        }
    }
}

impl Relations<'_> {
    /// By which interface the project of a table declares relations.
    fn any_api(&self, graph: &SchemaGraph, table: &Table) -> Option<RelationApi> {
        let of_project = |relation: &&Relation| graph.table(relation.table).project == table.project;
        graph.relations.iter().find(of_project).map(|relation| relation.api)
    }
}

/// `userId` gives `user`, `createdBy` gives `createdByUser`; a name that is taken gives way.
fn relation_name(table: &Table, columns: &[usize], to: &Table, taken: impl Fn(&str) -> bool) -> String {
    let key = columns.last().map(|column| table.columns[*column].key.as_str()).unwrap_or_default();
    let stem = key.strip_suffix("Id").or_else(|| key.strip_suffix("_id")).filter(|stem| !stem.is_empty());
    let target = crate::model::singular(&Casing::Snake.apply(&to.binding.name));
    let long = Casing::Camel.apply(&format!("{}_{target}", Casing::Snake.apply(key)));
    let short = stem.map_or_else(|| long.clone(), str::to_string);
    if taken(&short) { long } else { short }
}

/// Whether at most one row has given values in those columns.
fn is_unique(table: &Table, columns: &[usize]) -> bool {
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
