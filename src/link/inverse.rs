//! How Drizzle pairs relations that do not say their columns.
//!
//! v1: `normalizeRelation` of 0.45 (facts/drizzle.md 2.7); v2: `processRelations` of 1.0 (2.8).

use rustc_hash::FxHashMap;

use crate::graph::{ColumnPairs, Inferred, Relation, RelationApi, SchemaGraph, TableId};

/// Fills in `inferred` of every relation.
pub(super) fn infer(graph: &mut SchemaGraph, schemas: &[usize]) {
    let mut of_table: FxHashMap<TableId, Vec<usize>> = FxHashMap::default();
    for (index, relation) in graph.relations.iter().enumerate() {
        let relations = of_table.entry(relation.table).or_default();
        // Several `relations()` of one table merge; of one name the last counts.
        if relation.api == RelationApi::V1 {
            relations.retain(|other: &usize| {
                let other = &graph.relations[*other];
                other.api != RelationApi::V1 || other.name != relation.name
            });
        }
        relations.push(index);
    }
    let inferred: Vec<_> = (0..graph.relations.len())
        .map(|index| {
            let relation = &graph.relations[index];
            match relation.api {
                RelationApi::V1 => infer_v1(graph, &of_table, index, relation),
                RelationApi::V2 => infer_v2(graph, &of_table, schemas, index, relation),
            }
        })
        .collect();
    for (index, inferred) in inferred.into_iter().enumerate() {
        if let Ok(Inferred::From(other, _)) = &inferred {
            graph.relations[index].through = graph.relations[*other].through;
        }
        graph.relations[index].inferred = inferred;
    }
}

fn infer_v1(
    graph: &SchemaGraph,
    of_table: &FxHashMap<TableId, Vec<usize>>,
    index: usize,
    relation: &Relation,
) -> crate::graph::Fact<Inferred> {
    if relation.one && relation.columns.is_some() {
        return Ok(Inferred::Written);
    }
    let source = graph.table(relation.table).display_name();
    let Some(target) = relation.target.clone()? else {
        return Ok(Inferred::Error("the related table is not in the schema".into()));
    };
    let target_name = graph.table(target).display_name();
    let name = relation.relation_name.clone()?;
    let mut candidates = Vec::new();
    for other in of_table.get(&target).into_iter().flatten() {
        let relation_there = &graph.relations[*other];
        if relation_there.api != RelationApi::V1 {
            continue;
        }
        let matches = match &name {
            Some(name) => *other != index && relation_there.relation_name.clone()?.as_ref() == Some(name),
            None => relation_there.target.clone()? == Some(relation.table),
        };
        if matches {
            candidates.push(*other);
        }
    }
    if candidates.len() > 1 {
        return Ok(Inferred::Error(match name {
            Some(name) => {
                format!("There are multiple relations with name \"{name}\" in table \"{target_name}\"")
            }
            None => format!(
                "There are multiple relations between \"{target_name}\" and \"{source}\". \
                 Please specify relation name"
            ),
        }));
    }
    if let Some(other) = candidates.first()
        && let other_relation = &graph.relations[*other]
        && other_relation.one
        && let Some(columns) = &other_relation.columns
    {
        return Ok(Inferred::From(*other, swapped(columns.clone()?)));
    }
    Ok(Inferred::Error(format!(
        "There is not enough information to infer relation \"{source}.{}\"",
        relation.name
    )))
}

fn infer_v2(
    graph: &SchemaGraph,
    of_table: &FxHashMap<TableId, Vec<usize>>,
    schemas: &[usize],
    index: usize,
    relation: &Relation,
) -> crate::graph::Fact<Inferred> {
    if relation.columns.is_some() {
        return Ok(Inferred::Written);
    }
    let Some(target) = relation.target.clone()? else {
        return Ok(Inferred::Error("the related table is not in the schema".into()));
    };
    let alias = relation.relation_name.clone()?;
    let mut candidates = Vec::new();
    for other in of_table.get(&target).into_iter().flatten() {
        let there = &graph.relations[*other];
        // Only relations of the same call are seen.
        if there.api != RelationApi::V2 || *other == index || schemas[*other] != schemas[index] {
            continue;
        }
        let matches = match &alias {
            Some(alias) => there.relation_name.clone()?.as_ref() == Some(alias),
            None => there.target.clone()? == Some(relation.table) && there.relation_name.clone()?.is_none(),
        };
        if matches {
            candidates.push(*other);
        }
    }
    let [other] = candidates[..] else {
        let reason = if candidates.is_empty() {
            "not enough data provided to build the relation"
        } else {
            "there are multiple relations between the two tables"
        };
        return Ok(Inferred::Error(reason.into()));
    };
    match &graph.relations[other].columns {
        Some(columns) => Ok(Inferred::From(other, swapped(columns.clone()?))),
        None => Ok(Inferred::Error("the reverse relation has no \"from\" and \"to\"".into())),
    }
}

fn swapped(columns: ColumnPairs) -> ColumnPairs {
    ColumnPairs { fields: columns.references, references: columns.fields }
}
