//! Foreign keys without the relation that Drizzle's queries need.

use rustc_hash::{FxHashMap, FxHashSet};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;

use crate::fixes::{NewRelation, add_relation};
use crate::graph::{
    Casing, ColumnPairs, ColumnRef, ForeignKey, ForeignKeyTarget, Relation, RelationApi, SchemaGraph, Table,
    TableId, Verdict,
};
use crate::rule::{Context, Findings, Fix, Level, Meta, Rule};
use crate::source::Span;

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
        if graph.queries_relations == Some(false) && !self.everywhere {
            if !graph.relations.is_empty() {
                out.say_nothing(
                    "`missing-relation` says nothing: no code here queries by relations (`db.query.…findMany`); \
                     its option `everywhere` asks for them all the same",
                );
            }
            return;
        }
        let mut unqueried = BTreeSet::new();
        for (id, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
            if graph.packages[table.package].unqueried && !self.everywhere {
                unqueried.insert(table.package);
                continue;
            }
            let declares = self.everywhere || relations.projects.contains_key(&table.project);
            if !declares
                || relations.unknown.contains(&id)
                || relations.unknown_projects.contains(&table.project)
            {
                continue;
            }
            let mut seen: FxHashSet<(&[usize], TableId, &[usize])> = FxHashSet::default();
            let mut missing = Vec::new();
            for key in &table.foreign_keys {
                let (Ok(columns), Ok(target)) = (&key.columns, &key.target) else { continue };
                let to = graph.owner(target.table);
                // Tables of packages outside have no relations to be joined by; a key to itself joins nothing.
                let is_self = to == id && *columns == target.columns;
                if is_self || graph.table(to).external || !seen.insert((columns, to, &target.columns)) {
                    continue;
                }
                let pair = Pair { graph, from: id, columns, target, to };
                match relations.of(pair) {
                    Has::Nothing => missing.push((pair, key)),
                    Has::Part(relation) => pair.report_part(relation, key, out),
                    Has::Relation if self.inverse && relations.inverse(pair) == Has::Nothing => {
                        pair.report_inverse(&relations, key, out);
                    }
                    Has::Relation | Has::Unknown => {}
                }
            }
            let proposals = proposals(&relations, table, &missing);
            for (index, (pair, key)) in missing.iter().enumerate() {
                pair.report(&relations, key, &proposals, index, out);
            }
        }
        // Packages without relations are left alone in any case.
        let declaring: FxHashSet<usize> =
            graph.relations.iter().map(|relation| graph.table(relation.table).package).collect();
        unqueried.retain(|package| declaring.contains(package));
        for package in unqueried {
            let folder = &graph.packages[package].folder;
            out.say_nothing(format!(
                "`missing-relation` says nothing of `{folder}`: no code that depends on it queries by relations \
                 (`db.query.…findMany`); its option `everywhere` asks for them all the same"
            ));
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

#[derive(PartialEq, Eq, Clone, Copy)]
enum Has {
    Relation,
    /// The relation of that number in the graph joins only a part of the key, by which several rows may be found.
    Part(usize),
    Nothing,
    Unknown,
}

/// The relations by the table that has them.
struct Relations<'g> {
    by_table: FxHashMap<TableId, Vec<(usize, &'g Relation)>>,
    /// Projects that declare relations, with the interface of the first.
    projects: FxHashMap<usize, RelationApi>,
    /// The `relations()` of each table.
    sets: FxHashMap<TableId, &'g str>,
    /// Tables some of whose relations could not be read.
    unknown: FxHashSet<TableId>,
    /// Projects some of whose relations could not be read, and it is not known of which table.
    unknown_projects: FxHashSet<usize>,
}

impl<'g> Relations<'g> {
    fn new(graph: &'g SchemaGraph) -> Self {
        let mut by_table: FxHashMap<TableId, Vec<(usize, &Relation)>> = FxHashMap::default();
        let mut projects = FxHashMap::default();
        for (index, relation) in graph.relations.iter().enumerate() {
            by_table.entry(graph.owner(relation.table)).or_default().push((index, relation));
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
        Self { by_table, projects, sets, unknown, unknown_projects }
    }

    fn on(&self, table: TableId) -> &[(usize, &'g Relation)] {
        self.by_table.get(&table).map_or(&[], Vec::as_slice)
    }

    /// The `one()` of a key, on its own table; on the other one when the key is unique.
    fn of(&self, pair: Pair<'_>) -> Has {
        let own = self.joining(pair, self.on(pair.from).iter().filter(|(_, relation)| relation.one), false);
        if own != Has::Nothing || !is_unique(pair.graph.table(pair.from), pair.columns) {
            return own;
        }
        self.joining(pair, self.on(pair.to).iter().filter(|(_, relation)| relation.one), true)
    }

    /// What the other table says of a key.
    fn inverse(&self, pair: Pair<'_>) -> Has {
        self.joining(pair, self.on(pair.to).iter(), true)
    }

    fn joining<'r>(
        &self,
        pair: Pair<'_>,
        relations: impl Iterator<Item = &'r (usize, &'r Relation)>,
        swapped: bool,
    ) -> Has {
        let mut unknown = false;
        let mut part = None;
        for (index, relation) in relations {
            let Some(pairs) = pairs_of(relation) else {
                unknown |= relation.columns.is_some() || relation.verdict.is_err();
                continue;
            };
            let (near, far) = match swapped {
                false => (&pairs.fields, &pairs.references),
                true => (&pairs.references, &pairs.fields),
            };
            match pair.joined_by(near, far) {
                Some(count) if count == pair.columns.len() => return Has::Relation,
                // By a part that is a key of the other table, exactly the row of the key is found.
                Some(_) if pair.identifies(far) => return Has::Relation,
                Some(_) if !swapped => part = part.or(Some(*index)),
                Some(_) | None => {}
            }
        }
        match (unknown, part) {
            (true, _) => Has::Unknown,
            (false, Some(part)) => Has::Part(part),
            (false, None) => Has::Nothing,
        }
    }
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
fn pairs_of(relation: &Relation) -> Option<&ColumnPairs> {
    match (&relation.columns, &relation.verdict) {
        (Some(Ok(pairs)), _) if !pairs.fields.is_empty() => Some(pairs),
        (_, Ok(Verdict::From(_, pairs))) => Some(pairs),
        _ => None,
    }
}

impl Pair<'_> {
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

    fn report(
        self,
        relations: &Relations<'_>,
        key: &ForeignKey,
        proposals: &Proposals,
        index: usize,
        out: &mut Findings,
    ) {
        let (table, to) = (self.graph.table(self.from), self.graph.table(self.to));
        let subject = table.subject(self.columns);
        let message = format!("foreign key `{subject}` to `{}` has no relation", to.display_name());
        let property = table.binding.name.rsplit('.').next().unwrap_or_default();
        let finding = out.report(subject, table.place_of(key), message);
        finding.label(format!(
            "`db.query.{property}` cannot load its row of `{}` with `with`",
            to.display_name()
        ));
        if let Some((_, sibling)) = relations.on(self.from).first() {
            finding.related(sibling.span, format!("the relations of `{}` stand here", table.display_name()));
        }
        let mut help = proposals.help(index);
        if proposals.api != RelationApi::V2 && self.clashes(relations) {
            help.push_str(&format!(
                "; name the pair that is there (`relationName` on both sides) or `many({})` of `{}` becomes ambiguous",
                table.binding.name, to.binding.name
            ));
        }
        finding.help(help);
        finding.fix = self.fix(relations, &proposals.names[index]);
    }

    /// The relation where the others of the table stand, unless Drizzle would not know which of several is meant.
    fn fix(self, relations: &Relations<'_>, (name, several): &(String, bool)) -> Option<Fix> {
        if *several && self.clashes(relations) || self.target.table != self.to {
            return None;
        }
        let pair = several.then(|| format!("{}_{name}", self.graph.table(self.from).binding.name));
        let relation = NewRelation {
            table: self.from,
            name,
            one: true,
            target: self.to,
            columns: Some((self.columns, &self.target.columns)),
            pair: pair.as_deref(),
        };
        add_relation(self.graph, relation)
    }

    /// The other side of the one relation that the key has.
    fn inverse_fix(self, relations: &Relations<'_>, name: &str, one: bool) -> Option<Fix> {
        let to = self.graph.table(self.to);
        let is_taken = relations.on(self.to).iter().any(|(_, relation)| relation.name == name)
            || to.columns.iter().any(|column| column.key == name);
        let leads = |relation: &Relation| relation.target.as_ref().ok().copied().flatten() == Some(self.to);
        let mut there = relations.on(self.from).iter().filter(|(_, relation)| leads(relation));
        let (Some((_, back)), None, false) = (there.next(), there.next(), is_taken) else { return None };
        let pair = back.relation_name.as_ref().ok()?;
        let relation = NewRelation {
            table: self.to,
            name,
            one,
            target: self.from,
            columns: None,
            pair: pair.as_deref(),
        };
        add_relation(self.graph, relation)
    }

    /// A relation joins fewer columns than the key has.
    fn report_part(self, relation: usize, key: &ForeignKey, out: &mut Findings) {
        let relation = &self.graph.relations[relation];
        let (table, to) = (self.graph.table(self.from), self.graph.table(self.to));
        let subject = table.subject(self.columns);
        let joined = pairs_of(relation).map(|pairs| {
            let names =
                pairs.fields.iter().map(|field| self.graph.table(field.table).column_name(field.column));
            names.collect::<Vec<_>>().join(", ")
        });
        let joined = joined.unwrap_or_default();
        let message =
            format!("relation `{}` joins only `{joined}` of the foreign key `{subject}`", relation.name);
        let target = self.graph.table(self.target.table);
        let (from, object) = (&table.binding.name, &to.binding.name);
        let columns = match relation.api {
            RelationApi::V1 => format!(
                "fields: [{}], references: [{}]",
                table.column_keys(from, self.columns),
                target.column_keys(object, &self.target.columns)
            ),
            RelationApi::V2 => format!(
                "from: [{}], to: [{}]",
                table.column_keys(&format!("r.{from}"), self.columns),
                target.column_keys(&format!("r.{object}"), &self.target.columns)
            ),
        };
        out.report(subject, table.place_of(key), message)
            .label(format!(
                "it may load another row of `{}` than the one the key refers to",
                to.display_name()
            ))
            .related(relation.span, format!("it joins by `{joined}` alone"))
            .help(format!("join all columns of the key: `{columns}`"));
    }

    /// Whether another relation to the same table makes an unnamed `many()` there ambiguous: Drizzle counts every
    /// relation that points back (facts/peers.md 2.3).
    fn clashes(self, relations: &Relations<'_>) -> bool {
        relations.on(self.to).iter().any(|(_, relation)| {
            let back = relation.target.as_ref().ok().copied().flatten();
            relation.columns.is_none()
                && back.is_some_and(|back| self.graph.owner(back) == self.from)
                && matches!(relation.relation_name, Ok(None))
        })
    }

    fn report_inverse(self, relations: &Relations<'_>, key: &ForeignKey, out: &mut Findings) {
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
        finding.fix = self.inverse_fix(relations, from, kind == "one");
    }
}

/// What to write for the keys of one table that have no relation: together, so that nothing is declared twice.
struct Proposals {
    api: RelationApi,
    /// `user: one(users, { … })`, one for each key.
    entries: Vec<String>,
    /// The names of the same, and whether the two tables have several keys.
    names: Vec<(String, bool)>,
    /// Where they go.
    place: Place,
}

enum Place {
    /// Into the `relations()` of that name.
    Set(String),
    /// Into a new `relations()` of the table of that name.
    NewSet(String),
    /// Into the entry of the table of that name, in `defineRelations`.
    Entry(String),
    /// Into a new entry.
    NewEntry(String),
}

impl Proposals {
    /// What to write for one of the keys: where a block is missing, the first says it, the others what goes into it.
    fn help(&self, index: usize) -> String {
        let one = &self.entries[index];
        match (&self.place, index) {
            (Place::Set(name), _) => format!("add to `{name}`: `{one}`"),
            (Place::NewSet(table), 0) => {
                format!(
                    "write `export const {table}Relations = relations({table}, ({{ one }}) => ({{ {one} }}))`"
                )
            }
            (Place::NewSet(table), _) => format!("beside it in `{table}Relations`: `{one}`"),
            (Place::Entry(table), _) => format!("add to `{table}` in `defineRelations`: `{one}`"),
            (Place::NewEntry(table), 0) => format!("add to `defineRelations`: `{table}: {{ {one} }}`"),
            (Place::NewEntry(table), _) => format!("beside it in `{table}` of `defineRelations`: `{one}`"),
        }
    }
}

fn proposals(relations: &Relations<'_>, table: &Table, missing: &[(Pair<'_>, &ForeignKey)]) -> Proposals {
    let from = &table.binding.name;
    let Some((first, _)) = missing.first() else {
        return Proposals {
            api: RelationApi::V1,
            entries: Vec::new(),
            names: Vec::new(),
            place: Place::NewSet(from.to_string()),
        };
    };
    let graph = first.graph;
    let siblings = relations.on(first.from);
    let of_siblings = siblings.first().map(|(_, relation)| relation.api);
    let api = of_siblings.or_else(|| relations.projects.get(&table.project).copied());
    let api = api.unwrap_or(RelationApi::V1);
    let set = relations.sets.get(&first.from);
    let place = match (api, set) {
        (RelationApi::V1, Some(set)) => Place::Set((*set).to_string()),
        (RelationApi::V1, None) => Place::NewSet(from.to_string()),
        (RelationApi::V2, _) if !siblings.is_empty() => Place::Entry(from.to_string()),
        (RelationApi::V2, _) => Place::NewEntry(from.to_string()),
    };
    let mut names: Vec<String> = siblings.iter().map(|(_, relation)| relation.name.to_string()).collect();
    names.extend(table.columns.iter().map(|column| column.key.to_string()));
    let mut proposed = Vec::new();
    let entries = missing.iter().map(|(pair, _)| {
        let name = relation_name(*pair, table, &names);
        names.push(name.clone());
        let several = table
            .foreign_keys
            .iter()
            .filter(|key| key.target.as_ref().is_ok_and(|target| graph.owner(target.table) == pair.to));
        let several = several.count() > 1;
        let entry = pair.entry(api, &name, several);
        proposed.push((name, several));
        entry
    });
    let entries = entries.collect();
    Proposals { api, entries, names: proposed, place }
}

impl Pair<'_> {
    /// The relation as it could be pasted; with a name of the pair where the two tables have several.
    fn entry(self, api: RelationApi, name: &str, named: bool) -> String {
        let (table, to) = (self.graph.table(self.from), self.graph.table(self.to));
        let (from, object) = (&table.binding.name, &to.binding.name);
        let target = self.graph.table(self.target.table);
        match api {
            RelationApi::V1 => {
                let pair = if named { format!(", relationName: \"{from}_{name}\"") } else { String::new() };
                format!(
                    "{name}: one({object}, {{ fields: [{}], references: [{}]{pair} }})",
                    table.column_keys(from, self.columns),
                    target.column_keys(object, &self.target.columns),
                )
            }
            RelationApi::V2 => {
                let alias = if named { format!(", alias: \"{from}_{name}\"") } else { String::new() };
                let list = |object: &str, table: &Table, columns: &[usize]| {
                    let keys = table.column_keys(&format!("r.{object}"), columns);
                    if columns.len() == 1 { keys } else { format!("[{keys}]") }
                };
                format!(
                    "{name}: r.one.{object}({{ from: {}, to: {}{alias} }})",
                    list(from, table, self.columns),
                    list(object, target, &self.target.columns),
                )
            }
        }
    }
}

/// `userId` gives `user`, `createdBy` gives `createdByUser`, a key of several columns the table it leads to; a
/// name that is taken gives way.
fn relation_name(pair: Pair<'_>, table: &Table, taken: &[String]) -> String {
    let to = pair.graph.table(pair.to);
    let target = Casing::Camel.apply(&crate::model::singular(&Casing::Snake.apply(&to.binding.name)));
    let stem = |column: usize| {
        let key = table.columns[column].key.as_str();
        let stem = key.strip_suffix("Id").or_else(|| key.strip_suffix("_id"));
        stem.filter(|stem| !stem.is_empty()).map(str::to_string)
    };
    let own = match pair.columns {
        [one] => stem(*one),
        several => several.iter().filter_map(|column| stem(*column)).find(|stem| *stem == target),
    };
    let last = pair.columns.last().map(|column| table.columns[*column].key.as_str()).unwrap_or_default();
    let base = stem(*pair.columns.last().unwrap_or(&0)).unwrap_or_else(|| last.to_string());
    let long =
        Casing::Camel.apply(&format!("{}_{}", Casing::Snake.apply(&base), Casing::Snake.apply(&target)));
    let is_actor = pair.columns.len() == 1 && own.is_none();
    let first = own.unwrap_or_else(|| if is_actor { long.clone() } else { target.clone() });
    let names = [first, target, long, format!("{base}Row")];
    let free = names.iter().find(|name| !taken.contains(name));
    free.cloned().unwrap_or_else(|| format!("{last}Relation"))
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
