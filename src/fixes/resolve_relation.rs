//! What to write where Drizzle throws on a relation.

use crate::graph::{Casing, KnownKey, Relation, RelationError, RelationIndex, Table, TableId};
use crate::model::singular;

/// What to write instead of a relation on which Drizzle throws, in words.
pub fn resolve_relation<'g>(
    schema: &RelationIndex<'g>,
    relation: &'g Relation,
    error: &RelationError,
) -> String {
    Advice { schema, relation }.on(error)
}

/// What to write instead.
struct Advice<'s, 'g> {
    schema: &'s RelationIndex<'g>,
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
                relation.kind()
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
                match schema.set_of(target) {
                    Some(set) => format!("add to `{set}`: `{one}`"),
                    None => format!(
                        "write `export const {to}Relations = relations({to}, ({{ one }}) => ({{ {one} }}))`"
                    ),
                }
            }
            [] => match schema.keys.junction(relation.table, target).filter(|_| !relation.one) {
                Some(junction) => self.through(junction, target),
                None => self.without_key(target),
            },
            _ => format!(
                "add to the relations of `{to}` the `one({from}, {{ fields: […], references: […] }})` of the key that is \
                 meant, with the same `relationName` here and there"
            ),
        }
    }

    /// v1: many to many, by way of the table between the two.
    fn through(&self, junction: TableId, target: TableId) -> String {
        let (schema, relation) = (self.schema, self.relation);
        let graph = schema.graph;
        let leads = |relation: &Relation, to: TableId| matches!(relation.target, Ok(Some(other)) if graph.owner(other) == graph.owner(to));
        let (name, to) = (&relation.name, &relation.keys.target);
        let joining = &graph.table(junction).binding.name;
        let there = schema.of(relation.table).find(|other| !other.one && leads(other, junction));
        let further = schema.of(junction).find(|other| other.one && leads(other, target));
        let first = there.map_or(joining, |there| &there.name);
        let with =
            further.map(|further| format!("`with: {{ {first}: {{ with: {{ {}: true }} }} }}`", further.name));
        match (there, with) {
            (Some(_), Some(with)) => format!("remove `{name}`: `{first}` leads there: {with}"),
            (Some(_), None) => format!("remove `{name}`, and load `{to}` through `{first}`"),
            (None, with) => {
                let load = with.map_or(format!("and load `{to}` through it"), |with| format!("then {with}"));
                format!("`{joining}` joins the two: write `{joining}: many({joining})` in its place, {load}")
            }
        }
    }

    /// v1: no foreign key joins the two.
    fn without_key(&self, target: TableId) -> String {
        let (schema, relation) = (self.schema, self.relation);
        let (table, other) = (schema.graph.table(relation.table), schema.graph.table(target));
        let (from, to) = (&relation.keys.source, &relation.keys.target);
        let are_known = [table, other].iter().all(|table| {
            let keys = &table.foreign_keys;
            table.columns_open.is_none()
                && table.extras_open.is_none()
                && keys.iter().all(|key| key.columns.is_ok() && key.target.is_ok())
        });
        if !are_known {
            return format!(
                "add a `one({from}, {{ fields: […], references: […] }})` to the relations of `{to}`, or remove this one"
            );
        }
        // Without a key, a column may lead there all the same.
        let stem = Casing::Camel.apply(&singular(&Casing::Snake.apply(from)));
        let column = other.columns.iter().find(|column| column.key == format!("{stem}Id"));
        if let (Some(column), [id]) = (column, &table.primary_key_columns()[..]) {
            let pair = match &relation.relation_name {
                Ok(Some(name)) => format!(", relationName: \"{name}\""),
                _ => String::new(),
            };
            let one = format!(
                "{stem}: one({from}, {{ fields: [{to}.{}], references: [{}]{pair} }})",
                column.key,
                table.column_keys(from, &[*id])
            );
            return format!("if `{to}.{}` leads there, add to the relations of `{to}`: `{one}`", column.key);
        }
        format!(
            "`{}` has no foreign key to `{}`: remove `{}`, or add such a column and its `one()`",
            other.display_name(),
            table.display_name(),
            relation.name
        )
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
                relation.kind()
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
        let taken = |name: &String| {
            table.columns.iter().any(|column| column.key == *name)
                || self.schema.of(on).any(|other| other.name == *name)
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
