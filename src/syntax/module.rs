//! What one file says: a small expression tree of our own, with the place of every node.
//!
//! Types are gone, values remain. Everything here is owned, `Send`, and free of SWC.

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};
use smol_str::SmolStr;
use std::sync::{Arc, OnceLock};

use crate::source::Range;

/// A map that keeps the order of insertion.
pub type OrderedMap<K, V> = IndexMap<K, V, FxBuildHasher>;

/// One file, lowered.
#[derive(Debug, Default)]
pub struct Module {
    /// Module specifiers that the file names, each once. Imports and exports refer to them by index.
    pub specifiers: Vec<Specifier>,
    /// Top-level bindings, in source order.
    pub bindings: OrderedMap<SmolStr, Binding>,
    /// `import "…"` for its effects alone, by index into `specifiers`.
    pub bare_imports: Vec<usize>,
    /// What the file exports, by exported name.
    pub exports: OrderedMap<SmolStr, Export>,
    /// Where names stand in `export { … }`, by exported name.
    pub export_places: OrderedMap<SmolStr, Range>,
    /// `export * from "…"`, by index into `specifiers`.
    pub star_exports: Vec<usize>,
    /// Top-level initialisers, in source order.
    pub declarators: Vec<Declarator>,
    /// Top-level statements that change a binding after its declaration.
    pub effects: Vec<Effect>,
    /// Ranges of all comments, in source order.
    pub comments: Vec<Range>,
    /// Top-level names of types alone: imported as such, or declared.
    pub types: Vec<SmolStr>,
    /// Where in `exports` each binding is, once somebody asked.
    exported: OnceLock<FxHashMap<SmolStr, Vec<usize>>>,
}

/// A module specifier, and where it stands.
#[derive(Debug)]
pub struct Specifier {
    /// `"./users"`, without the quotes.
    pub text: SmolStr,
    /// The literal, with its quotes.
    pub range: Range,
}

/// What a top-level name is bound to.
#[derive(Debug)]
pub struct Binding {
    /// The name's own place.
    pub range: Range,
    /// What it is.
    pub kind: BindingKind,
}

/// The kinds of top-level bindings.
#[derive(Debug)]
pub enum BindingKind {
    /// `const x = …`: a part of `declarators[index]`.
    Declared(usize),
    /// `function f() {}`.
    Function(Arc<Function>),
    /// An `enum`, a `namespace` or a class: an expression that gives its value.
    Value(Expr),
    /// `import { name } from specifiers[specifier]`.
    Import {
        /// Index into `specifiers`.
        specifier: usize,
        /// What is imported.
        name: ImportName,
    },
}

/// What an import or a re-export takes from the other module.
#[derive(Debug, Clone)]
pub enum ImportName {
    /// One export of that name (`default` among them).
    Named(SmolStr),
    /// `* as x`, or a `require` of the whole module.
    Namespace,
}

/// What an exported name leads to.
#[derive(Debug)]
pub enum Export {
    /// A binding of this file.
    Local(SmolStr),
    /// `export { x } from "…"`.
    From {
        /// Index into `specifiers`.
        specifier: usize,
        /// What is passed on.
        name: ImportName,
    },
}

/// A top-level statement that is no declaration: it may change what `roots` are bound to.
#[derive(Debug)]
pub struct Effect {
    /// How many of the declarators stand before it.
    pub after: usize,
    /// Names of the top-level bindings that the statement speaks of.
    pub roots: Vec<SmolStr>,
    /// The statement.
    pub statement: Statement,
}

/// `pattern = value` of a declaration.
#[derive(Debug)]
pub struct Declarator {
    /// What is bound.
    pub pattern: Pattern,
    /// The initialiser.
    pub value: Option<Expr>,
    /// The type that it says it has.
    pub annotation: Option<Annotation>,
    /// The whole statement, from `export` or `const` on: what a comment above it speaks of.
    pub statement: Range,
}

/// The type that a declaration says it has, as far as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// Its name: `LinkableDefinition`.
    pub name: SmolStr,
    /// A list or an object of several: `LinkableDefinition[]`, `Record<string, LinkableDefinition>`.
    pub several: bool,
}

/// The left side of a declaration, a parameter or an assignment.
#[derive(Debug)]
pub enum Pattern {
    /// A name.
    Name(SmolStr, Range),
    /// `{ a, b: c = 1, ...rest }`.
    Object(Vec<(PropertyKey, Pattern)>, Option<Box<Pattern>>),
    /// `[a, , b, ...rest]`.
    Array(Vec<Option<Pattern>>, Option<Box<Pattern>>),
    /// `pattern = default`.
    Default(Box<Pattern>, Box<Expr>),
    /// `object.property` as the target of an assignment.
    Target(Box<Expr>),
    /// `...rest` of a parameter list.
    Rest(Box<Pattern>),
}

/// An expression and where it stands.
#[derive(Debug)]
pub struct Expr {
    /// Its place.
    pub range: Range,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of expressions.
#[derive(Debug)]
pub enum ExprKind {
    /// A name.
    Name(SmolStr),
    /// A string.
    String(SmolStr),
    /// A number.
    Number(f64),
    /// `10n`, its digits.
    BigInt(SmolStr),
    /// `true`, `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// `` `a${b}c` ``: one more text than expressions; with a tag when it has one.
    Template {
        /// The tag function.
        tag: Option<Box<Expr>>,
        /// The texts between.
        texts: Vec<SmolStr>,
        /// The expressions between.
        values: Vec<Expr>,
    },
    /// `[a, , ...b]`.
    Array(Vec<Element>),
    /// `{ a: 1, b, ...c }`.
    Object(Vec<Property>),
    /// `object.property`.
    Member(Box<Expr>, SmolStr),
    /// `object[index]`.
    Index(Box<Expr>, Box<Expr>),
    /// `callee(arguments)`.
    Call(Box<Expr>, Vec<Element>),
    /// `new callee(arguments)`.
    New(Box<Expr>, Vec<Element>),
    /// A function or an arrow.
    Function(Arc<Function>),
    /// A class with its members.
    Class(Arc<Class>),
    /// `test ? then : otherwise`.
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `left op right`, `&&`, `||` and `??` among them.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `op value`.
    Unary(UnaryOp, Box<Expr>),
    /// `target op= value`; the operator is `None` for a plain `=`.
    Assign(Option<BinaryOp>, Box<Pattern>, Box<Expr>),
    /// `a, b`.
    Sequence(Vec<Expr>),
    /// `await value`.
    Await(Box<Expr>),
    /// `object?.…`: gives undefined when the inner object is null or undefined.
    Optional(Box<Expr>),
    /// `require("…")` or `import("…")` of `specifiers[index]`.
    Require(usize),
    /// What the type of `$type<…>()` allows, in the place of an argument; as a value it is nothing.
    Texts(Texts),
    /// A regular expression that matches one text; `true` when it is meant everywhere.
    PlainPattern(SmolStr, bool),
    /// Something this tool does not read; the text says what.
    Opaque(&'static str),
}

/// Texts that a type allows.
#[derive(Debug)]
pub enum Texts {
    /// These.
    Listed(Vec<SmolStr>),
    /// All values of a constant of the file.
    Of(SmolStr),
    /// The type is not read, or stands elsewhere.
    Unread,
}

/// An element of an array or an argument.
#[derive(Debug)]
pub enum Element {
    /// A value.
    Value(Expr),
    /// `...values`.
    Spread(Expr),
    /// A hole in an array.
    Hole,
}

/// A member of an object literal.
#[derive(Debug)]
pub enum Property {
    /// `key: value`, a shorthand, or a method.
    Value(PropertyKey, Expr, Range),
    /// `...object`.
    Spread(Expr),
    /// A getter: its value is what the function returns.
    Getter(PropertyKey, Arc<Function>, Range),
}

/// The key of a property.
#[derive(Debug)]
pub enum PropertyKey {
    /// Written out.
    Name(SmolStr),
    /// `[computed]`.
    Computed(Box<Expr>),
}

/// A function.
#[derive(Debug)]
pub struct Function {
    /// Its own name, for recursion.
    pub name: Option<SmolStr>,
    /// Parameters.
    pub params: Vec<Pattern>,
    /// What it does.
    pub body: Body,
    /// `async` or a generator: its result is not a plain value.
    pub deferred: bool,
    /// Arrows keep the outer `this`.
    pub arrow: bool,
    /// Its place.
    pub range: Range,
}

/// A class: its static and instance members.
#[derive(Debug)]
pub struct Class {
    /// What it extends.
    pub parent: Option<Expr>,
    /// `static` fields and methods.
    pub statics: Vec<Property>,
    /// Instance fields and methods.
    pub members: Vec<Property>,
    /// `static { … }`.
    pub setup: Vec<Statement>,
    /// The constructor.
    pub constructor: Option<Arc<Function>>,
}

/// The body of a function.
#[derive(Debug)]
pub enum Body {
    /// `=> value`.
    Value(Box<Expr>),
    /// `{ … }`.
    Block(Vec<Statement>),
}

/// A statement.
#[derive(Debug)]
pub enum Statement {
    /// `const a = …, b = …`.
    Declare(Vec<Declarator>),
    /// `function f() {}` inside a block.
    Function(Arc<Function>),
    /// An expression for its effect.
    Expr(Expr),
    /// `return value`.
    Return(Option<Expr>),
    /// `if (test) then else otherwise`.
    If(Expr, Box<Statement>, Option<Box<Statement>>),
    /// `for (pattern of values) body`.
    ForOf(Pattern, Expr, Box<Statement>),
    /// `for (pattern in object) body`.
    ForIn(Pattern, Expr, Box<Statement>),
    /// `for (init; test; update) body`, and `while`.
    For(Option<Box<Statement>>, Option<Expr>, Option<Expr>, Box<Statement>),
    /// `do body while (test)`.
    DoWhile(Box<Statement>, Expr),
    /// `{ … }`.
    Block(Vec<Statement>),
    /// `switch (value) { case … }`: a case without a test is the default.
    Switch(Expr, Vec<(Option<Expr>, Vec<Statement>)>),
    /// `try { … } catch { … }`: the handler is not followed, but what it could change is known.
    Try(Vec<Statement>, Vec<Statement>),
    /// `throw value`.
    Throw(Expr),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// Something this tool does not read.
    Opaque(&'static str, Range),
}

/// Operators with two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is named as the operator is")]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    Equal,
    NotEqual,
    StrictEqual,
    StrictNotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
    Coalesce,
    In,
    Other,
}

/// Operators with one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is named as the operator is")]
pub enum UnaryOp {
    Not,
    Minus,
    Plus,
    TypeOf,
    Void,
    Delete,
    Other,
}

impl Function {
    /// What it gives back, when that is all it does.
    pub fn result(&self) -> Option<&Expr> {
        match &self.body {
            Body::Value(value) => Some(value),
            Body::Block(statements) => match statements.as_slice() {
                [Statement::Return(Some(value))] => Some(value),
                _ => None,
            },
        }
    }
}

impl Module {
    /// The specifier at an index, which came from this module.
    pub fn specifier(&self, index: usize) -> &Specifier {
        &self.specifiers[index]
    }

    /// By which names a binding is exported, in source order.
    pub fn exported_names<'m>(&'m self, binding: &str) -> impl Iterator<Item = &'m SmolStr> {
        let exported = self.exported.get_or_init(|| {
            let mut exported: FxHashMap<SmolStr, Vec<usize>> = FxHashMap::default();
            for (index, export) in self.exports.values().enumerate() {
                if let Export::Local(local) = export {
                    exported.entry(local.clone()).or_default().push(index);
                }
            }
            exported
        });
        let indexes = exported.get(binding).into_iter().flatten();
        indexes.filter_map(|index| self.exports.get_index(*index)).map(|(name, _)| name)
    }
}
