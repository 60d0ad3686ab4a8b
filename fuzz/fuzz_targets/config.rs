//! `schemalint.json` with what it extends.
#![no_main]

use libfuzzer_sys::fuzz_target;
use schemalint::config::{self, print};
use schemalint::output::{Style, errors};
use schemalint::source::{SourceFile, Sources};
use schemalint_fuzz::{on_large_stack, pieces};
use std::sync::Arc;

fuzz_target!(|text: &str| on_large_stack(|| {
    let pieces = pieces(text.as_bytes());
    let text = |piece: &[u8]| String::from_utf8_lossy(piece).into_owned();
    let mut sources = Sources::default();
    let first = sources.add(Arc::new(SourceFile::new("schemalint.json", text(&pieces[0].1))));
    let mut load = |path: &str| match pieces[1..].iter().find(|(name, _)| name == path) {
        Some((_, piece)) => Ok(text(piece).into()),
        None => Err("no such file".to_string()),
    };
    let levels: Vec<String> =
        pieces[1..].iter().filter_map(|(name, _)| name.strip_prefix("--rule ")).map(str::to_string).collect();
    match config::read(Some(first), &levels, &mut sources, &mut load) {
        Ok(read) => {
            let printed = print(&read, &sources);
            let mut again = Sources::default();
            let file = again.add(Arc::new(SourceFile::new("schemalint.json", printed.as_str())));
            let effective = config::read(Some(file), &[], &mut again, &mut |_| Err("nothing is left".into()));
            let effective = effective.unwrap_or_else(|errors| panic!("{errors:?}: {printed}"));
            // Where values come from stands in comments.
            let values = |text: &str| -> Vec<String> {
                let value =
                    |line: &str| line.rsplit_once(" // ").map_or(line, |(value, _)| value).to_string();
                text.lines().map(value).collect()
            };
            assert_eq!(values(&print(&effective, &again)), values(&printed));
        }
        Err(wrong) => {
            assert!(!wrong.is_empty(), "wrong without a reason");
            for span in wrong.iter().filter_map(|error| error.span) {
                let (text, range) = (&sources.get(span.file).text, span.range);
                assert!(text.get(range.start as usize..range.end as usize).is_some(), "{span:?}");
            }
            errors("config", &wrong, &sources, "", Style::default());
        }
    }
}));
