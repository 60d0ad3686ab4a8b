//! How tables, columns and keys are named and placed when somebody is told about them.

use super::{Column, ColumnFacts, Dialect, ForeignKey, IndexPart, SchemaGraph, Table};
use crate::source::{Range, Sources, Span};

impl Table {
    /// `billing.invoices`, or `invoices` without a pgSchema; the TypeScript name when the SQL name is
    /// not known.
    pub fn display_name(&self) -> String {
        match (&self.name, &self.namespace) {
            (Ok(name), Some(Ok(namespace))) => format!("{namespace}.{name}"),
            (Ok(name), _) => name.to_string(),
            (Err(_), _) => self.binding.name.to_string(),
        }
    }

    /// `public.orders`, `billing.invoices`: how a table is named where every namespace is.
    pub fn id(&self) -> String {
        match &self.namespace {
            None => format!("public.{}", self.display_name()),
            Some(_) => self.display_name(),
        }
    }

    /// The column of that SQL name or key.
    pub fn column_named(&self, name: &str) -> Option<usize> {
        let by_name = self.columns.iter().position(|column| column.display_name() == name);
        by_name.or_else(|| self.columns.iter().position(|column| column.key == name))
    }

    /// What a finding about columns is keyed by: `billing.invoices.customer_id`, `orders(a, b)`.
    pub fn subject(&self, columns: &[usize]) -> String {
        let names: Vec<&str> = columns.iter().map(|column| self.column_name(*column)).collect();
        match names[..] {
            [one] => format!("{}.{one}", self.display_name()),
            _ => format!("{}({})", self.display_name(), names.join(", ")),
        }
    }

    /// The columns as the table's own code has them: `t.userId, t.orgId`.
    pub fn column_keys(&self, of: &str, columns: &[usize]) -> String {
        let keys: Vec<String> =
            columns.iter().map(|column| format!("{of}.{}", self.columns[*column].key)).collect();
        keys.join(", ")
    }

    /// Where the table's own code has a key: itself, or the spread that brings its column in.
    pub fn place_of(&self, key: &ForeignKey) -> Span {
        match &key.columns {
            _ if self.span.contains(key.span) => key.span,
            Ok(columns) if key.inline && !columns.is_empty() => self.columns[columns[0]].span,
            _ => self.span,
        }
    }

    /// The beginning of the call that makes it, up to its name: what to show when the whole would be too much.
    pub fn head(&self, sources: &Sources) -> Span {
        head_of(self.span, sources)
    }

    /// The columns of its primary key; none when it has none, or when that is not known.
    pub fn primary_key_columns(&self) -> Vec<usize> {
        let is_primary = |column: &Column| column.facts.as_ref().is_ok_and(|facts| facts.primary);
        let inline: Vec<usize> =
            (0..self.columns.len()).filter(|at| is_primary(&self.columns[*at])).collect();
        match (&inline[..], self.primary_keys.first()) {
            ([], Some(key)) => key.columns.clone().unwrap_or_default(),
            _ => inline,
        }
    }

    /// Whether a foreign key stands on a column; true as well when a key's columns are not known.
    pub fn may_be_foreign_key(&self, column: usize) -> bool {
        self.foreign_keys.iter().any(|key| key.columns.as_ref().is_ok_and(|key| key.contains(&column)))
            || self.foreign_keys.iter().any(|key| key.columns.is_err())
            || self.extras_open.is_some()
    }

    /// The SQL name of a column, else its key.
    pub fn column_name(&self, column: usize) -> &str {
        self.columns.get(column).map_or("?", Column::display_name)
    }
}

/// The beginning of a call, up to the end of its first argument.
pub fn head_of(call: Span, sources: &Sources) -> Span {
    let text = sources.text(call);
    let start = text.find('(').map_or(0, |at| at + 1);
    let end = text[start..].find([',', '{', '\n', '\r']).map_or(text.len(), |at| start + at);
    let start = call.range.start;
    Range::new(start, start + text[..end].trim_end().len() as u32).in_file(call.file)
}

impl Column {
    /// The SQL name, else the key.
    pub fn display_name(&self) -> &str {
        match &self.facts {
            Ok(ColumnFacts { sql_name: Ok(name), .. }) => name,
            _ => &self.key,
        }
    }

    /// The name before casing, else the key: what lists of columns in the JSON graph hold.
    pub fn name_before_casing(&self) -> &str {
        match &self.facts {
            Ok(ColumnFacts { name: Ok(name), .. }) => name,
            _ => &self.key,
        }
    }
}

impl SchemaGraph {
    /// What makes columns a foreign key, to be pasted: the column with `.references()`, or `foreignKey()` for
    /// several.
    pub fn as_foreign_key(
        &self,
        from: &Table,
        columns: &[usize],
        to: &Table,
        target_columns: &[usize],
    ) -> String {
        let target = &to.binding.name;
        let ([column], [key]) = (columns, target_columns) else {
            return format!(
                "foreignKey({{ columns: [{}], foreignColumns: [{}] }})",
                from.column_keys("t", columns),
                to.column_keys(target, target_columns)
            );
        };
        let any = match from.dialect {
            _ if from.span != to.span => "",
            Dialect::Postgres => ": AnyPgColumn",
            Dialect::MySql => ": AnyMySqlColumn",
            Dialect::Sqlite => ": AnySQLiteColumn",
            _ => ": any",
        };
        let call = format!(".references((){any} => {target}.{})", to.columns[*key].key);
        from.with_modifier(*column, &call, self)
    }
}

impl IndexPart {
    /// The column of the table that it indexes, when it is no more than that.
    pub const fn column(&self) -> Option<usize> {
        match self {
            Self::Column { column, .. } | Self::Expression { column: Some(column), .. } => Some(*column),
            Self::Expression { column: None, .. } | Self::Foreign | Self::Unknown(_) => None,
        }
    }
}
