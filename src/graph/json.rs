//! The graph as JSON.
//!
//! A superset of the shape that `tests/truth` records from drizzle-orm itself: lists of columns hold
//! database names before casing, `null` stands for an expression in an index. Everything is in a fixed
//! order, so that the output is the same from run to run.

use serde_json::{Map, Value, json};
use std::sync::Arc;

use super::*;
use crate::source::Span;

/// The version of this format.
pub const VERSION: u32 = 1;

/// The whole graph.
pub fn graph(graph: &SchemaGraph) -> Value {
    let tables: Vec<Value> = (0..graph.tables.len())
        .filter(|index| !graph.tables[*index].external)
        .map(|index| table(graph, TableId(index as u32)))
        .collect();
    json!({
        "version": VERSION,
        "projects": graph.projects.iter().map(|project| self::project(graph, project)).collect::<Vec<_>>(),
        "namespaces": graph.namespaces.iter().map(|namespace| json!({
            "dialect": namespace.dialect.name(), "name": namespace.name, "tables": namespace.tables,
        })).collect::<Vec<_>>(),
        "tables": tables,
        "enums": graph.enums.iter().map(|made| {
            let mut out = binding(graph, &made.binding);
            out.insert("dialect".into(), made.dialect.name().into());
            out.insert("name".into(), known(&made.name));
            out.insert("schema".into(), namespace(made.namespace.as_ref()));
            out.insert("values".into(), made.values.as_ref().map_or(Value::Null, |values| json!(values)));
            out.insert("span".into(), span(graph, made.span));
            Value::Object(out)
        }).collect::<Vec<_>>(),
        "sequences": graph.sequences.iter().map(|made| {
            let mut out = binding(graph, &made.binding);
            out.insert("name".into(), known(&made.name));
            out.insert("schema".into(), namespace(made.namespace.as_ref()));
            out.insert("span".into(), span(graph, made.span));
            Value::Object(out)
        }).collect::<Vec<_>>(),
        "relations": graph.relations.iter().map(|relation| self::relation(graph, relation)).collect::<Vec<_>>(),
        "linkables": graph.linkables.iter().map(|linkable| self::linkable(graph, linkable)).collect::<Vec<_>>(),
        "links": graph.links.iter().map(|link| self::link(graph, link)).collect::<Vec<_>>(),
        "unreadable": graph.unreadable.iter().map(|gap| json!({
            "subject": gap.subject, "reason": gap.why.reason, "span": span(graph, gap.span),
            "cause": span(graph, gap.why.span),
        })).collect::<Vec<_>>(),
        "syntaxErrors": graph.syntax_errors.iter().map(|(at, message)| json!({
            "message": message, "span": span(graph, *at),
        })).collect::<Vec<_>>(),
        "missingImports": graph.missing_imports.iter().map(|(at, specifier)| json!({
            "specifier": specifier, "span": span(graph, *at),
        })).collect::<Vec<_>>(),
    })
}

fn project(graph: &SchemaGraph, project: &Project) -> Value {
    let path = |file: &FileId| graph.sources.get(*file).path.to_string();
    json!({
        "config": project.config.as_ref().map(path),
        "package": &*project.package,
        "dialect": project.dialect.map(Dialect::name),
        "drizzle": project.line.name(),
        "casing": project.casing.as_ref().ok().copied().flatten().map(Casing::name),
        "out": project.out.as_deref(),
        "schemaFiles": project.schema_files.iter().map(path).collect::<Vec<_>>(),
    })
}

fn table(graph: &SchemaGraph, id: TableId) -> Value {
    let table = graph.table(id);
    let mut out = binding(graph, &table.binding);
    out.insert("project".into(), table.project.into());
    out.insert("dialect".into(), table.dialect.name().into());
    out.insert("schema".into(), namespace(table.namespace.as_ref()));
    out.insert("name".into(), known(&table.name));
    out.insert("isView".into(), table.view.is_some().into());
    if let Some(view) = table.view {
        out.insert("materialized".into(), view.materialized.into());
        out.insert("existing".into(), view.existing.into());
    }
    out.insert(
        "columns".into(),
        table.columns.iter().map(|column| self::column(graph, table, column)).collect(),
    );
    out.insert("span".into(), span(graph, table.span));
    out.insert("comments".into(), table.comments.iter().map(|at| comment(graph, *at)).collect());
    if let Some(why) = &table.columns_open {
        out.insert("columnsUnknown".into(), reason(why));
    }
    if table.view.is_some() {
        return Value::Object(out);
    }
    if let Some(owner) = table.owner {
        out.insert("mirrorOf".into(), table_ref(graph, owner));
    }
    if let Some(why) = &table.extras_open {
        out.insert("constraintsUnknown".into(), reason(why));
    }
    let columns = |columns: &Fact<Vec<usize>>| column_list(table, columns);
    out.insert(
        "primaryKeys".into(),
        table
            .primary_keys
            .iter()
            .map(|key| {
                json!({
                    "name": known(&key.name), "nameExplicit": key.explicit, "columns": columns(&key.columns),
                    "span": span(graph, key.span),
                })
            })
            .collect(),
    );
    out.insert(
        "uniques".into(),
        table
            .uniques
            .iter()
            .map(|unique| {
                json!({
                    "name": known(&unique.name), "nameExplicit": unique.explicit,
                    "columns": columns(&unique.columns), "nullsNotDistinct": unique.nulls_not_distinct,
                    "span": span(graph, unique.span),
                })
            })
            .collect(),
    );
    out.insert(
        "indexes".into(),
        table.indexes.iter().map(|index| self::index(graph, table, index)).collect(),
    );
    out.insert(
        "foreignKeys".into(),
        table.foreign_keys.iter().map(|key| foreign_key(graph, table, key)).collect(),
    );
    out.insert("checks".into(), table.checks.len().into());
    out.insert("checkNames".into(), table.checks.iter().map(|check| optional(&check.name)).collect());
    out.insert("policies".into(), table.policies.len().into());
    out.insert("policyNames".into(), table.policies.iter().map(|policy| optional(&policy.name)).collect());
    out.insert("rls".into(), table.row_level_security.into());
    if !table.ignored_extras.is_empty() {
        out.insert(
            "ignored".into(),
            table
                .ignored_extras
                .iter()
                .map(|extra| {
                    json!({
                        "reason": extra.reason, "span": span(graph, extra.span),
                    })
                })
                .collect(),
        );
    }
    Value::Object(out)
}

fn column(graph: &SchemaGraph, table: &Table, column: &Column) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        out.insert(key.into(), value);
    };
    put("key", column.key.as_str().into());
    put("span", span(graph, column.span));
    if let Some(helper) = column.helper {
        put("helper", span(graph, helper));
    }
    if !column.comments.is_empty() {
        put("comments", column.comments.iter().map(|at| comment(graph, *at)).collect());
    }
    let facts = match &column.facts {
        Ok(facts) => facts,
        Err(why) => {
            put("unknown", reason(why));
            return Value::Object(out);
        }
    };
    put("name", known(&facts.name));
    put("sqlName", known(&facts.sql_name));
    put("nameFromKey", facts.name_from_key.into());
    put("sqlType", known(&facts.sql_type));
    put("notNull", facts.not_null.into());
    put("effectiveNotNull", facts.effective_not_null.into());
    put("primary", facts.primary.into());
    put("unique", facts.unique.is_some().into());
    if let Some(unique) = &facts.unique {
        put("uniqueName", known(&unique.name));
        put("uniqueNameExplicit", unique.explicit.into());
        if unique.nulls_not_distinct {
            put("nullsNotDistinct", true.into());
        }
    }
    put("hasDefault", facts.has_default.into());
    if let Some(default) = &facts.default {
        put(
            "default",
            match default {
                Default::Value(value) => json!({ "kind": "value", "value": value }),
                Default::Sql(sql) => json!({ "kind": "sql", "value": sql }),
                Default::Function => json!({ "kind": "fn" }),
                Default::OnUpdate => json!({ "kind": "onUpdateFn" }),
                Default::Unknown => json!({ "kind": "unknown" }),
            },
        );
    }
    put("isArray", (facts.dimensions > 0).into());
    if facts.dimensions > 1 {
        put("dimensions", facts.dimensions.into());
    }
    if let Some(Ok(values)) = &facts.enum_values
        && !values.is_empty()
    {
        put("enumValues", json!(values));
    }
    if let Some((name, namespace)) = &facts.enum_name {
        put("enumName", known(name));
        if let Some(namespace) = namespace {
            put("enumSchema", known(namespace));
        }
    }
    if facts.on_update {
        put("onUpdate", true.into());
    }
    if facts.generated {
        put("generated", "always".into());
    }
    if let Some(identity) = &facts.identity {
        put("isIdentity", true.into());
        // SQL Server's identities have no kind.
        if table.dialect != Dialect::MsSql {
            put("identity", identity.as_str().into());
        }
    }
    if facts.auto_increment {
        put("autoIncrement", true.into());
    }
    if !facts.lost_modifiers.is_empty() {
        let mut arrays: Vec<Span> = facts.lost_modifiers.iter().map(|lost| lost.array).collect();
        arrays.dedup();
        put("lostModifiers", arrays.into_iter().map(|at| span(graph, at)).collect());
    }
    Value::Object(out)
}

fn index(graph: &SchemaGraph, table: &Table, index: &Index) -> Value {
    let parts = index.parts.iter().map(|part| match part {
        IndexPart::Column { column, .. } => table.columns[*column].name_before_casing().into(),
        _ => Value::Null,
    });
    let mut out = json!({
        "name": if index.explicit { optional(&index.name) } else { Value::Null },
        "sqlName": optional(&index.name),
        "unique": index.unique,
        "columns": parts.collect::<Vec<_>>(),
        "where": index.predicate.is_some(),
        "method": optional(&index.method),
        "span": span(graph, index.span),
    });
    if let Some(Ok(predicate)) = &index.predicate {
        out["predicate"] = predicate.sql.as_str().into();
    }
    out
}

fn foreign_key(graph: &SchemaGraph, table: &Table, key: &ForeignKey) -> Value {
    let mut out = json!({
        "name": known(&key.name),
        "nameExplicit": key.explicit,
        "columns": column_list(table, &key.columns),
        "onDelete": optional(&key.on_delete),
        "onUpdate": optional(&key.on_update),
        "inline": key.inline,
        "span": span(graph, key.span),
    });
    match &key.target {
        Ok(target) => {
            let to = graph.table(target.table);
            out["foreignTable"] = table_ref(graph, target.table);
            out["foreignColumns"] = column_list(to, &Ok(target.columns.clone()));
        }
        Err(why) => out["unknown"] = reason(why),
    }
    out
}

fn relation(graph: &SchemaGraph, relation: &Relation) -> Value {
    let mut out = binding(graph, &relation.binding);
    let mut put = |key: &str, value: Value| {
        out.insert(key.into(), value);
    };
    put(
        "api",
        match relation.api {
            RelationApi::V1 => "v1".into(),
            RelationApi::V2 => "v2".into(),
        },
    );
    put("table", table_ref(graph, relation.table));
    put("name", relation.name.as_str().into());
    put("kind", if relation.one { "one" } else { "many" }.into());
    if let Ok(Some(target)) = relation.target {
        put("referencedTable", table_ref(graph, target));
    }
    let names = |refs: &[ColumnRef]| -> Value {
        refs.iter()
            .map(|column| graph.table(column.table).columns[column.column].name_before_casing())
            .collect()
    };
    if let Some(Ok(columns)) = &relation.columns {
        put("fields", names(&columns.fields));
        put("references", names(&columns.references));
    }
    match &relation.verdict {
        // v2 fills the columns in; v1 keeps them apart from what is written.
        Ok(Verdict::From(_, columns)) if relation.api == RelationApi::V2 => {
            put("fields", names(&columns.fields));
            put("references", names(&columns.references));
        }
        Ok(Verdict::From(_, columns)) => {
            put("inferredFields", names(&columns.fields));
            put("inferredReferences", names(&columns.references));
        }
        Ok(Verdict::Error(error)) => put("inferError", error.text(graph, relation).into()),
        Ok(Verdict::Written) => {}
        Err(why) => put("unknown", reason(why)),
    }
    if let Ok(Some(name)) = &relation.relation_name {
        put("relationName", name.as_str().into());
    }
    if let Some(through) = &relation.through {
        let (source, target) = (names(&through.source), names(&through.target));
        put(
            "through",
            json!({ "table": table_ref(graph, through.table), "source": source, "target": target }),
        );
    }
    put("span", span(graph, relation.span));
    Value::Object(out)
}

fn linkable(graph: &SchemaGraph, linkable: &Linkable) -> Value {
    let mut out = linkable.binding.as_ref().map(|made| binding(graph, made)).unwrap_or_default();
    out.insert("declared".into(), linkable.binding.is_some().into());
    out.insert("package".into(), graph.packages.get(linkable.package).map_or("", |of| &of.folder).into());
    out.insert("module".into(), known(&linkable.module));
    out.insert("entity".into(), known(&linkable.entity));
    out.insert("table".into(), known(&linkable.table));
    out.insert("primaryKey".into(), known(&linkable.primary_key));
    out.insert("idPrefix".into(), optional(&linkable.id_prefix));
    out.insert("span".into(), span(graph, linkable.span));
    Value::Object(out)
}

fn link(graph: &SchemaGraph, link: &Link) -> Value {
    let flag = |fact: &Fact<bool>| fact.as_ref().map_or(Value::Null, |flag| (*flag).into());
    let end = |end: &LinkEnd| {
        json!({
            "linkable": end.linkable.as_ref().ok(), "isList": flag(&end.is_list), "column": known(&end.column),
        })
    };
    let mut out = binding(graph, &link.binding);
    out.insert("name".into(), known(&link.table));
    out.insert("left".into(), end(&link.left));
    out.insert("right".into(), end(&link.right));
    out.insert("deleteCascade".into(), flag(&link.delete_cascade));
    out.insert("readOnly".into(), flag(&link.read_only));
    out.insert("span".into(), span(graph, link.span));
    Value::Object(out)
}

fn binding(graph: &SchemaGraph, binding: &Binding) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("file".into(), (*graph.sources.get(binding.file).path).into());
    out.insert("exportName".into(), binding.name.as_str().into());
    out.insert("exported".into(), binding.exported.into());
    if binding.nested {
        out.insert("nested".into(), true.into());
    }
    out
}

fn table_ref(graph: &SchemaGraph, id: TableId) -> Value {
    let table = graph.table(id);
    if table.external {
        return json!({ "external": true, "schema": namespace(table.namespace.as_ref()), "name": known(&table.name) });
    }
    json!({ "file": &*graph.sources.get(table.binding.file).path, "exportName": table.binding.name })
}

fn column_list(table: &Table, columns: &Fact<Vec<usize>>) -> Value {
    columns.as_ref().map_or(Value::Null, |columns| {
        columns.iter().map(|index| table.columns[*index].name_before_casing()).collect()
    })
}

fn namespace(namespace: Option<&Fact<SmolStr>>) -> Value {
    namespace.map_or(Value::Null, known)
}

fn known(name: &Fact<SmolStr>) -> Value {
    name.as_ref().map_or(Value::Null, |name| name.as_str().into())
}

fn optional(name: &Fact<Option<SmolStr>>) -> Value {
    match name {
        Ok(Some(name)) => name.as_str().into(),
        _ => Value::Null,
    }
}

fn reason(why: &Arc<Unknown>) -> Value {
    why.reason.as_ref().into()
}

fn comment(graph: &SchemaGraph, at: Span) -> Value {
    json!({ "text": graph.sources.text(at), "span": span(graph, at) })
}

fn span(graph: &SchemaGraph, at: Span) -> Value {
    let file = graph.sources.get(at.file);
    let (start, end) = (file.position(at.range.start), file.position(at.range.end));
    json!({
        "file": &*file.path,
        "start": { "byte": at.range.start, "line": start.line, "column": start.column },
        "end": { "byte": at.range.end, "line": end.line, "column": end.column },
    })
}
