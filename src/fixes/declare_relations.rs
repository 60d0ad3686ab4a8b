//! The first `relations()` of a table.

use super::imports::import;
use super::relation::{NewRelation, RelationFixes, v1};
use super::style::Style;
use crate::graph::{RelationSet, Table};
use crate::rule::Edit;
use crate::source::{FileId, Range};

/// What may stand behind the call that makes a table.
const RLS: &str = ".enableRLS()";

impl RelationFixes<'_> {
    /// Behind the last of its file, or behind the table itself.
    pub(super) fn declare(&self, relation: NewRelation<'_>) -> Option<Vec<Edit>> {
        let graph = self.graph;
        let table = graph.table(relation.table);
        let sets = self.of_project.get(&table.project)?;
        let file = self.home(table, relation, sets)?;
        let mut edits = Vec::new();
        let names = self.names(file, relation, true, &mut edits)?;
        let kind = if relation.one { "one" } else { "many" };
        let name = format!("{}Relations", names[0].rsplit('.').next()?);
        if graph.imports.get(&file)?.names.contains(name.as_str()) || names.iter().any(|name| name == kind) {
            return None;
        }
        let (function, imported) = import(graph, file, self.module(sets)?, "relations")?;
        let entry = v1(graph, file, &names, kind, relation)?;
        let text = &graph.sources.get(file).text;
        // A table has no value before its declaration has run.
        let declared = Some(table.span).filter(|span| span.file == file).map(|span| span.range.end);
        let last = sets.iter().filter(|set| set.span.file == file).map(|set| set.span.range.end);
        let end = last.chain(declared).max()?;
        let is_secured = text.get(end as usize..)?.starts_with(RLS);
        let end = if is_secured { end + RLS.len() as u32 } else { end };
        let rest = text.get(end as usize..)?;
        let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let semicolon = rest[..line].trim_end();
        if !matches!(semicolon, "" | ";") {
            return None;
        }
        let Style { step: indent, newline, .. } = Style::of(graph.sources.get(file));
        let at = end + semicolon.len() as u32;
        let from = &names[0];
        let text = format!(
            "{newline}{newline}export const {name} = {function}({from}, ({{ {kind} }}) => ({{{newline}{indent}{entry},{newline}}})){semicolon}"
        );
        edits.extend(imported);
        edits.push(Edit { span: Range::new(at, at).in_file(file), text, joins: relation.is_first });
        Some(edits)
    }

    /// The file that its relations belong to.
    fn home(&self, table: &Table, relation: NewRelation<'_>, sets: &[&RelationSet]) -> Option<FileId> {
        let own = table.binding.file;
        let is_beside = |set: &&RelationSet| self.graph.table(set.table).binding.file == set.span.file;
        let beside = sets.iter().filter(|set| is_beside(set)).count();
        if sets.iter().any(|set| set.span.file == own) || beside * 2 > sets.len() {
            return Some(own);
        }
        let mut files: Vec<FileId> = sets.iter().map(|set| set.span.file).collect();
        files.sort_unstable();
        files.dedup();
        // All relations of the project, and nothing but relations.
        if let [only] = files[..]
            && beside == 0
        {
            return Some(only);
        }
        // One that has relations of several tables, this one at hand, and no tables of its own.
        files.retain(|file| {
            let here: Vec<_> = sets.iter().filter(|set| set.span.file == *file).collect();
            here.len() > 1
                && !here.into_iter().any(is_beside)
                && self.tables.local(*file, relation.table).is_some()
        });
        match files[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Where `relations` comes from: 1.0 keeps it apart.
    fn module(&self, sets: &[&RelationSet]) -> Option<&str> {
        let imports = sets.iter().filter_map(|set| self.graph.imports.get(&set.span.file));
        let mut modules =
            imports.flat_map(|imports| &imports.named).filter(|named| named.name == "relations");
        let first = &modules.next()?.from;
        modules.all(|named| named.from == *first).then_some(first)
    }
}
