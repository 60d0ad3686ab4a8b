//! Which indexes serve a look-up of columns.

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::Deserialize;
use std::cell::OnceCell;

use super::{
    Casing, ColumnFacts, Dialect, Fact, Form, Index, IndexPart, Predicate, SqlIndex, Table, ThirdArgument,
};
use crate::source::Span;

/// Whether the database can look the columns up.
#[derive(Debug)]
pub enum Coverage<'t> {
    /// Something serves.
    Full,
    /// Nothing that drizzle-kit knows of serves, but an index that SQL creates does.
    InSql(&'t SqlIndex),
    /// Nothing serves.
    Lacking(Lacking<'t>),
    /// Something was not read that might serve.
    Unknown,
}

/// What there is, when nothing serves.
#[derive(Debug, Default)]
pub struct Lacking<'t> {
    /// Indexes that would serve, did their predicates not keep them from it.
    pub partial: Vec<&'t Index>,
    /// What begins with a part of the columns only, and that part: rows that share it are all read.
    pub partly: Option<(Span, Vec<usize>)>,
}

/// What may serve a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Server {
    /// An `index()` or `uniqueIndex()`.
    Index,
    /// A unique constraint.
    Unique,
    /// The primary key.
    PrimaryKey,
}

impl Server {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Index, Self::Unique, Self::PrimaryKey];
}

/// Whether something of `accepted` serves a look-up of the columns; see [`Servers::coverage`].
pub fn coverage<'t>(
    table: &'t Table,
    columns: &[usize],
    accepted: &[Server],
    identify: impl Fn(&[usize]) -> bool,
) -> Coverage<'t> {
    Servers::new(table, accepted).coverage(columns, identify)
}

/// What may serve look-ups in one table, by the column that it begins with: a table may have a thousand keys.
#[derive(Debug)]
pub struct Servers<'t> {
    table: &'t Table,
    /// Columns, then keys and unique constraints, then indexes.
    list: Vec<Serving<'t>>,
    in_sql: &'t [SqlIndex],
    by_first: Vec<(usize, usize)>,
    /// Something was not read that might serve any look-up.
    unknown: bool,
    /// By column, the foreign key that has it; nothing when several do.
    key_of: OnceCell<FxHashMap<usize, Option<&'t [usize]>>>,
}

#[derive(Debug)]
enum Serving<'t> {
    Columns(Vec<usize>, Span),
    Index(&'t Index),
}

impl<'t> Servers<'t> {
    /// What a table has of what is accepted.
    pub fn new(table: &'t Table, accepted: &[Server]) -> Self {
        let mut servers = Self {
            table,
            list: Vec::new(),
            in_sql: if accepted.contains(&Server::Index) { &table.sql_indexes } else { &[] },
            by_first: Vec::new(),
            unknown: table.extras_open.is_some(),
            key_of: OnceCell::new(),
        };
        let accepts = |server| accepted.contains(&server);
        for (at, column) in table.columns.iter().enumerate() {
            let Ok(ColumnFacts { primary, unique, .. }) = &column.facts else { continue };
            if *primary && accepts(Server::PrimaryKey) || unique.is_some() && accepts(Server::Unique) {
                servers.add(Some(at), Serving::Columns(vec![at], column.span));
            }
        }
        let primary_keys = table.primary_keys.iter().map(|key| (Server::PrimaryKey, &key.columns, key.span));
        let uniques = table.uniques.iter().map(|unique| (Server::Unique, &unique.columns, unique.span));
        for (server, key, span) in primary_keys.chain(uniques) {
            match key {
                Ok(key) if accepts(server) => {
                    servers.add(key.first().copied(), Serving::Columns(key.clone(), span));
                }
                Ok(_) => {}
                Err(_) => servers.unknown = true,
            }
        }
        for index in table.indexes.iter().filter(|_| accepts(Server::Index)) {
            match index.parts.first() {
                Some(IndexPart::Unknown(_)) => servers.unknown = true,
                first => servers.add(first.and_then(IndexPart::column), Serving::Index(index)),
            }
        }
        servers.by_first.sort_unstable();
        servers
    }

    fn add(&mut self, first: Option<usize>, serving: Serving<'t>) {
        if let Some(first) = first {
            self.by_first.push((first, self.list.len()));
            self.list.push(serving);
        }
    }

    /// Whether something serves a look-up of the columns: an index, unique constraint or primary key that has them as
    /// its first key columns, in any order (facts/peers.md 2.1, held to PostgreSQL by tests/postgres). It may begin
    /// with some of them only when those `identify` few enough rows by themselves.
    pub fn coverage(&self, columns: &[usize], identify: impl Fn(&[usize]) -> bool) -> Coverage<'t> {
        let mut lacking = Lacking::default();
        let mut unknown =
            self.unknown || columns.iter().any(|column| self.table.columns[*column].facts.is_err());
        let mut serves = |key: &[usize], span: Span| {
            let first: Vec<usize> =
                key.iter().copied().take_while(|column| columns.contains(column)).collect();
            let all = columns.iter().all(|column| first.contains(column));
            if !all && !first.is_empty() && !identify(&first) {
                // A column that no other key has tells more rows apart than the tenant that all of them begin with.
                let rank =
                    |first: &[usize]| (first.iter().any(|column| self.is_own(columns, *column)), first.len());
                let best = lacking.partly.as_ref().is_none_or(|(_, before)| rank(before) < rank(&first));
                if best {
                    lacking.partly = Some((span, first));
                }
                return false;
            }
            !first.is_empty()
        };
        // What begins with any other column cannot serve.
        let near = columns.iter().flat_map(|column| {
            let from = self.by_first.partition_point(|(first, _)| first < column);
            self.by_first[from..].iter().take_while(move |(first, _)| first == column)
        });
        let mut near: Vec<usize> = near.map(|(_, at)| *at).collect();
        near.sort_unstable();
        near.dedup();
        let mut partial = Vec::new();
        for serving in near.into_iter().map(|at| &self.list[at]) {
            let index = match serving {
                Serving::Columns(key, span) if serves(key, *span) => return Coverage::Full,
                Serving::Columns(..) => continue,
                Serving::Index(index) => *index,
            };
            match leading(index, columns) {
                Leading::Nothing => {}
                Leading::Unknown => unknown = true,
                Leading::Columns(first) => match &index.predicate {
                    None if serves(&first, index.span) => return Coverage::Full,
                    None => {}
                    Some(Ok(Predicate { not_null: Some(required), .. }))
                        if required.iter().all(|column| columns.contains(column))
                            && serves(&first, index.span) =>
                    {
                        return Coverage::Full;
                    }
                    Some(Ok(_)) if columns.iter().all(|column| first.contains(column)) => partial.push(index),
                    Some(Ok(_)) => {}
                    Some(Err(_)) => unknown = true,
                },
            }
        }
        lacking.partial = partial;
        let in_sql = self.in_sql.iter().find(|index| {
            let first = index.columns.iter().copied().take_while(|column| columns.contains(column));
            let first: Vec<usize> = first.collect();
            index.required.is_none_or(|required| columns.contains(&required))
                && (columns.iter().all(|column| first.contains(column))
                    || !first.is_empty() && identify(&first))
        });
        match in_sql {
            _ if unknown => Coverage::Unknown,
            Some(index) => Coverage::InSql(index),
            None => Coverage::Lacking(lacking),
        }
    }

    /// Whether a column stands in no other foreign key of the table than that of those columns.
    fn is_own(&self, columns: &[usize], column: usize) -> bool {
        let key_of = self.key_of.get_or_init(|| {
            let mut key_of: FxHashMap<usize, Option<&'t [usize]>> = FxHashMap::default();
            for key in self.table.foreign_keys.iter().filter_map(|key| key.columns.as_ref().ok()) {
                for column in key {
                    let known = key_of.entry(*column).or_insert(Some(key));
                    *known = known.filter(|other| *other == key.as_slice());
                }
            }
            key_of
        });
        key_of.get(&column).is_none_or(|key| *key == Some(columns))
    }
}

/// The first columns of an index that are among those looked up.
enum Leading {
    Nothing,
    Columns(Vec<usize>),
    Unknown,
}

fn leading(index: &Index, columns: &[usize]) -> Leading {
    let mut first = Vec::with_capacity(columns.len());
    for part in index.parts.iter().take(columns.len()) {
        match part {
            IndexPart::Unknown(_) => return Leading::Unknown,
            part => match part.column() {
                Some(column) if columns.contains(&column) => first.push(column),
                _ => break,
            },
        }
    }
    if first.is_empty() {
        return Leading::Nothing;
    }
    match &index.method {
        Err(_) => Leading::Unknown,
        Ok(Some(method)) if method == "hash" && columns.len() == 1 => Leading::Columns(first),
        Ok(Some(method)) if method != "btree" => Leading::Nothing,
        Ok(_) => Leading::Columns(first),
    }
}

impl Lacking<'_> {
    /// Names the indexes that are partial: `` that can serve it: `a` is partial``; empty without any.
    pub fn but_partial(&self) -> String {
        let names = self.partial.iter().map(|index| match &index.name {
            Ok(Some(name)) => format!("`{name}`"),
            _ => "the index on it".to_string(),
        });
        let names: Vec<String> = names.collect();
        match names.len() {
            0 => String::new(),
            1 => format!(" that can serve it: {} is partial", names[0]),
            _ => format!(" that can serve it: {} are partial", names.join(" and ")),
        }
    }
}

/// Longer properties nobody reads.
const LONG_KEY: usize = 40;

/// What Postgres cuts names to, in bytes.
const MAX_NAME: usize = 63;

impl Table {
    /// The name of an index of those columns: `{table}` and `{columns}` are filled in, and what the database would
    /// cut is left out.
    pub fn index_name(&self, columns: &[usize], template: &str) -> String {
        let names: Vec<&str> = columns.iter().map(|column| self.column_name(*column)).collect();
        let table_name = self.name.as_deref().unwrap_or(&self.binding.name);
        let named = |columns: &str| template.replace("{table}", table_name).replace("{columns}", columns);
        let mut name = named(&names.join("_"));
        // A name that the database cuts may clash with another one.
        if name.len() > MAX_NAME {
            name = named(names.last().unwrap_or(&""));
        }
        while name.len() > MAX_NAME {
            // Whole words, while there are any.
            name = name
                .split_once('_')
                .map_or_else(|| name.chars().skip(1).collect(), |(_, rest)| rest.to_string());
        }
        name
    }

    /// The property of an index of those columns, where the third argument is an object.
    pub fn index_key(&self, columns: &[usize]) -> String {
        let names: Vec<&str> = columns.iter().map(|column| self.column_name(*column)).collect();
        let all = names.join("_");
        let short = if all.len() > LONG_KEY { names.last().copied().unwrap_or_default() } else { &all };
        Casing::Camel.apply(&format!("{short}_index"))
    }

    /// An index of those columns as it could be pasted, with the table's own parameter and form.
    pub fn index_to_write(&self, columns: &[usize], template: &str) -> String {
        let name = self.index_name(columns, template);
        let plural = if columns.len() == 1 { "" } else { "s" };
        let (function, from) = match &self.third_argument {
            ThirdArgument { knows_index: true, .. } => ("index".to_string(), ""),
            ThirdArgument { namespace: Some(namespace), .. } => (format!("{namespace}.index"), ""),
            _ => ("index".to_string(), " (import `index` beside the table function)"),
        };
        let index = |of: &str| format!("{function}(\"{name}\").on({})", self.column_keys(of, columns));
        match &self.third_argument.form {
            Form::List(parameter) => {
                format!(
                    "index the column{plural} in the third argument of the table: `{}`{from}",
                    index(parameter)
                )
            }
            Form::Object(parameter) => {
                let (key, index) = (self.index_key(columns), index(parameter));
                format!("index the column{plural} in the third argument of the table: `{key}: {index}`{from}")
            }
            Form::Missing => {
                let written = self.third_argument.alone(&self.index_key(columns), &index("t"));
                format!("index the column{plural} in a third argument of the table: `{written}`{from}")
            }
            // The function that the columns are parameters of is not seen.
            Form::Other => {
                format!("index the column{plural} where the table's indexes are made: `{}`{from}", index("…"))
            }
        }
    }

    /// Whether values of those columns occur in at most one row: they hold a primary key or a unique one.
    pub fn is_identified_by(&self, columns: &[usize]) -> bool {
        let holds = |key: &[usize]| !key.is_empty() && key.iter().all(|column| columns.contains(column));
        let known = |key: &Fact<Vec<usize>>| key.as_ref().is_ok_and(|key| holds(key));
        let at_column = |column: &usize| {
            let facts = self.columns.get(*column).and_then(|column| column.facts.as_ref().ok());
            facts.is_some_and(|facts| facts.unique.is_some())
        };
        columns.iter().any(at_column)
            || holds(&self.primary_key_columns())
            || self.primary_keys.iter().any(|key| known(&key.columns))
            || self.uniques.iter().any(|unique| known(&unique.columns))
            || self.indexes.iter().filter(|index| index.unique && index.predicate.is_none()).any(|index| {
                let key: Option<Vec<usize>> = index.parts.iter().map(IndexPart::column).collect();
                key.is_some_and(|key| holds(&key))
            })
    }
}

/// The index that almost serves the columns, and what keeps it from doing so.
pub fn nearest<'t>(table: &'t Table, columns: &[usize]) -> Option<(&'t Index, String)> {
    table.indexes.iter().find_map(|index| {
        let parts: Vec<Option<usize>> = index.parts.iter().map(IndexPart::column).collect();
        let holds = |column: &usize| parts.contains(&Some(*column));
        if !columns.iter().any(holds) {
            return None;
        }
        let first = parts[0].map(|column| table.column_name(column));
        let method = index.method.as_ref().ok().and_then(Option::as_deref);
        let why = match (method, first) {
            (Some(method), _) if !matches!(method, "btree" | "hash") => {
                format!("a {method} index does not serve a look-up of one value")
            }
            _ if !columns.iter().all(holds) => "it does not hold all of the columns".to_string(),
            (_, Some(first)) if parts[0].is_some_and(|column| !columns.contains(&column)) => {
                format!("it begins with `{first}`")
            }
            (_, None) => "it begins with an expression".to_string(),
            _ => "the columns are not its first ones".to_string(),
        };
        Some((index, why))
    })
}

/// Whether foreign keys need an index of their own: InnoDB makes them itself, SingleStore and Gel have no keys
/// that could be indexed.
pub fn needs_indexes(dialect: Dialect) -> bool {
    match dialect {
        Dialect::Postgres | Dialect::Sqlite | Dialect::Cockroach | Dialect::MsSql => true,
        Dialect::MySql | Dialect::SingleStore | Dialect::Gel => false,
    }
}
