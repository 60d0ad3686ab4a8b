use schemalint::{discover::Options, graph::json, workspace};
use std::path::Path;
fn main() {
    let root = std::fs::canonicalize(Path::new(&std::env::args().nth(1).unwrap())).unwrap();
    let t = std::time::Instant::now();
    let reading = workspace::read(&root, &Options { paths: vec![root.clone()], no_ignore: false });
    eprintln!("{:?} looked {} parsed {} tables {} unreadable {} missing {} syntax {}", t.elapsed(), reading.looked_at, reading.parsed, reading.graph.tables.len(), reading.graph.unreadable.len(), reading.graph.missing_imports.len(), reading.syntax_errors.len());
    println!("{}", serde_json::to_string_pretty(&json::graph(&reading.graph)).unwrap());
}
