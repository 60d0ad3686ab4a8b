//! The relation to write for a foreign key that has none, in words.

use crate::graph::{Casing, ForeignKey, KeyPair, KeyRelations, RelationApi, Table};
use crate::model::singular;

/// What to write for the keys of one table that have no relation: together, so that nothing is declared twice.
#[derive(Debug)]
pub struct Proposals {
    /// The interface that the project uses.
    pub api: RelationApi,
    /// `user: one(users, { … })`, one for each key.
    entries: Vec<String>,
    /// The names of the same, and whether the two tables have several keys.
    pub names: Vec<(String, bool)>,
    /// Where they go.
    place: Place,
}

#[derive(Debug)]
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
    pub fn help(&self, index: usize) -> String {
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

/// Proposes relations for those keys of a table.
pub fn proposals(
    relations: &KeyRelations<'_>,
    table: &Table,
    missing: &[(KeyPair<'_>, &ForeignKey)],
) -> Proposals {
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

impl KeyPair<'_> {
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
fn relation_name(pair: KeyPair<'_>, table: &Table, taken: &[String]) -> String {
    let to = pair.graph.table(pair.to);
    let target = Casing::Camel.apply(&singular(&Casing::Snake.apply(&to.binding.name)));
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
