//! Relations on which Drizzle throws.

use rustc_hash::{FxHashMap, FxHashSet};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{
    Casing, KeysBetween, KnownKey, Relation, RelationApi, RelationError, SchemaGraph, Table, TableId, Verdict,
};
use crate::model::singular;
use crate::rule::{Context, Finding, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UnresolvableRelation {}

impl Rule for UnresolvableRelation {
    const META: Meta = Meta {
        name: "unresolvable-relation",
        summary: "a relation on which Drizzle throws: when a query uses it, or as soon as the schema is loaded",
        group: "Relations",
        docs: include_str!("unresolvable_relation.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        let errors = graph.relations.iter().enumerate().filter_map(|(index, relation)| {
            let Ok(Verdict::Error(error)) = &relation.verdict else { return None };
            Some((index, relation, error))
        });
        let errors: Vec<(usize, &Relation, &RelationError)> = errors.collect();
        if errors.is_empty() {
            return;
        }
        let schema = Schema::new(graph);
        // What has one cause is reported once.
        let mut groups: FxHashMap<Cause<'_>, Vec<usize>> = FxHashMap::default();
        for (index, relation, error) in &errors {
            groups.entry(schema.cause(*index, relation, error)).or_default().push(*index);
        }
        let mut reported = FxHashSet::default();
        for (index, relation, error) in errors {
            let group = &groups[&schema.cause(index, relation, error)];
            if reported.contains(&index) {
                continue;
            }
            reported.extend(group.iter().copied());
            let first = group.iter().copied().min_by_key(|other| (!schema.holds_key(*other), *other));
            schema.report(first.unwrap_or(index), group, out);
        }
    }
}

/// Relations that throw for one reason.
#[derive(PartialEq, Eq, Hash)]
enum Cause<'g> {
    /// Two that lead back and forth, neither with columns.
    Pair(usize, usize),
    /// Several relations of one table, between which the same ones of the other cannot be told apart.
    Ambiguous(TableId, &'g [usize]),
    Own(usize),
}

/// The schema, by what an advice needs.
struct Schema<'g> {
    graph: &'g SchemaGraph,
    keys: KeysBetween<'g>,
    relations: FxHashMap<TableId, Vec<usize>>,
    /// The `relations()` of each table.
    sets: FxHashMap<TableId, &'g str>,
}

impl<'g> Schema<'g> {
    fn new(graph: &'g SchemaGraph) -> Self {
        let mut relations: FxHashMap<TableId, Vec<usize>> = FxHashMap::default();
        for (index, relation) in graph.relations.iter().enumerate() {
            relations.entry(graph.owner(relation.table)).or_default().push(index);
        }
        let mut sets = FxHashMap::default();
        for set in graph.relation_sets.iter().filter(|set| set.api == RelationApi::V1) {
            sets.entry(set.table).or_insert(set.binding.name.as_str());
        }
        Self { graph, keys: KeysBetween::new(graph), relations, sets }
    }

    fn cause(&self, index: usize, relation: &Relation, error: &'g RelationError) -> Cause<'g> {
        use RelationError as E;
        match error {
            E::NoInverse(Some(other)) | E::ReverseWithoutColumns(other) if self.leads_back(*other, index) => {
                Cause::Pair(index.min(*other), index.max(*other))
            }
            E::SeveralNamed(found)
            | E::SeveralBetween(found)
            | E::SeveralAlias(found)
            | E::SeveralReverse(found) => Cause::Ambiguous(relation.table, found),
            _ => Cause::Own(index),
        }
    }

    fn leads_back(&self, index: usize, to: usize) -> bool {
        matches!(
            &self.graph.relations[index].verdict,
            Ok(Verdict::Error(RelationError::NoInverse(Some(back)) | RelationError::ReverseWithoutColumns(back)))
                if *back == to
        )
    }

    /// Whether the key that joins the two tables stands on the relation's own.
    fn holds_key(&self, index: usize) -> bool {
        let relation = &self.graph.relations[index];
        matches!(relation.target, Ok(Some(target)) if !self.keys.of(relation.table, target).is_empty())
    }

    fn report(&self, index: usize, group: &[usize], out: &mut Findings) {
        let graph = self.graph;
        let relation = &graph.relations[index];
        let Ok(Verdict::Error(error)) = &relation.verdict else { return };
        let subject = format!("{}.{}", graph.table(relation.table).display_name(), relation.name);
        let text = error.text(graph, relation).replace('\n', " ");
        let message = match (error.is_immediate(), relation.api) {
            (true, RelationApi::V2) => format!("`defineRelations` throws on relation `{subject}`: `{text}`"),
            (true, RelationApi::V1) => format!("`drizzle()` throws on relation `{subject}`: `{text}`"),
            (false, _) => {
                format!(
                    "a query throws that loads relation `{subject}` `with: {{ {}: true }}`: `{text}`",
                    relation.name
                )
            }
        };
        let finding = out.report(subject, relation.span, message);
        finding.label(self.seen(relation, error));
        for other in group.iter().filter(|other| **other != index) {
            finding.related(graph.relations[*other].span, "this one throws, too");
        }
        self.relate(relation, error, group, finding);
        finding.help(Advice { schema: self, relation }.on(error));
    }

    /// What is to be seen at the relation.
    fn seen(&self, relation: &Relation, error: &RelationError) -> String {
        use RelationError as E;
        let graph = self.graph;
        let source = graph.table(relation.table).display_name();
        let target = self.target_name(relation);
        let name = relation.relation_name.as_ref().ok().and_then(Option::as_deref);
        let back = |other: usize| {
            format!("`{target}.{}` leads back, but says no columns either", graph.relations[other].name)
        };
        match error {
            E::NoInverse(None) => match name {
                Some(name) => format!("no relation of `{target}` has `relationName: \"{name}\"`"),
                None => format!("it says no columns, and no relation of `{target}` leads back to `{source}`"),
            },
            E::NoReverse | E::NoRelations => {
                format!(
                    "it says no columns, and this call declares no relation of `{target}` back to `{source}` without an `alias`"
                )
            }
            E::NoAlias => format!(
                "no relation of `{target}` in this call has `alias: \"{}\"`",
                name.unwrap_or_default()
            ),
            E::NoInverse(Some(other)) | E::ReverseWithoutColumns(other) => back(*other),
            E::SeveralNamed(found) | E::SeveralAlias(found) => {
                format!("{} relations of `{target}` have this name", found.len())
            }
            E::SeveralBetween(_) if relation.target == Ok(Some(relation.table)) => {
                format!(
                    "it leads to its own table: without a name, each relation of `{target}` to itself is its inverse, itself too"
                )
            }
            E::SeveralBetween(found) | E::SeveralReverse(found) => {
                format!("{} relations of `{target}` lead back to `{source}`", found.len())
            }
            E::NoFields => "a second argument of `one()` must have `fields`".into(),
            E::FewerReferences { .. } => "`references` has fewer columns than `fields`".into(),
            E::View { .. } => format!("`{target}` is a view: `relations()` can lead to tables only"),
            E::NoFunction(_) if relation.target == Ok(None) => {
                format!("the schema that is given to `defineRelations` has no `{}`", relation.keys.target)
            }
            E::NoFunction(_) => format!("a table called `{}` hides this helper", kind(relation)),
            E::NameOfColumn(_) => format!("`{source}` has a column of that name"),
            E::EmptyAlias => "the `alias` is empty".into(),
            E::EmptyFrom => "`from` is empty".into(),
            E::EmptyTo => "`to` is empty".into(),
            E::Lengths => "`from` and `to` have different numbers of columns".into(),
            E::ForeignFrom(other) => format!("`from` holds a column of `{other}`"),
            E::ForeignTo(other) => format!("`to` holds a column of `{other}`"),
            E::PlainColumn { .. } => {
                "it holds a column of a table itself, where one of the helper must stand".into()
            }
            E::ThroughSome => "`.through()` stands on some of the columns only".into(),
            E::ThroughTables => "`.through()` leads to several tables".into(),
            E::OneSide => "`from` and `to` belong together".into(),
        }
    }

    fn relate(&self, relation: &Relation, error: &RelationError, group: &[usize], finding: &mut Finding) {
        use RelationError as E;
        let graph = self.graph;
        match error {
            E::SeveralNamed(found)
            | E::SeveralBetween(found)
            | E::SeveralAlias(found)
            | E::SeveralReverse(found) => {
                // Of a table to itself, the relation is one of those that lead back.
                let others = found.iter().map(|other| &graph.relations[*other]);
                for other in others.filter(|other| other.span != relation.span) {
                    finding.related(other.span, "it leads back");
                }
            }
            E::NoInverse(Some(other)) | E::ReverseWithoutColumns(other) if !group.contains(other) => {
                finding.related(graph.relations[*other].span, "it leads back, without columns");
            }
            E::NameOfColumn(column) => {
                let column = &graph.table(relation.table).columns[*column];
                finding.related(column.span, "the column");
            }
            E::NoInverse(_) | E::NoReverse | E::NoAlias | E::NoRelations => {
                let Ok(Some(target)) = relation.target else { return };
                if let Some(other) = self.named_otherwise(relation) {
                    finding.related(other.span, "it leads back under another name");
                } else if let Some(other) = self.to_another_object(relation) {
                    finding.related(other.span, "it leads back to another object of the table");
                } else if let [key] = self.keys.of(target, relation.table)[..] {
                    let place = graph.table(key.table).place_of(key.key);
                    finding.related(place, "the foreign key that it would follow");
                }
            }
            _ => {}
        }
    }

    /// The relation back with columns that Drizzle does not consider because of its name.
    fn named_otherwise(&self, relation: &Relation) -> Option<&'g Relation> {
        let mut back = self.back(relation).filter(|back| back.target == Ok(Some(relation.table)));
        back.find(|back| back.relation_name != relation.relation_name)
    }

    /// The relation back to a copy of the table: Drizzle compares objects.
    fn to_another_object(&self, relation: &Relation) -> Option<&'g Relation> {
        self.back(relation).find(|back| back.target != Ok(Some(relation.table)))
    }

    /// The relations with columns from the target to the table, or to a copy of it.
    fn back<'r>(&self, relation: &'r Relation) -> impl Iterator<Item = &'g Relation> + use<'r, 'g, '_> {
        let graph = self.graph;
        let target = relation.target.as_ref().ok().copied().flatten();
        let of_target = target.and_then(|target| self.relations.get(&graph.owner(target)));
        let (owner, api, binding) = (graph.owner(relation.table), relation.api, &relation.binding);
        of_target.into_iter().flatten().map(move |other| &graph.relations[*other]).filter(move |other| {
            let leads_back = matches!(other.target, Ok(Some(to)) if graph.owner(to) == owner);
            let is_seen = api == RelationApi::V1 || other.binding == *binding;
            leads_back && other.api == api && is_seen && other.columns.is_some()
        })
    }

    fn target_name(&self, relation: &Relation) -> String {
        match relation.target {
            Ok(Some(target)) => self.graph.table(target).display_name(),
            _ => relation.keys.target.to_string(),
        }
    }
}

/// What to write instead.
struct Advice<'s, 'g> {
    schema: &'s Schema<'g>,
    relation: &'g Relation,
}

impl Advice<'_, '_> {
    fn on(&self, error: &RelationError) -> String {
        use RelationError as E;
        let relation = self.relation;
        let (source, target) = (&relation.keys.source, &relation.keys.target);
        match error {
            E::NoInverse(_) => self.inverse(),
            E::NoReverse | E::NoAlias | E::NoRelations | E::ReverseWithoutColumns(_) | E::OneSide => {
                self.columns()
            }
            E::SeveralNamed(found) | E::SeveralBetween(found) => self.name("relationName", found),
            E::SeveralAlias(found) | E::SeveralReverse(found) => {
                format!("{}; or write `from` and `to` here", self.name("alias", found))
            }
            E::NoFields => match self.own_key() {
                Some(key) => format!("write `{}`", self.one(relation.name.as_str(), key, relation.table)),
                None => format!(
                    "add `fields` and `references`, or leave the second argument out and let `{target}` lead back with them"
                ),
            },
            E::FewerReferences { .. } => {
                format!("give each of `fields` its column of `{target}` in `references`")
            }
            E::View { .. } => format!(
                "query `{}` with `db.select()`, or use the relations of Drizzle 1.0, which know views",
                self.schema.target_name(relation)
            ),
            E::NoFunction(_) if relation.target == Ok(None) => {
                format!("add `{target}` to the tables given to `defineRelations`")
            }
            E::NoFunction(_) => format!(
                "give the table `{}` another key: `{{ ...schema, {0}Table: schema.{0} }}`",
                kind(relation)
            ),
            E::NameOfColumn(_) => "give the relation another name than the column's".into(),
            E::EmptyAlias => "leave `alias` out, or give it a name".into(),
            E::EmptyFrom | E::EmptyTo | E::Lengths => self.columns(),
            E::ForeignFrom(_) => {
                format!("`from` takes columns of `r.{source}`, `to` those of `r.{target}`{}", self.example())
            }
            E::ForeignTo(_) => {
                format!("`to` takes columns of `r.{target}`, `from` those of `r.{source}`{}", self.example())
            }
            E::PlainColumn { .. } => {
                format!("take columns from the function's parameter: `r.{source}.…`, `r.{target}.…`")
            }
            E::ThroughSome => "write `.through()` on every column of `from` and of `to`".into(),
            E::ThroughTables => "let every `.through()` name a column of the one junction".into(),
        }
    }

    /// v1: the other side is to be written.
    fn inverse(&self) -> String {
        let (schema, relation) = (self.schema, self.relation);
        let name = relation.relation_name.as_ref().ok().and_then(Option::as_deref);
        let Ok(Some(target)) = relation.target else { return "lead it to a table".into() };
        let (from, to) = (&relation.keys.source, &relation.keys.target);
        if let Some(other) = schema.named_otherwise(relation) {
            let there = other.relation_name.as_ref().ok().and_then(Option::as_deref);
            return match (name, there) {
                (Some(name), None) => {
                    format!("write `relationName: \"{name}\"` at `{to}.{}`, too", other.name)
                }
                (Some(name), Some(there)) => {
                    format!("give both sides one name: `{to}.{}` has \"{there}\", not \"{name}\"", other.name)
                }
                (None, _) => format!("lead `{to}.{}` back", other.name),
            };
        }
        if let Some(other) = schema.to_another_object(relation) {
            let object = other.keys.target.as_str();
            return format!(
                "lead `{to}.{}` to `{from}` itself: `{object}` is another object, and Drizzle compares objects",
                other.name
            );
        }
        if let Some(key) = self.own_key().filter(|_| schema.keys.of(target, relation.table).is_empty()) {
            let one = self.one(&relation.name, key, relation.table);
            return format!("`{from}` holds the key: write `{one}`");
        }
        match schema.keys.of(target, relation.table)[..] {
            [key] => {
                let one = self.one(&self.new_name(target, key), key, target);
                match schema.sets.get(&target) {
                    Some(set) => format!("add to `{set}`: `{one}`"),
                    None => format!(
                        "write `export const {to}Relations = relations({to}, ({{ one }}) => ({{ {one} }}))`"
                    ),
                }
            }
            [] => match schema.keys.junction(relation.table, target).filter(|_| !relation.one) {
                Some(junction) => {
                    let junction = &schema.graph.table(junction).binding.name;
                    format!(
                        "`{junction}` joins the two: write `many({junction})` here and load `{to}` through it"
                    )
                }
                None => format!(
                    "add a `one({from}, {{ fields: […], references: […] }})` to the relations of `{to}`, or remove this one"
                ),
            },
            _ => format!(
                "add to the relations of `{to}` the `one({from}, {{ fields: […], references: […] }})` of the key that is \
                 meant, with the same `relationName` here and there"
            ),
        }
    }

    /// v2: both sides' columns are to be written here.
    fn columns(&self) -> String {
        let (schema, relation) = (self.schema, self.relation);
        if let Some(other) = schema.named_otherwise(relation)
            && relation.columns.is_none()
            && let Ok(Some(alias)) = &other.relation_name
        {
            return format!(
                "write `alias: \"{alias}\"` here, as `{}.{}` has it",
                relation.keys.target, other.name
            );
        }
        let all = self.written();
        match &all[..] {
            [] => "write `from` and `to`, with as many columns each".into(),
            [one] => format!("write `{one}`"),
            several => format!("write the columns that are meant: `{}`", several.join("` or `")),
        }
    }

    fn example(&self) -> String {
        match &self.written()[..] {
            [one] => format!(": `{one}`"),
            _ => String::new(),
        }
    }

    /// The relation with the columns of each key between the two tables.
    fn written(&self) -> Vec<String> {
        let (schema, relation) = (self.schema, self.relation);
        let Ok(Some(target)) = relation.target else { return Vec::new() };
        let graph = schema.graph;
        let (source_key, target_key) = (&relation.keys.source, &relation.keys.target);
        let alias = match &relation.relation_name {
            Ok(Some(alias)) if !alias.is_empty() => format!(", alias: \"{alias}\""),
            _ => String::new(),
        };
        let list = |table: TableId, key: &str, columns: &[usize]| {
            let names = graph.table(table).column_keys(&format!("r.{key}"), columns);
            if columns.len() == 1 { names } else { format!("[{names}]") }
        };
        let call = |from: String, to: String| {
            format!(
                "{}: r.{}.{target_key}({{ from: {from}, to: {to}{alias} }})",
                relation.name,
                kind(relation)
            )
        };
        let there = schema.keys.of(target, relation.table).into_iter().map(|key| {
            call(
                list(key.target.table, source_key, &key.target.columns),
                list(key.table, target_key, key.columns),
            )
        });
        let is_self = graph.owner(target) == graph.owner(relation.table);
        let mut found: Vec<String> = there.filter(|_| !(is_self && relation.one)).collect();
        if relation.one {
            found.extend(schema.keys.of(relation.table, target).into_iter().map(|key| {
                call(
                    list(key.table, source_key, key.columns),
                    list(key.target.table, target_key, &key.target.columns),
                )
            }));
        }
        found.truncate(3);
        found
    }

    /// One name on both sides.
    fn name(&self, property: &str, found: &[usize]) -> String {
        let (schema, relation) = (self.schema, self.relation);
        let others: Vec<&Relation> = found
            .iter()
            .map(|other| &schema.graph.relations[*other])
            .filter(|other| other.span != relation.span && other.columns.is_some())
            .collect();
        let target = &relation.keys.target;
        let named = others.iter().find_map(|other| match &other.relation_name {
            Ok(Some(name)) if Ok(Some(name.clone())) != relation.relation_name => Some(name.clone()),
            _ => None,
        });
        if let Some(name) = named {
            return format!("say which one is meant, as with `{property}: \"{name}\"` here");
        }
        let pair = |other: &Relation| {
            format!("`{property}: \"{target}_{}\"` here and at `{target}.{0}`", other.name)
        };
        match &others[..] {
            [] => format!("give one of them its columns, and both sides of the pair the same `{property}`"),
            [other] => format!("name the pair: {}", pair(other)),
            [other, ..] => {
                format!("say which one is meant: {}, another name for each other pair", pair(other))
            }
        }
    }

    /// The only key of the relation's own table to the other.
    fn own_key(&self) -> Option<KnownKey<'_>> {
        let Ok(Some(target)) = self.relation.target else { return None };
        match self.schema.keys.of(self.relation.table, target)[..] {
            [key] => Some(key),
            _ => None,
        }
    }

    /// `author: one(users, { … })` on the table that holds the key.
    fn one(&self, name: &str, key: KnownKey<'_>, on: TableId) -> String {
        let graph = self.schema.graph;
        let relation = self.relation;
        let (from, to) = match on == relation.table {
            true => (&relation.keys.source, &relation.keys.target),
            false => (&relation.keys.target, &relation.keys.source),
        };
        let pair = match &relation.relation_name {
            Ok(Some(name)) => format!(", relationName: \"{name}\""),
            _ => String::new(),
        };
        format!(
            "{name}: one({to}, {{ fields: [{}], references: [{}]{pair} }})",
            graph.table(key.table).column_keys(from, key.columns),
            graph.table(key.target.table).column_keys(to, &key.target.columns)
        )
    }

    /// A free name for the relation that follows a key.
    fn new_name(&self, on: TableId, key: KnownKey<'_>) -> String {
        let graph = self.schema.graph;
        let table: &Table = graph.table(on);
        let of_table = self.schema.relations.get(&graph.owner(on));
        let taken = |name: &String| {
            table.columns.iter().any(|column| column.key == *name)
                || of_table.into_iter().flatten().any(|other| graph.relations[*other].name == *name)
        };
        let target = Casing::Camel.apply(&singular(&Casing::Snake.apply(&self.relation.keys.source)));
        let stem = match key.columns {
            [column] => table.columns.get(*column).and_then(|column| column.key.strip_suffix("Id")),
            _ => None,
        };
        let names = [stem.unwrap_or_default().to_string(), target.to_string(), format!("{target}Row")];
        names
            .into_iter()
            .find(|name| !name.is_empty() && !taken(name))
            .unwrap_or_else(|| format!("{target}Relation"))
    }
}

const fn kind(relation: &Relation) -> &'static str {
    if relation.one { "one" } else { "many" }
}
