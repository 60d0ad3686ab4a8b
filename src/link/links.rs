//! Links and what may be linked.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::{SmolStr, format_smolstr};
use std::rc::Rc;
use std::sync::Arc;

use super::{Holder, Linker};
use crate::eval::{self, Evaluator, Object, Value};
use crate::graph::{Binding, Fact, Link, LinkEnd, Linkable, Unknown};
use crate::source::{FileId, Range, Span};
use crate::syntax::{BindingKind, ImportName, Module};

/// Where links are looked for.
#[derive(Debug, Default)]
pub struct LinkFiles {
    /// Files that name a function that declares links, or the type of what may be linked, by path.
    pub files: Vec<FileId>,
    /// Those that declare links, when the config says which.
    pub declaring: Option<FxHashSet<FileId>>,
    /// The type of what may be linked.
    pub linkable_type: Option<SmolStr>,
}

/// Evaluates what declares links and what may be linked.
pub(super) fn evaluate(linker: &mut Linker<'_>, input: &LinkFiles) -> Vec<Declared> {
    let mut declared = Vec::new();
    for file in &input.files {
        let declares = match &input.declaring {
            Some(declaring) => declaring.contains(file),
            None => imports_function(linker, *file),
        };
        if declares {
            linker.evaluate_file(*file);
        }
        declared_linkables(linker, *file, input, &mut declared);
    }
    declared
}

/// An object of the type of what may be linked, or why it is not known, with its name.
pub(super) struct Declared {
    value: Value,
    name: SmolStr,
    /// `.person` inside its value; empty for the value itself.
    path: SmolStr,
    /// The name's own place.
    at: Span,
    file: FileId,
}

/// Whether a file imports a function that declares links.
fn imports_function(linker: &mut Linker<'_>, file: FileId) -> bool {
    let module = linker.eval.module(file);
    let functions = linker.world.link_functions();
    let is_named = |name: &SmolStr| functions.iter().any(|function| function.name == *name);
    module.bindings.iter().any(|(local, binding)| match &binding.kind {
        BindingKind::Import { name: ImportName::Named(name), .. } => {
            is_named(name) && Evaluator::is_link_function(&linker.eval.top_level(file, local))
        }
        BindingKind::Import { name: ImportName::Namespace, .. } => match linker.eval.top_level(file, local) {
            Value::Library(eval::Library::Links(_)) => true,
            Value::Module(target) => functions.iter().any(|function| {
                Evaluator::is_link_function(&linker.eval.export_value(target, &function.name))
            }),
            _ => false,
        },
        _ => false,
    })
}

fn declared_linkables(
    linker: &mut Linker<'_>,
    file: FileId,
    input: &LinkFiles,
    declared: &mut Vec<Declared>,
) {
    let Some(wanted) = &input.linkable_type else { return };
    let module = linker.eval.module(file);
    for (name, binding) in &module.bindings {
        let BindingKind::Declared(index) = &binding.kind else { continue };
        let annotation = module.declarators[*index].annotation.as_ref();
        let Some(annotation) = annotation.filter(|annotation| annotation.name == *wanted) else { continue };
        let (value, at) = (linker.eval.top_level(file, name), binding.range.in_file(file));
        let mut declare = |value: Value, path: SmolStr, at: Span| {
            declared.push(Declared { value, name: name.clone(), path, at, file });
        };
        match (annotation.several, &value) {
            (true, Value::Object(object)) => {
                for (key, member) in object.members.borrow().iter() {
                    declare(member.value.clone(), format_smolstr!(".{key}"), member.written);
                }
                if let Some(why) = &*object.open.borrow() {
                    declare(Value::Unknown(why.clone()), SmolStr::new_static(".…"), at);
                }
            }
            (true, Value::Array(items)) => {
                for (index, item) in items.borrow().iter().enumerate() {
                    declare(item.clone(), format_smolstr!(".{index}"), at);
                }
            }
            _ => declare(value, SmolStr::default(), at),
        }
    }
}

/// Links and linkables of the graph, once all that declares them is evaluated.
pub(super) fn build(linker: &mut Linker<'_>, input: &LinkFiles, declared: Vec<Declared>) {
    let mut build = Build { linker, known: FxHashMap::default() };
    // A list of what has names of its own is only a list.
    let named: FxHashSet<*const Object> =
        declared.iter().filter(|one| one.path.is_empty()).filter_map(pointer).collect();
    for declared in declared {
        if declared.path.is_empty() || pointer(&declared).is_none_or(|object| !named.contains(&object)) {
            build.declare(declared);
        }
    }
    let links = build.linker.eval.links.clone();
    let world = build.linker.world;
    let mut links: Vec<Rc<eval::Link>> = links
        .into_iter()
        .filter(|link| input.declaring.as_ref().is_none_or(|files| files.contains(&link.at.file)))
        .collect();
    links.sort_by_cached_key(|link| (world.path(link.at.file), link.at.range));
    for link in links {
        build.link(&link);
    }
}

fn pointer(declared: &Declared) -> Option<*const Object> {
    match &declared.value {
        Value::Object(object) => Some(Rc::as_ptr(object)),
        _ => None,
    }
}

struct Build<'b, 'w> {
    linker: &'b mut Linker<'w>,
    /// The number of each object that may be linked.
    known: FxHashMap<*const Object, usize>,
}

impl Build<'_, '_> {
    fn declare(&mut self, declared: Declared) {
        let Declared { value, name, path, at, file } = declared;
        let object = match value {
            Value::Object(object) => object,
            Value::Unknown(why) => {
                return self.linker.unreadable(format!("linkable `{name}{path}`"), &why, at, None);
            }
            _ => {
                let why = eval::why("it is no object", at);
                return self.linker.unreadable(format!("linkable `{name}{path}`"), &why, at, None);
            }
        };
        if self.known.contains_key(&Rc::as_ptr(&object)) {
            return;
        }
        let module = self.linker.eval.module(file);
        let linkable = self.linker.eval.linkable(&object, at);
        let binding = named(&module, file, &name, &path);
        self.add(&linkable, Some(binding), at);
    }

    /// The number of something that may be linked.
    fn add(&mut self, linkable: &eval::Linkable, binding: Option<Binding>, otherwise: Span) -> usize {
        let span = match &binding {
            Some(_) => otherwise,
            None => written(&linkable.object).unwrap_or(otherwise),
        };
        let index = self.linker.graph.linkables.len();
        self.known.insert(Rc::as_ptr(&linkable.object), index);
        let table_span = linkable.place_of("table").unwrap_or(span);
        let made = Linkable {
            package: self.linker.package_index(span.file),
            binding,
            module: linkable.module.clone(),
            entity: linkable.entity.clone(),
            table: linkable.table.clone(),
            primary_key: linkable.primary_key.clone(),
            id_prefix: linkable.id_prefix.clone(),
            span,
            table_span,
            key_span: linkable.place_of("primaryKey").unwrap_or(table_span),
        };
        let name = made.display_name();
        let mut gap = |key: &str, why: Option<&Arc<Unknown>>| {
            if let Some(why) = why {
                self.linker.unreadable(format!("`{key}` of the linkable `{name}`"), why, span, None);
            }
        };
        gap("module", made.module.as_ref().err());
        gap("entity", made.entity.as_ref().err());
        gap("table", made.table.as_ref().err());
        gap("primaryKey", made.primary_key.as_ref().err());
        gap("idPrefix", made.id_prefix.as_ref().err());
        self.linker.graph.linkables.push(made);
        index
    }

    fn link(&mut self, link: &eval::Link) {
        let holders: Option<Vec<Holder>> = self.linker.link_holders.get(&Rc::as_ptr(&link.value)).cloned();
        let binding = self.linker.name_of(holders.as_ref(), &link.binding).unwrap_or_else(|| {
            // Declared, though no name holds it: `registry.add(defineLink(…))`.
            let (file, name) = link.binding.clone();
            Binding { file, name, exported: false, nested: true }
        });
        let subject = format!("link `{}`", binding.name);
        if let Some(why) = &link.throws {
            return self.linker.unreadable(subject, why, link.at, None);
        }
        let (left, right) = (self.end(&link.left, link.at), self.end(&link.right, link.at));
        for (side, end) in [("left", &left), ("right", &right)] {
            if let Err(why) = &end.linkable {
                self.linker.unreadable(format!("the {side} side of {subject}"), why, link.at, None);
            }
        }
        // What only follows from a side that is not known is said once.
        let follows = |why: &Arc<Unknown>| {
            [&left, &right].iter().any(|end| follows(end, why, &self.linker.graph.linkables))
        };
        let gaps = [
            ("the table", link.table.as_ref().err()),
            ("the left column", left.column.as_ref().err()),
            ("the right column", right.column.as_ref().err()),
            ("`readOnly`", link.read_only.as_ref().err()),
            ("`deleteCascade`", link.delete_cascade.as_ref().err()),
            ("`isList`", left.is_list.as_ref().err().or(right.is_list.as_ref().err())),
        ];
        let gaps: Vec<_> = gaps
            .into_iter()
            .filter_map(|(what, why)| Some((what, why.filter(|why| !follows(why))?.clone())))
            .collect();
        for (what, why) in gaps {
            self.linker.unreadable(format!("{what} of {subject}"), &why, link.at, None);
        }
        self.linker.graph.links.push(Link {
            binding,
            left,
            right,
            table: link.table.clone(),
            table_span: link.table_at.unwrap_or(link.at),
            delete_cascade: link.delete_cascade.clone(),
            read_only: link.read_only.clone(),
            span: link.at,
        });
    }

    fn end(&mut self, side: &eval::LinkSide, at: Span) -> LinkEnd {
        let linkable = side.linkable.as_ref().map_err(Clone::clone).map(|linkable| {
            let known = self.known.get(&Rc::as_ptr(&linkable.object)).copied();
            known.unwrap_or_else(|| self.add(linkable, None, at))
        });
        LinkEnd { linkable, is_list: side.is_list.clone(), column: side.column.clone() }
    }
}

/// Whether a gap is that of a side, or of what stands there.
fn follows(end: &LinkEnd, why: &Arc<Unknown>, linkables: &[Linkable]) -> bool {
    let is_it = |fact: &Fact<SmolStr>| fact.as_ref().is_err_and(|other| other == why);
    match &end.linkable {
        Err(other) => other == why,
        Ok(index) => {
            let linkable = &linkables[*index];
            is_it(&linkable.module) || is_it(&linkable.entity)
        }
    }
}

fn named(module: &Module, file: FileId, local: &SmolStr, path: &str) -> Binding {
    let mut names = module.exported_names(local).peekable();
    let first = names.peek().copied().cloned();
    let same = names.any(|name| name == local);
    let exported = first.is_some();
    let name = first.filter(|_| !same).unwrap_or_else(|| local.clone());
    Binding { file, name: format_smolstr!("{name}{path}"), exported, nested: !path.is_empty() }
}

/// The members of an object that is written out in one place.
fn written(object: &Object) -> Option<Span> {
    let members = object.members.borrow();
    let mut own = members.values().filter(|member| member.spread.is_none()).map(|member| member.written);
    let first = own.next()?;
    own.try_fold(first, |span, other| {
        let (start, end) = (span.range.start.min(other.range.start), span.range.end.max(other.range.end));
        (span.file == other.file).then(|| Range::new(start, end).in_file(span.file))
    })
}
