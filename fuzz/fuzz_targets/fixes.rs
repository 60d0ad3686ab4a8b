//! `--fix=schema`: what parsed still parses, a second run changes nothing, a diff says the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use schemalint::cli::{Answer, Exit, Terminal, answer};
use schemalint::lsp::Streams;
use schemalint::syntax::lower;
use schemalint_fuzz::Tree;
use std::ffi::OsString;

fuzz_target!(|data: &[u8]| {
    let tree = Tree::new(data);
    let Some((_, reading, run)) = tree.check() else { return };
    if run.findings.iter().all(|finding| finding.fix.is_none()) {
        return;
    }
    let before = tree.texts(&reading);
    let diff = run_cli(&tree, &["--diff"]);
    assert_ne!(diff.exit, Exit::Usage, "{}", diff.stderr);
    assert_eq!(before, tree.texts(&reading), "a diff wrote files");
    let fixed = run_cli(&tree, &["--fix=schema", "--format", "json"]);
    assert_ne!(fixed.exit, Exit::Usage, "{}", fixed.stderr);
    let after = tree.texts(&reading);
    for ((path, before), (_, after)) in before.iter().zip(&after) {
        let parses = |bytes: &[u8]| {
            let text = std::str::from_utf8(bytes).ok()?;
            lower(&path.to_string_lossy(), text).ok()
        };
        if before != after && parses(before).is_some() {
            assert!(parses(after).is_some(), "broken: {}", String::from_utf8_lossy(after));
        }
    }
    if fixed.stderr.contains("still to be made") {
        return;
    }
    let again = run_cli(&tree, &["--fix=schema", "--format", "json"]);
    assert_eq!(after, tree.texts(&reading), "a second run changed more: {}{}", fixed.stderr, again.stderr);
});

fn run_cli(tree: &Tree, arguments: &[&str]) -> Answer {
    let root = tree.root.clone().into_os_string();
    let begin = ["schemalint", "check", "--threads", "1"].into_iter().map(OsString::from);
    let arguments = begin.chain([root]).chain(arguments.iter().map(OsString::from));
    let terminal = Terminal {
        is_terminal: false,
        stderr_is_terminal: false,
        width: 100,
        no_color: true,
        force_color: false,
        links: false,
        is_github: false,
    };
    let streams = || Streams { input: Box::new(std::io::empty()), output: Box::new(std::io::sink()) };
    answer(arguments.collect::<Vec<OsString>>(), terminal, &|| Ok(Vec::new()), &streams)
}
