//! A graph as text.

use std::sync::Arc;

use schemalint::graph::{RelationSet, SchemaGraph};
use schemalint::source::{FileId, Sources};
use schemalint::workspace::Reading;

/// The whole graph as text, files by their paths and not by their numbers.
pub(crate) fn shown(reading: &Reading) -> String {
    let sources = &reading.graph.sources;
    let by_path = |text: String| {
        let mut parts = text.split("FileId(");
        let mut shown = parts.next().unwrap().to_string();
        for part in parts {
            let (number, rest) = part.split_once(')').unwrap();
            shown.push_str(&sources.get(FileId(number.parse().unwrap())).path);
            shown.push_str(rest);
        }
        shown
    };
    let imports = reading.graph.imports.iter();
    let mut imports: Vec<String> =
        imports.map(|(file, imports)| by_path(format!("{file:?} imports {imports:?}"))).collect();
    imports.sort();
    imports.extend(reading.graph.loads.iter().map(|(file, loaded)| {
        let mut reads: Vec<String> = loaded.reads.iter().map(|read| by_path(format!("{read:?}"))).collect();
        reads.sort();
        by_path(format!("{file:?} loads {:?}, {}, {reads:?}", loaded.files, loaded.is_blind))
    }));
    imports.sort();
    // A map without an order of its own.
    let sets = reading.graph.relation_sets.iter().map(|set| {
        let mut keys: Vec<String> = set.keys.iter().map(|key| format!("{key:?}")).collect();
        keys.sort();
        by_path(format!("{:?} {keys:?}", RelationSet { keys: Arc::default(), ..set.clone() }))
    });
    let sets: Vec<String> = sets.collect();
    let graph = SchemaGraph {
        sources: Sources::default(),
        imports: rustc_hash::FxHashMap::default(),
        relation_sets: Vec::new(),
        loads: Arc::default(),
        ..reading.graph.clone()
    };
    let mut texts: Vec<String> =
        sources.iter().map(|source| format!("{}: {}", source.path, source.text)).collect();
    texts.sort();
    let graph = by_path(format!("{graph:?}"));
    [graph, sets.join("\n"), imports.join("\n"), texts.join("\n")].join("\n")
}
