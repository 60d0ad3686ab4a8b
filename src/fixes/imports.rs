//! A name of another module: as the file has it already, or with the edit that imports it.

use smol_str::SmolStr;

use crate::graph::SchemaGraph;
use crate::rule::Edit;
use crate::source::{FileId, Range};

/// How a file can call what a module exports, and the edit that it takes; `None` where the name is taken.
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
    if let Some(last) = beside().next_back() {
        let at = last.span.range.end;
        let span = Range::new(at, at).in_file(file);
        return Some((SmolStr::new(name), Some(Edit::new(span, format!(", {name}")))));
    }
    let last = imports.last?;
    let text = &graph.sources.get(file).text;
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
    Some((SmolStr::new(name), Some(Edit::new(Range::new(at, at).in_file(file), text))))
}
