//! Decision records, entity pages, and citations of records.
#![no_main]

use libfuzzer_sys::fuzz_target;
use schemalint::docs::{Document, EntityPage, Records};
use schemalint::source::FileId;
use schemalint_fuzz::{holds, on_large_stack, pieces};

fuzz_target!(|text: &str| on_large_stack(|| {
    let pieces: Vec<(String, String)> = pieces(text.as_bytes())
        .into_iter()
        .map(|(name, text)| (name, String::from_utf8_lossy(&text).into_owned()))
        .collect();
    let documents: Vec<Document<'_>> = pieces
        .iter()
        .enumerate()
        .map(|(index, (path, text))| Document { file: FileId(index as u32), path, text })
        .collect();
    let records = Records::read(&documents, &[]);
    for problem in records.problems() {
        holds::ranges_are_in(documents[problem.span.file.0 as usize].text, problem);
    }
    for record in records.iter() {
        holds::ranges_are_in(documents[record.span.file.0 as usize].text, record);
        record.label();
        assert!(record.number.is_none_or(|number| records.by_number(number).count() > 0));
    }
    for document in &documents {
        let page = EntityPage::read(document);
        holds::ranges_are_in(document.text, &page);
        for section in &page.sections {
            page.section(&section.heading);
            let entries = page.entries(section).len();
            assert!(page.entries_naming(section, &["users", "user_id", "ä"]).len() <= entries);
        }
        let citations = records.citations(document.text, Some(document.path));
        holds::ranges_are_in(document.text, &citations);
        assert_eq!(
            format!("{citations:?}"),
            format!("{:?}", records.citations(document.text, Some(document.path)))
        );
    }
}));
