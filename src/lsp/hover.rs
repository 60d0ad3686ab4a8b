//! What is said of a table or a column when the pointer rests on it.

use std::fmt::Write;

use super::checked::Found;
use super::find::Subject;
use crate::graph::{Column, ForeignKey, IndexPart, SchemaGraph, Table, TableId};
use crate::output::visible;

/// What is shown of long lists.
const MOST: usize = 12;

/// A text in Markdown.
pub(super) fn hover(found: &Found, subject: Subject) -> String {
    match subject {
        Subject::Table(id) => of_table(found, id),
        Subject::Column(id, column) => of_column(found, id, column),
        Subject::Key(id, key) => of_key(found.graph(), id, key),
    }
}

fn of_table(found: &Found, id: TableId) -> String {
    let graph = found.graph();
    let table = graph.table(id);
    let kind = match table.view {
        Some(view) if view.materialized => "materialized view",
        Some(_) => "view",
        None => "table",
    };
    let mut text = format!("{kind} {} ({})", code(&table.display_name()), table.dialect.name());
    if let Some(owner) = table.owner {
        let _ = write!(text, ", a copy of {}", code(&graph.table(owner).display_name()));
    }
    text.push('\n');
    let domains: Vec<String> = found.meaning.domains(id).iter().map(|domain| code(domain)).collect();
    line(&mut text, "domain", &domains);
    let key: Vec<String> =
        table.primary_key_columns().iter().map(|column| code(table.column_name(*column))).collect();
    line(&mut text, "primary key", &key);
    list(&mut text, "indexes", indexes(table, None));
    list(&mut text, "keys to", table.foreign_keys.iter().map(|key| outgoing(graph, table, key)).collect());
    list(&mut text, "keys from", incoming(graph, id, None));
    list(&mut text, "means, without a key", soft_from(found, id, None));
    list(&mut text, "meant by, without a key", soft_to(found, id));
    if table.columns_open.is_some() || table.extras_open.is_some() {
        text.push_str("\nNot all of it could be read.\n");
    }
    text
}

fn of_column(found: &Found, id: TableId, index: usize) -> String {
    let graph = found.graph();
    let table = graph.table(id);
    let column = &table.columns[index];
    let mut text =
        format!("column {}", code(&format!("{}.{}", table.display_name(), table.column_name(index))));
    text.push_str(&described(column));
    text.push('\n');
    let domains: Vec<String> = found.meaning.domains(id).iter().map(|domain| code(domain)).collect();
    line(&mut text, "domain", &domains);
    list(&mut text, "indexes", indexes(table, Some(index)));
    let holds = |key: &&ForeignKey| key.columns.as_ref().is_ok_and(|columns| columns.contains(&index));
    list(
        &mut text,
        "keys to",
        table.foreign_keys.iter().filter(holds).map(|key| outgoing(graph, table, key)).collect(),
    );
    list(&mut text, "keys from", incoming(graph, id, Some(index)));
    list(&mut text, "means, without a key", soft_from(found, id, Some(index)));
    text
}

fn of_key(graph: &SchemaGraph, id: TableId, index: usize) -> String {
    let table = graph.table(id);
    format!("foreign key {}\n", outgoing(graph, table, &table.foreign_keys[index]))
}

/// Its type and what holds of it.
fn described(column: &Column) -> String {
    let Ok(facts) = &column.facts else { return " (not read)".into() };
    let mut text = match &facts.sql_type {
        Ok(name) => format!(": {}", code(name)),
        Err(_) => String::new(),
    };
    let says = [
        (facts.primary, "primary key"),
        (facts.effective_not_null && !facts.primary, "not null"),
        (facts.unique.is_some(), "unique"),
        (facts.generated, "generated"),
        (facts.has_default, "has a default"),
    ];
    for (_, what) in says.iter().filter(|(is, _)| *is) {
        let _ = write!(text, ", {what}");
    }
    text
}

fn indexes(table: &Table, of: Option<usize>) -> Vec<String> {
    let concerns = |columns: &[Option<usize>]| of.is_none_or(|column| columns.contains(&Some(column)));
    let mut lines = Vec::new();
    for index in &table.indexes {
        let columns: Vec<Option<usize>> = index.parts.iter().map(IndexPart::column).collect();
        if !concerns(&columns) {
            continue;
        }
        let parts: Vec<&str> =
            columns.iter().map(|column| column.map_or("…", |column| table.column_name(column))).collect();
        let name = match &index.name {
            Ok(Some(name)) => code(name),
            _ => "index".to_string(),
        };
        let unique = if index.unique { ", unique" } else { "" };
        let partial = if index.predicate.is_some() { ", partial" } else { "" };
        lines.push(format!("{name} on {}{unique}{partial}", code(&parts.join(", "))));
    }
    for unique in &table.uniques {
        if let Ok(columns) = &unique.columns
            && of.is_none_or(|column| columns.contains(&column))
        {
            let names: Vec<&str> = columns.iter().map(|column| table.column_name(*column)).collect();
            lines.push(format!("unique constraint on {}", code(&names.join(", "))));
        }
    }
    lines
}

/// `orders.user_id` → `users.id`, on delete cascade.
fn outgoing(graph: &SchemaGraph, table: &Table, key: &ForeignKey) -> String {
    let from = key.columns.as_ref().map_or_else(|_| table.display_name(), |columns| table.subject(columns));
    let to = match &key.target {
        Ok(target) => code(&graph.table(target.table).subject(&target.columns)),
        Err(_) => "what could not be read".into(),
    };
    let on_delete = match &key.on_delete {
        // A word of SQL, unless somebody wrote something else.
        Ok(Some(action)) if action.chars().all(|c| c.is_ascii_alphabetic() || c == ' ') => {
            format!(", on delete {action}")
        }
        Ok(Some(action)) => format!(", on delete {}", code(action)),
        _ => String::new(),
    };
    format!("{} → {to}{on_delete}", code(&from))
}

/// The keys that lead to a table, or to one of its columns.
pub(super) fn keys_to(
    graph: &SchemaGraph,
    id: TableId,
    column: Option<usize>,
) -> impl Iterator<Item = (&Table, &ForeignKey)> {
    let owner = graph.owner(id);
    let leads = move |key: &&ForeignKey| {
        key.target.as_ref().is_ok_and(|target| {
            let is_it =
                if column.is_some() { target.table == id } else { graph.owner(target.table) == owner };
            is_it && column.is_none_or(|column| target.columns.contains(&column))
        })
    };
    graph
        .tables
        .iter()
        .flat_map(move |table| table.foreign_keys.iter().filter(leads).map(move |key| (&**table, key)))
}

fn incoming(graph: &SchemaGraph, id: TableId, column: Option<usize>) -> Vec<String> {
    keys_to(graph, id, column).map(|(table, key)| outgoing(graph, table, key)).collect()
}

fn soft_from(found: &Found, id: TableId, column: Option<usize>) -> Vec<String> {
    let graph = found.graph();
    let soft = found.meaning.soft.iter().filter(|soft| soft.table == id);
    let soft = soft.filter(|soft| column.is_none_or(|column| soft.columns.contains(&column)));
    soft.map(|soft| {
        let (from, to) =
            (graph.table(soft.table).subject(&soft.columns), graph.table(soft.target).display_name());
        format!("{} → {}", code(&from), code(&to))
    })
    .collect()
}

fn soft_to(found: &Found, id: TableId) -> Vec<String> {
    let graph = found.graph();
    let soft = found.meaning.soft.iter().filter(|soft| soft.target == graph.owner(id));
    soft.map(|soft| code(&graph.table(soft.table).subject(&soft.columns))).collect()
}

fn line(text: &mut String, title: &str, items: &[String]) {
    if !items.is_empty() {
        let _ = write!(text, "\n{title}: {}\n", items.join(", "));
    }
}

fn list(text: &mut String, title: &str, items: Vec<String>) {
    if items.is_empty() {
        return;
    }
    let _ = write!(text, "\n{title}:\n\n");
    for item in items.iter().take(MOST) {
        let _ = writeln!(text, "- {item}");
    }
    if items.len() > MOST {
        let _ = writeln!(text, "- and {} more", items.len() - MOST);
    }
}

/// A name as code in Markdown, whatever is in it.
fn code(name: &str) -> String {
    let name = visible(name);
    let mut longest = 0;
    let mut run = 0;
    for c in name.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    if longest == 0 && !name.trim().is_empty() {
        return format!("`{name}`");
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence} {name} {fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_code() {
        assert_eq!(code("users"), "`users`");
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(code("a``](x)"), "``` a``](x) ```");
        assert_eq!(code("a\n# b"), "`a\\n# b`");
        assert_eq!(code(""), "`  `");
    }
}
