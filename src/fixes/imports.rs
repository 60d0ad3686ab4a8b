//! A name of another module: as the file has it already, or with the edit that imports it.

use smol_str::SmolStr;

use crate::graph::{Imported, Imports, SchemaGraph};
use crate::rule::Edit;
use crate::source::{FileId, Range};

/// How a file can call what a package exports, and the edit that it takes; `None` where the name is taken.
pub(super) fn import(
    graph: &SchemaGraph,
    file: FileId,
    from: &str,
    name: &str,
) -> Option<(SmolStr, Option<Edit>)> {
    let imports = graph.imports.get(&file)?;
    let beside = || imports.named.iter().filter(|imported| imported.from == from);
    if let Some(imported) = beside().find(|imported| imported.name == name) {
        return Some((imported.local.clone(), None));
    }
    if let Some((_, namespace)) = imports.namespaces.iter().find(|(module, _)| module == from) {
        return Some((SmolStr::new(format!("{namespace}.{name}")), None));
    }
    if imports.names.contains(name) {
        return None;
    }
    let edit = match beside().next_back() {
        Some(last) => add_name(graph, last, name),
        None => add_import(graph, imports, from, name)?,
    };
    Some((SmolStr::new(name), Some(edit)))
}

/// Another name behind the last of `import { … }`.
pub(super) fn add_name(graph: &SchemaGraph, last: &Imported, name: &str) -> Edit {
    let text = &graph.sources.get(last.span.file).text;
    let at = last.span.range.end;
    let before = text.get(..last.span.range.start as usize).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = &before[start..];
    let indent = &line[..line.len() - line.trim_start().len()];
    // Alone on its line, as the names before it.
    let is_alone = start > 0 && !line.contains(['{', ',', '/']);
    let newline = if before.ends_with("\r\n") || before[..start].ends_with("\r\n") { "\r\n" } else { "\n" };
    let text = if is_alone { format!(",{newline}{indent}{name}") } else { format!(", {name}") };
    Edit { span: Range::new(at, at).in_file(last.span.file), text, joins: true }
}

/// `import { name } from "from"` below the last import of a file, in its style.
pub(super) fn add_import(graph: &SchemaGraph, imports: &Imports, from: &str, name: &str) -> Option<Edit> {
    let last = imports.last?;
    let text = &graph.sources.get(last.file).text;
    let literal = graph.sources.text(last);
    let rest = text.get(last.range.end as usize..)?;
    let line = rest.find(['\n', '\r'])?;
    let semicolon = rest[..line].trim_end();
    // An import and nothing else: no attributes, no `require`.
    let before = text.get(..last.range.start as usize)?.trim_end();
    if !matches!(semicolon, "" | ";") || !before.ends_with("from") {
        return None;
    }
    let quote = literal.chars().next()?;
    let newline = if rest[line..].starts_with("\r\n") { "\r\n" } else { "\n" };
    let at = last.range.end + line as u32;
    let text = format!("{newline}import {{ {name} }} from {quote}{from}{quote}{semicolon}");
    Some(Edit::new(Range::new(at, at).in_file(last.file), text))
}

/// Two imports of one file in one statement.
pub(super) fn merged(first: &Edit, second: &Edit) -> Option<Edit> {
    let (start, end) = first.text.rsplit_once(" }")?;
    let (other, other_end) = second.text.rsplit_once(" }")?;
    let (_, name) = other.rsplit_once("{ ")?;
    let are_one = first.span == second.span && end == other_end && end.contains(" from ");
    are_one.then(|| Edit::new(first.span, format!("{start}, {name} }}{end}")))
}
