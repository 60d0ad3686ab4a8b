//! What drizzle-kit and migrations left behind.
#![no_main]

use libfuzzer_sys::fuzz_target;
use schemalint::graph::Dialect;
use schemalint::snapshots::sql::SqlTables;
use schemalint::snapshots::{Header, Layout, Link, before_newest, header, is_later, newest, read, replay};
use schemalint_fuzz::{holds, on_large_stack, pieces};

fuzz_target!(|text: &str| on_large_stack(|| {
    let pieces: Vec<(String, String)> = pieces(text.as_bytes())
        .into_iter()
        .map(|(name, text)| (name, String::from_utf8_lossy(&text).into_owned()))
        .collect();
    let mut tables = SqlTables::default();
    for (name, text) in &pieces {
        let (snapshot, damage) = read(text);
        holds::ranges_are_in(text, &damage);
        assert!(damage.is_none() || !damage.iter().any(|damage| damage.message.is_empty()));
        assert_eq!(format!("{snapshot:?}"), format!("{:?}", read(text).0));
        if let Err(damage) = header(text) {
            holds::ranges_are_in(text, &damage);
        }
        let mut own = SqlTables::default();
        let dialect = if name.contains("my") { Dialect::MySql } else { Dialect::Postgres };
        own.follow(name, text, dialect);
        own.all();
        tables.follow(name, text, Dialect::Sqlite);
        tables.follow(name, text, dialect);
    }
    let names: Vec<String> = pieces.iter().map(|(name, _)| name.clone()).collect();
    let meta = newest(&Layout::Meta(names.clone()));
    assert!(meta.iter().all(|index| *index < names.len()));
    if let (Some(before), Some(newest)) = (before_newest(&names), meta.first()) {
        assert_ne!(before, *newest);
    }
    is_later(&names[0], &names[names.len() - 1]);
    // A history of what changed.
    let headers: Vec<(String, Option<Header>)> =
        pieces.iter().map(|(name, text)| (name.clone(), header(text).ok())).collect();
    let leaves = newest(&Layout::Folders(headers.clone()));
    assert!(!leaves.is_empty() && leaves.iter().all(|index| *index < headers.len()));
    let links: Option<Vec<Link<'_>>> = headers
        .iter()
        .zip(&pieces)
        .map(|((_, header), (_, text))| Some(Link { header: header.as_ref()?, text }))
        .collect();
    if let Some(links) = links
        && let Err((at, damage)) = replay(&links, &leaves)
    {
        holds::ranges_are_in(links[at].text, &damage);
    }
}));
