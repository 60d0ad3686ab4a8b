//! Parses one file and lowers its top level.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::panic::{self, AssertUnwindSafe};
use std::thread;
use swc_common::comments::SingleThreadedComments;
use swc_common::input::StringInput;
use swc_common::{BytePos, Spanned};
use swc_ecma_ast as ast;
use swc_ecma_parser::{EsSyntax, Parser, Syntax, TsSyntax};

use super::annotation;
use super::depth::{self, Need};
use super::module::*;
use super::texts;
use crate::source::Range;

/// Why a file could not be read as TypeScript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What the parser says.
    pub message: String,
    /// Where.
    pub range: Range,
}

/// Reads one file. `path` decides by its extension between TypeScript, TSX and JavaScript.
///
/// # Errors
/// The first error of the parser, with its place.
pub fn lower(path: &str, text: &str) -> Result<Module, Failure> {
    let failed = |message: &str, at: u32| Failure { message: message.into(), range: Range::new(at, at + 1) };
    if text.len() > i32::MAX as usize {
        return Err(failed("the file is larger than 2 GB", 0));
    }
    let stack = match depth::need(text, syntax_of(path).jsx()) {
        Need::Stack(bytes) => bytes + RESERVE,
        Need::TooDeep(at) => return Err(failed("the code is nested too deep here", at)),
    };
    // A parser that gives up in a panic is an error of that one file. What it leaves behind is dropped.
    let guarded = || {
        let lowered = panic::catch_unwind(AssertUnwindSafe(|| lower_here(path, text)));
        lowered.unwrap_or_else(|_| Err(failed("the parser gave up on this file", 0)))
    };
    if stacker::remaining_stack().is_some_and(|remaining| remaining > stack) {
        return guarded();
    }
    // A thread, because too large a stack is an error there and not the end.
    thread::scope(|scope| {
        let larger = thread::Builder::new().stack_size(stack);
        match larger.spawn_scoped(scope, guarded) {
            Ok(thread) => thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic)),
            Err(_) => Err(failed("there is not enough memory to read code that nests so deep", 0)),
        }
    })
}

/// Lowers on this stack.
fn lower_here(path: &str, text: &str) -> Result<Module, Failure> {
    // A byte order mark is not code, but it counts in positions.
    let skipped = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let code = &text[skipped..];
    // SWC reserves position 0; every position below is one more than the byte in the file.
    let start = BytePos(skipped as u32 + 1);
    let input = StringInput::new(code, start, BytePos(text.len() as u32 + 1));
    let comments = SingleThreadedComments::default();
    let mut parser = Parser::new(syntax_of(path), input, Some(&comments));
    let failed = |error: swc_ecma_parser::error::Error| Failure {
        // Some of its messages are sentences.
        message: error.kind().msg().trim_end_matches('.').to_string(),
        range: range_of(error.span(), text.len()),
    };
    if path.ends_with(".json") {
        // `drizzle.config.json`: its value is what another file would export by default.
        let value = parser.parse_expr().map_err(failed)?;
        let mut lowering = Lowering { text, ..Lowering::default() };
        let (range, value) = (lowering.range(value.span()), lowering.expr(&value));
        lowering.default_binding(value, range);
        return Ok(lowering.module);
    }
    let program = parser.parse_program().map_err(failed)?;
    // Errors that the parser recovered from do not change what the file says about tables.
    let mut lowering = Lowering { text, named: texts::Named::of(&program), ..Lowering::default() };
    lowering.comments(&comments);
    match &program {
        ast::Program::Module(module) => {
            for item in &module.body {
                lowering.item(item);
            }
        }
        ast::Program::Script(script) => {
            for statement in &script.body {
                lowering.top_statement(statement);
            }
        }
    }
    lowering.name_effects();
    Ok(lowering.module)
}

/// Expressions and statements nested deeper than this, also without brackets, are not read.
pub(super) const MAX_DEPTH: u32 = 2_000;

/// When this little of the stack is left, lowering goes on with more.
pub(super) const RED_ZONE: usize = 128 << 10;
/// How much more.
pub(super) const MORE_STACK: usize = 2 << 20;
/// What is left for all that does not recurse; more than [`RED_ZONE`].
const RESERVE: usize = 512 << 10;

fn syntax_of(path: &str) -> Syntax {
    let extension = path.rsplit('.').next().unwrap_or_default();
    match extension {
        "js" | "mjs" | "cjs" | "jsx" => Syntax::Es(EsSyntax {
            jsx: true,
            decorators: true,
            import_attributes: true,
            allow_return_outside_function: true,
            ..EsSyntax::default()
        }),
        _ => {
            Syntax::Typescript(TsSyntax { tsx: extension == "tsx", decorators: true, ..TsSyntax::default() })
        }
    }
}

/// SWC's positions start at 1; a span past the end of the file is its last byte.
fn range_of(span: swc_common::Span, len: usize) -> Range {
    let byte = |at: BytePos| at.0.saturating_sub(1).min(len as u32);
    Range::new(byte(span.lo), byte(span.hi).max(byte(span.lo)))
}

/// The state of lowering one file.
#[derive(Default)]
pub(super) struct Lowering<'t> {
    pub(super) text: &'t str,
    pub(super) module: Module,
    /// How deep the expression or statement at hand is nested.
    pub(super) depth: u32,
    specifiers: FxHashMap<SmolStr, usize>,
    /// What types can name.
    pub(super) named: texts::Named<'t>,
}

impl Lowering<'_> {
    pub(super) fn range(&self, span: swc_common::Span) -> Range {
        range_of(span, self.text.len())
    }

    fn comments(&mut self, comments: &SingleThreadedComments) {
        let (leading, trailing) = comments.borrow_all();
        let mut ranges: Vec<Range> = leading
            .values()
            .chain(trailing.values())
            .flatten()
            .map(|comment| range_of(comment.span, self.text.len()))
            .collect();
        // The parser may hand one comment to two neighbours.
        ranges.sort_unstable();
        ranges.dedup();
        self.module.comments = ranges;
    }

    pub(super) fn specifier(&mut self, text: SmolStr, span: swc_common::Span) -> usize {
        if let Some(index) = self.specifiers.get(&text) {
            return *index;
        }
        let range = self.range(span);
        let index = self.module.specifiers.len();
        self.module.specifiers.push(Specifier { text: text.clone(), range });
        self.specifiers.insert(text, index);
        index
    }

    /// Keeps the statements that speak of the file's own names: no other can change what they mean.
    fn name_effects(&mut self) {
        let Module { effects, bindings, .. } = &mut self.module;
        for effect in effects.iter_mut() {
            super::effects::names_in(&effect.statement, &mut |name| {
                if bindings.contains_key(name) && !effect.roots.contains(name) {
                    effect.roots.push(name.clone());
                }
            });
        }
        effects.retain(|effect| !effect.roots.is_empty());
    }

    fn item(&mut self, item: &ast::ModuleItem) {
        match item {
            ast::ModuleItem::Stmt(statement) => self.top_statement(statement),
            ast::ModuleItem::ModuleDecl(declaration) => self.module_declaration(declaration),
        }
    }

    fn module_declaration(&mut self, declaration: &ast::ModuleDecl) {
        match declaration {
            ast::ModuleDecl::Import(import) if !import.type_only => self.import(import),
            ast::ModuleDecl::Import(import) => {
                let names = import.specifiers.iter().map(|part| SmolStr::new(&*part.local().sym));
                self.module.types.extend(names);
            }
            ast::ModuleDecl::ExportDecl(export) => {
                for name in self.declaration(&export.decl, self.range(export.span)) {
                    self.module.exports.insert(name.clone(), Export::Local(name));
                }
            }
            ast::ModuleDecl::ExportNamed(export) if !export.type_only => self.export_named(export),
            ast::ModuleDecl::ExportAll(export) if !export.type_only => {
                let specifier = self.specifier(string(&export.src), export.src.span);
                self.module.star_exports.push(specifier);
            }
            ast::ModuleDecl::ExportDefaultExpr(export) => {
                let range = self.range(export.span);
                if let ast::Expr::Ident(name) = &*export.expr {
                    self.export_local("default", &name.sym);
                } else {
                    let value = self.expr(&export.expr);
                    self.default_binding(value, range);
                    if let Some(last) = self.module.declarators.last_mut() {
                        last.annotation = annotation::of_value(&export.expr);
                    }
                }
            }
            ast::ModuleDecl::ExportDefaultDecl(export) => self.export_default(export),
            ast::ModuleDecl::TsImportEquals(import) if !import.is_type_only => {
                if let ast::TsModuleRef::TsExternalModuleRef(module) = &import.module_ref {
                    let specifier = self.specifier(string(&module.expr), module.expr.span);
                    let kind = BindingKind::Import { specifier, name: ImportName::Namespace };
                    self.bind(&import.id, kind);
                }
            }
            ast::ModuleDecl::TsExportAssignment(export) => {
                let range = self.range(export.span);
                let value = self.expr(&export.expr);
                self.default_binding(value, range);
            }
            _ => {}
        }
    }

    fn import(&mut self, import: &ast::ImportDecl) {
        let specifier = self.specifier(string(&import.src), import.src.span);
        if import.specifiers.is_empty() {
            self.module.bare_imports.push(specifier);
        }
        for part in &import.specifiers {
            let (local, name) = match part {
                ast::ImportSpecifier::Named(named) if named.is_type_only => {
                    self.module.types.push(SmolStr::new(&*named.local.sym));
                    continue;
                }
                ast::ImportSpecifier::Named(named) => {
                    let imported = named.imported.as_ref().map(export_name);
                    let name = imported.unwrap_or_else(|| SmolStr::new(&*named.local.sym));
                    (&named.local, ImportName::Named(name))
                }
                ast::ImportSpecifier::Default(default) => {
                    (&default.local, ImportName::Named(SmolStr::new_static("default")))
                }
                ast::ImportSpecifier::Namespace(namespace) => (&namespace.local, ImportName::Namespace),
            };
            self.bind(local, BindingKind::Import { specifier, name });
        }
    }

    fn export_named(&mut self, export: &ast::NamedExport) {
        let specifier = export.src.as_ref().map(|src| self.specifier(string(src), src.span));
        for part in &export.specifiers {
            let (exported, name) = match part {
                ast::ExportSpecifier::Named(named) if named.is_type_only => continue,
                ast::ExportSpecifier::Named(named) => {
                    let original = export_name(&named.orig);
                    let exported = named.exported.as_ref().map(export_name);
                    (exported.unwrap_or_else(|| original.clone()), ImportName::Named(original))
                }
                ast::ExportSpecifier::Namespace(namespace) => {
                    (export_name(&namespace.name), ImportName::Namespace)
                }
                ast::ExportSpecifier::Default(default) => {
                    let name = ImportName::Named(SmolStr::new_static("default"));
                    (SmolStr::new(&*default.exported.sym), name)
                }
            };
            let export = match (specifier, name) {
                (Some(specifier), name) => Export::From { specifier, name },
                (None, ImportName::Named(local)) => Export::Local(local),
                (None, ImportName::Namespace) => continue,
            };
            self.module.export_places.insert(exported.clone(), self.range(part.span()));
            self.module.exports.insert(exported, export);
        }
    }

    fn export_default(&mut self, export: &ast::ExportDefaultDecl) {
        let range = self.range(export.span);
        match &export.decl {
            ast::DefaultDecl::Fn(function) => {
                let name = function.ident.as_ref();
                let lowered = self.function(&function.function, name.map(|name| &*name.sym));
                match name {
                    Some(name) => {
                        self.bind(name, BindingKind::Function(lowered));
                        self.export_local("default", &name.sym);
                    }
                    None => {
                        self.default_binding(Expr { range, kind: ExprKind::Function(lowered) }, range);
                    }
                }
            }
            ast::DefaultDecl::Class(class) => {
                let value = Expr { range, kind: self.class(&class.class) };
                self.default_binding(value, range);
            }
            ast::DefaultDecl::TsInterfaceDecl(_) => {}
        }
    }

    /// `export default value` is a binding that code cannot name.
    pub(super) fn default_binding(&mut self, value: Expr, statement: Range) {
        let name = SmolStr::new_static("default");
        let pattern = Pattern::Name(name.clone(), statement);
        let index = self.module.declarators.len();
        self.module.declarators.push(Declarator { pattern, value: Some(value), annotation: None, statement });
        let binding = Binding { range: statement, kind: BindingKind::Declared(index) };
        self.module.bindings.insert(name.clone(), binding);
        self.module.exports.insert(name.clone(), Export::Local(name));
    }

    pub(super) fn export_local(&mut self, exported: &str, local: &str) {
        self.module.exports.insert(SmolStr::new(exported), Export::Local(SmolStr::new(local)));
    }

    pub(super) fn top_statement(&mut self, statement: &ast::Stmt) {
        match statement {
            ast::Stmt::Decl(declaration) => {
                let range = self.range(declaration.span());
                self.declaration(declaration, range);
            }
            ast::Stmt::Expr(expression) if self.common_js_export(&expression.expr) => {}
            ast::Stmt::Empty(_) => {}
            _ => {
                let statement = self.statement(statement);
                let after = self.module.declarators.len();
                self.module.effects.push(Effect { after, roots: Vec::new(), statement });
            }
        }
    }

    /// Lowers a declaration at the top level and gives the names that it binds.
    fn declaration(&mut self, declaration: &ast::Decl, statement: Range) -> Vec<SmolStr> {
        match declaration {
            ast::Decl::Var(variables) if !variables.declare => {
                let mut bound = Vec::new();
                for declarator in &variables.decls {
                    let pattern = self.pattern(&declarator.name);
                    let value = declarator.init.as_ref().map(|init| self.expr(init));
                    let index = self.module.declarators.len();
                    pattern.each_name(&mut |name, range| {
                        let binding = Binding { range, kind: BindingKind::Declared(index) };
                        self.module.bindings.insert(name.clone(), binding);
                        bound.push(name.clone());
                    });
                    let annotation = annotation::of(declarator);
                    self.module.declarators.push(Declarator { pattern, value, annotation, statement });
                }
                bound
            }
            ast::Decl::Fn(function) if !function.declare && function.function.body.is_some() => {
                let lowered = self.function(&function.function, Some(&function.ident.sym));
                self.bind(&function.ident, BindingKind::Function(lowered));
                vec![SmolStr::new(&*function.ident.sym)]
            }
            ast::Decl::Class(class) if !class.declare => {
                let value = Expr { range: self.range(class.class.span), kind: self.class(&class.class) };
                self.bind(&class.ident, BindingKind::Value(value));
                vec![SmolStr::new(&*class.ident.sym)]
            }
            ast::Decl::TsEnum(declared) if !declared.declare => {
                let value = self.enumeration(declared);
                let value = self.only_part(&declared.id, value);
                self.bind(&declared.id, BindingKind::Value(value));
                vec![SmolStr::new(&*declared.id.sym)]
            }
            ast::Decl::TsModule(declared) if !declared.declare => {
                let ast::TsModuleName::Ident(name) = &declared.id else { return Vec::new() };
                let Some(value) = self.namespace(declared) else { return Vec::new() };
                let value = self.only_part(name, value);
                self.bind(name, BindingKind::Value(value));
                vec![SmolStr::new(&*name.sym)]
            }
            ast::Decl::TsInterface(declared) => self.type_name(&declared.id),
            ast::Decl::TsTypeAlias(declared) => self.type_name(&declared.id),
            _ => Vec::new(),
        }
    }

    /// A type is no value: nothing is bound to it.
    fn type_name(&mut self, name: &ast::Ident) -> Vec<SmolStr> {
        self.module.types.push(SmolStr::new(&*name.sym));
        Vec::new()
    }

    /// Enums and namespaces of one name merge; that is not followed.
    fn only_part(&self, name: &ast::Ident, value: Expr) -> Expr {
        if !self.module.bindings.contains_key(&*name.sym) {
            return value;
        }
        Expr { kind: ExprKind::Opaque("a declaration in several parts"), ..value }
    }

    fn bind(&mut self, name: &ast::Ident, kind: BindingKind) {
        let range = self.range(name.span);
        self.module.bindings.insert(SmolStr::new(&*name.sym), Binding { range, kind });
    }
}

impl Pattern {
    /// Calls `found` for every name that the pattern binds.
    pub(crate) fn each_name(&self, found: &mut impl FnMut(&SmolStr, Range)) {
        match self {
            Self::Name(name, range) => found(name, *range),
            Self::Object(properties, rest) => {
                properties.iter().for_each(|(_, pattern)| pattern.each_name(found));
                rest.iter().for_each(|rest| rest.each_name(found));
            }
            Self::Array(elements, rest) => {
                elements.iter().flatten().for_each(|pattern| pattern.each_name(found));
                rest.iter().for_each(|rest| rest.each_name(found));
            }
            Self::Default(pattern, _) | Self::Rest(pattern) => pattern.each_name(found),
            Self::Target(_) => {}
        }
    }
}

pub(super) fn string(literal: &ast::Str) -> SmolStr {
    SmolStr::new(literal.value.to_string_lossy())
}

fn export_name(name: &ast::ModuleExportName) -> SmolStr {
    match name {
        ast::ModuleExportName::Ident(name) => SmolStr::new(&*name.sym),
        ast::ModuleExportName::Str(name) => string(name),
    }
}
