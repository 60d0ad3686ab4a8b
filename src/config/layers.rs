//! The layers of a config: defaults, presets, files that extend one another, the command line.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::merge::{merge, rule};
use super::node::{Kind, Member, Node};
use super::{Error, Errors, presets};
use crate::rule::Entry;
use crate::source::{FileId, Range, SourceFile, Sources, Span};

/// Gives the text of a file by its path, or says why it cannot. Paths are as those in [`Sources`], `/` between
/// folders.
pub type Load<'a> = &'a mut dyn FnMut(&str) -> Result<Arc<str>, String>;

/// Where a part of the effective config comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// What holds when nobody says anything.
    Default,
    /// A preset.
    Preset,
    /// A file.
    File,
    /// `--rule`.
    CommandLine,
}

/// Reads and merges layers.
pub(super) struct Layers<'a> {
    pub(super) sources: &'a mut Sources,
    pub(super) load: Load<'a>,
    pub(super) rules: &'static [Entry],
    /// The kind of each file that was read.
    pub(super) kinds: FxHashMap<FileId, Layer>,
    pub(super) errors: Errors,
    /// What was read already, by path or name; nothing where it was wrong.
    read: FxHashMap<String, Option<Node>>,
    /// The files that are being read, the outermost first.
    chain: Vec<String>,
}

/// How many files may extend each other in a row.
const LONGEST: usize = 32;

impl<'a> Layers<'a> {
    pub(super) fn new(sources: &'a mut Sources, load: Load<'a>, rules: &'static [Entry]) -> Self {
        let (kinds, errors, read, chain) = Default::default();
        Self { sources, load, rules, kinds, errors, read, chain }
    }

    /// All layers, merged.
    pub(super) fn all(&mut self, file: Option<FileId>, command_line: &[String]) -> Option<Node> {
        let mut tree = self.text("default", presets::DEFAULT, Layer::Default)?;
        let recommended = self.preset(presets::RECOMMENDED)?;
        tree = merge(tree, recommended);
        if let Some(file) = file {
            let path = join("", &self.sources.get(file).path);
            let above = self.file(file, path)?;
            tree = merge(tree, above);
        }
        for argument in command_line {
            if let Some(above) = self.argument(argument) {
                tree = over_everything(tree, above);
            }
        }
        Some(tree)
    }

    /// A file with what it extends.
    fn file(&mut self, id: FileId, path: String) -> Option<Node> {
        self.kinds.insert(id, Layer::File);
        let text = self.sources.get(id).text.clone();
        self.document(id, path, &text)
    }

    fn preset(&mut self, name: &str) -> Option<Node> {
        let text = presets::text(name, self.rules)?;
        if let Some(read) = self.read.get(name) {
            return read.clone();
        }
        let node = self.text(&format!("preset {name}"), &text, Layer::Preset);
        self.read.insert(name.to_string(), node.clone());
        node
    }

    /// A text of our own as a source file, so that places in it can be shown.
    fn text(&mut self, name: &str, text: &str, layer: Layer) -> Option<Node> {
        let id = self.sources.add(Arc::new(SourceFile::new(name, text)));
        self.kinds.insert(id, layer);
        self.document(id, name.to_string(), text)
    }

    fn document(&mut self, id: FileId, path: String, text: &str) -> Option<Node> {
        let mut own = match Node::parse(id, text) {
            Ok(node) => node,
            Err(errors) => {
                self.errors.extend(errors);
                return None;
            }
        };
        let found = own.describe();
        let Kind::Object(members) = &mut own.kind else {
            self.errors.push(Error::at(own.span, format!("expected an object, found {found}")));
            return None;
        };
        let extends = members.iter().position(|member| member.key == "extends").map(|at| members.remove(at));
        let Some(extends) = extends else { return Some(own) };
        self.chain.push(path);
        let below = self.extended(&extends.value);
        self.chain.pop();
        Some(match below {
            Some(below) => merge(below, own),
            None => own,
        })
    }

    /// What the entries of `extends` say, merged.
    fn extended(&mut self, entries: &Node) -> Option<Node> {
        let Kind::List(entries) = &entries.kind else {
            let message = format!("expected a list, found {}", entries.describe());
            let error = Error::at(entries.span, message);
            let is_text = matches!(entries.kind, Kind::Text(_));
            self.errors.push(if is_text { error.help("put it into a list: `[\"…\"]`") } else { error });
            return None;
        };
        let mut merged: Option<Node> = None;
        for entry in entries {
            let Some(layer) = self.entry(entry) else { continue };
            merged = Some(match merged {
                Some(below) => merge(below, layer),
                None => layer,
            });
        }
        merged
    }

    fn entry(&mut self, entry: &Node) -> Option<Node> {
        let Kind::Text(name) = &entry.kind else {
            self.errors.push(Error::at(entry.span, format!("expected text, found {}", entry.describe())));
            return None;
        };
        if !name.starts_with(['.', '/']) {
            let preset = self.preset(name);
            if preset.is_none() && !self.read.contains_key(name) {
                let mut error = Error::unknown("preset", name, &presets::names());
                error.span = Some(entry.span);
                if name.contains(['/', '.']) {
                    error.help = Some(format!("the path of a file begins with `./`: `./{name}`"));
                }
                self.errors.push(error);
            }
            return preset;
        }
        let from = self.chain.last().map(String::as_str).unwrap_or_default();
        let path = join(from, name);
        if let Some(start) = self.chain.iter().position(|open| *open == path) {
            let chain: Vec<String> =
                self.chain[start..].iter().chain([&path]).map(|path| format!("`{path}`")).collect();
            let message = format!("`extends` goes in a circle: {}", chain.join(" → "));
            self.errors.push(Error::at(entry.span, message));
            return None;
        }
        if self.chain.len() >= LONGEST {
            let message = format!("more than {LONGEST} files extend each other in a row");
            self.errors.push(Error::at(entry.span, message));
            return None;
        }
        if let Some(read) = self.read.get(&path) {
            return read.clone();
        }
        let read = match (self.load)(&path) {
            Ok(text) => {
                let id = self.sources.add(Arc::new(SourceFile::new(path.as_str(), text)));
                self.file(id, path.clone())
            }
            Err(why) => {
                self.errors.push(Error::at(entry.span, format!("`{path}` cannot be read: {why}")));
                None
            }
        };
        self.read.insert(path, read.clone());
        read
    }

    /// `name=level` or `name=["level", {…}]` as a config.
    fn argument(&mut self, argument: &str) -> Option<Node> {
        let id = self.sources.add(Arc::new(SourceFile::new("command line", argument)));
        self.kinds.insert(id, Layer::CommandLine);
        let span = Range::new(0, argument.len() as u32).in_file(id);
        let Some((name, value)) = argument.split_once('=') else {
            let error = Error::at(span, "expected a rule and its level").help("`--rule name=error`");
            self.errors.push(error);
            return None;
        };
        let value = match value.starts_with(['[', '{', '"']) {
            false => Node { span, kind: Kind::Text(value.to_string()) },
            true => match Node::parse(id, value) {
                Ok(value) => value,
                Err(errors) => {
                    self.errors.extend(errors);
                    return None;
                }
            },
        };
        Some(object(span, "rules", object(span, name, value)))
    }
}

fn object(span: Span, key: &str, value: Node) -> Node {
    Node { span, kind: Kind::Object(vec![Member { key: key.to_string(), key_span: span, value }]) }
}

/// What the command line says of a rule holds in the overrides too.
fn over_everything(mut tree: Node, above: Node) -> Node {
    let said = above.get("rules").and_then(Node::members).unwrap_or_default();
    if let Kind::Object(members) = &mut tree.kind
        && let Some(Member { value: Node { kind: Kind::List(overrides), .. }, .. }) =
            members.iter_mut().find(|member| member.key == "overrides")
    {
        for entry in overrides.iter_mut().filter_map(|entry| match &mut entry.kind {
            Kind::Object(members) => members.iter_mut().find(|member| member.key == "rules"),
            _ => None,
        }) {
            let Kind::Object(rules) = &mut entry.value.kind else { continue };
            for member in rules {
                if let Some(over) = said.iter().find(|over| over.key == member.key) {
                    member.value = rule(member.value.clone(), over.value.clone());
                }
            }
        }
    }
    merge(tree, above)
}

/// A path from the folder of a file.
fn join(from: &str, path: &str) -> String {
    let folder = from.rsplit_once('/').map(|(folder, _)| folder).unwrap_or_default();
    let absolute = path.starts_with('/') || (from.starts_with('/') && !path.starts_with('/'));
    let full = if path.starts_with('/') { path.to_string() } else { format!("{folder}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in full.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    format!("{}{}", if absolute { "/" } else { "" }, parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn paths_are_joined_without_a_disk() {
        let cases = [
            ("schemalint.json", "./team.json", "team.json"),
            ("a/b/schemalint.json", "../team.json", "a/team.json"),
            ("schemalint.json", "../team.json", "../team.json"),
            ("../schemalint.json", "../team.json", "../../team.json"),
            ("../schemalint.json", "./x/./team.json", "../x/team.json"),
            ("/a/schemalint.json", "./team.json", "/a/team.json"),
            ("/a/schemalint.json", "../../team.json", "/team.json"),
            ("a/schemalint.json", "/etc/team.json", "/etc/team.json"),
        ];
        for (from, path, joined) in cases {
            assert_eq!(join(from, path), joined, "{from} {path}");
        }
    }
}
