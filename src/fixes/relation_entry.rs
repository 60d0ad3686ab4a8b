//! The first relation of a table in `defineRelations`: an entry of its own.

use super::brackets::add_entry;
use super::is_name;
use super::relation::{NewRelation, RelationFixes, v2};
use crate::graph::{Bracketed, Helpers, RelationCall};
use crate::rule::Edit;
use crate::source::Sources;

impl RelationFixes<'_> {
    /// Into the call that the table belongs to, where that is certain.
    pub(super) fn add_table(&self, relation: NewRelation<'_>) -> Option<Vec<Edit>> {
        let table = self.graph.table(relation.table);
        // Two that know the table may both have it.
        let [call] = self.calls.get(&relation.table)?[..] else { return None };
        let is_only = self.calls_of_project.get(&table.project) == Some(&1);
        if !is_only && call.span.file != table.binding.file {
            return None;
        }
        self.entry(call, relation)
    }

    fn entry(&self, call: &RelationCall, relation: NewRelation<'_>) -> Option<Vec<Edit>> {
        let sources = &self.graph.sources;
        let (entries, Helpers::Whole(helper)) = (call.entries?, &call.helpers) else { return None };
        let key = call.keys.get(&relation.table)?;
        if !is_name(key) || call.named.contains(&relation.table) {
            return None;
        }
        let written = v2(self.graph, entries.span.file, &call.keys, helper, relation)?;
        let mut edits = add_entry(sources, entries, &nested(sources, entries, key, &written))?;
        if let [edit] = &mut edits[..] {
            edit.joins = relation.is_first && edit.span.range.start == edit.span.range.end;
        }
        Some(edits)
    }
}

/// `posts: { … }`, over lines where the entries before it are.
fn nested(sources: &Sources, entries: Bracketed, key: &str, written: &str) -> String {
    let flat = format!("{key}: {{ {written} }}");
    let Some(last) = entries.last else { return flat };
    let (whole, last_text) = (sources.text(entries.span), sources.text(last));
    let before = &whole[..(last.range.start - entries.span.range.start) as usize];
    let Some(line) = before.rfind('\n') else { return flat };
    let outer = &before[line + 1..];
    if !outer.trim().is_empty() {
        return flat;
    }
    // As deep as what the last one has; else as deep again as that is below its brackets.
    let indent = |line: &'_ str| line.len() - line.trim_start().len();
    let mut lines = last_text.lines().skip(1).map(|line| &line[..indent(line)]);
    let text = &sources.get(entries.span.file).text[..entries.span.range.start as usize];
    let base = text.rsplit('\n').next().map_or("", |line| &line[..indent(line)]);
    let step = outer.strip_prefix(base).filter(|step| !step.is_empty()).unwrap_or("  ");
    let inner = match lines.next().filter(|inner| inner.len() > outer.len()) {
        Some(inner) => inner.to_string(),
        None => format!("{outer}{step}"),
    };
    let newline = if whole.contains("\r\n") { "\r\n" } else { "\n" };
    let ends_plain = last_text.contains('\n')
        && last_text.strip_suffix('}').is_some_and(|text| !text.trim_end().ends_with(','));
    let comma = if ends_plain { "" } else { "," };
    format!("{key}: {{{newline}{inner}{written}{comma}{newline}{outer}}}")
}
