//! A small repository, from its files to every format.
#![no_main]

use libfuzzer_sys::fuzz_target;
use schemalint::graph::json;
use schemalint::output::Report;
use schemalint_fuzz::{Tree, holds};
use std::fs;

fuzz_target!(|data: &[u8]| {
    let tree = Tree::new(data);
    let Some((prepared, reading, run)) = tree.check() else { return };
    let sources = &reading.graph.sources;
    holds::findings_have_places(&run, sources);
    let report = Report { run: &run, sources, prefix: "" };
    holds::formats_are_valid(&report);
    holds::a_baseline_accepts_all(&run);
    let graph = json::graph(&reading.graph).to_string();
    drop(prepared);
    if data.len() % 2 == 0 {
        let (_, again, same) = tree.check().expect("it was read before");
        assert_eq!(graph, json::graph(&again.graph).to_string());
        assert_eq!(format!("{:?}", run.findings), format!("{:?}", same.findings));
        return;
    }
    // Nothing is found of what comments except.
    let comments = holds::suppressions(&run, sources);
    for (path, comment) in &comments {
        let path = tree.root.join(path);
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let _ = fs::write(path, holds::with_comment(&text, comment));
    }
    let Some((_, reading, run)) = tree.check() else { panic!("comments broke the config") };
    for finding in &run.findings {
        let path = &reading.graph.sources.get(finding.primary.span.file).path;
        let Some(comment) = comments.get(&**path) else { continue };
        let names = comment.trim_start_matches("// schemalint-ignore-file ");
        let is_named =
            names.split(" -- ").next().unwrap_or_default().split(", ").any(|name| name == finding.rule);
        assert!(!is_named || tree.has_baseline(), "{} of {path} is excepted", finding.rule);
    }
});
