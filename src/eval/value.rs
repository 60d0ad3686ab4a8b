//! The values of the interpreter. Each knows where it was written as far as a finding needs it.

use smol_str::SmolStr;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::budget::MAX_TEXT;
use super::drizzle::Entity;
use super::library::Library;
use crate::graph::{Fact, Unknown};
use crate::source::{FileId, Span};
use crate::syntax::{Class, Function, OrderedMap};

/// A value, or why there is none.
#[derive(Clone)]
pub enum Value {
    /// `undefined`.
    Undefined,
    /// `null`.
    Null,
    /// `true` and `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    String(SmolStr),
    /// An array; shared, as JavaScript shares it.
    Array(Rc<List>),
    /// A plain object; shared, as JavaScript shares it.
    Object(Rc<Object>),
    /// A function of the repository.
    Function(Rc<Closure>),
    /// A getter of an object: called each time the member is asked for.
    Getter(Rc<Closure>),
    /// A class of the repository.
    Class(Rc<ClassValue>),
    /// All that a file exports.
    Module(FileId),
    /// A package whose meaning is built in, or a global such as `Object`.
    Library(Library),
    /// A member of a built-in library, not yet called: `R.omit`, `Object.values`.
    Static(Library, SmolStr),
    /// A method taken from its object, not yet called: `list.map`.
    Method(Rc<(Value, SmolStr)>),
    /// Something that Drizzle made.
    Entity(Entity),
    /// Not known.
    Unknown(Arc<Unknown>),
}

/// A list.
pub struct List(RefCell<Vec<Value>>);

impl std::ops::Deref for List {
    type Target = RefCell<Vec<Value>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl std::ops::DerefMut for List {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

/// An object: its members in JavaScript's order.
#[derive(Default)]
pub struct Object {
    /// The members.
    pub members: RefCell<OrderedMap<SmolStr, Member>>,
    /// Why there may be more members than `members` says.
    pub open: RefCell<Option<Arc<Unknown>>>,
}

/// A member of an object.
#[derive(Clone)]
pub struct Member {
    /// Its value.
    pub value: Value,
    /// Where the property is written.
    pub written: Span,
    /// Where it came in, when it came in by a spread: the spread in the outermost literal.
    pub spread: Option<Span>,
}

/// A function and the names that it can see.
pub struct Closure {
    /// What it does.
    pub function: Arc<Function>,
    /// What it sees.
    pub scope: Scope,
    /// `this` inside it.
    pub this: RefCell<Value>,
    /// Arguments that `bind` has put before all others.
    pub bound: Vec<Value>,
}

/// A class and the names that it can see.
pub struct ClassValue {
    /// Its name.
    pub name: Option<SmolStr>,
    /// Its members.
    pub class: Arc<Class>,
    /// What it sees.
    pub scope: Scope,
    /// The evaluated static members.
    pub statics: Rc<Object>,
}

/// Where an expression is evaluated: a file, and the local names inside its functions.
#[derive(Clone)]
pub struct Scope {
    /// The file, whose top-level names are visible.
    pub file: FileId,
    /// Local names, innermost first.
    pub locals: Option<Rc<Locals>>,
}

/// One block's local names, and the block around it.
pub struct Locals {
    /// The names of this block.
    pub names: RefCell<Vec<(SmolStr, Value)>>,
    /// The block around.
    pub outer: Option<Rc<Locals>>,
    /// The names of a call: what is around it stays for the next one.
    pub is_call: bool,
}

impl Scope {
    /// The top level of a file.
    pub fn top(file: FileId) -> Self {
        Self { file, locals: None }
    }

    /// A block inside this scope.
    pub fn inner(&self) -> Self {
        self.block(false)
    }

    /// The names of a call of a function that was made in this scope.
    pub fn call(&self) -> Self {
        self.block(true)
    }

    fn block(&self, is_call: bool) -> Self {
        let locals = Locals { names: RefCell::default(), outer: self.locals.clone(), is_call };
        Self { file: self.file, locals: Some(Rc::new(locals)) }
    }

    /// The innermost block again, with names of its own that have the same values.
    pub fn copy(&self) -> Self {
        let locals = self.locals.as_ref().map(|block| {
            let names = RefCell::new(block.names.borrow().clone());
            Rc::new(Locals { names, outer: block.outer.clone(), is_call: block.is_call })
        });
        Self { file: self.file, locals }
    }

    /// How many names the innermost block has.
    pub fn own_names(&self) -> usize {
        self.locals.as_ref().map_or(0, |block| block.names.borrow().len())
    }

    /// Binds a local name; a second time in one block replaces it.
    pub fn declare(&self, name: SmolStr, value: Value) {
        if let Some(locals) = &self.locals {
            let mut names = locals.names.borrow_mut();
            match names.iter_mut().find(|(known, _)| *known == name) {
                Some(slot) => slot.1 = value,
                None => names.push((name, value)),
            }
        }
    }

    /// The value of a local name.
    pub fn local(&self, name: &str) -> Option<Value> {
        self.blocks().find_map(|block| {
            let names = block.names.borrow();
            names.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
        })
    }

    /// Gives a local name another value; false when there is no such name.
    pub fn assign(&self, name: &str, value: &Value) -> bool {
        self.blocks().any(|block| {
            let mut names = block.names.borrow_mut();
            match names.iter_mut().find(|(known, _)| known == name) {
                Some(slot) => {
                    slot.1 = value.clone();
                    true
                }
                None => false,
            }
        })
    }

    /// Whether a local name outlives the call under way.
    pub fn is_captured(&self, name: &str) -> bool {
        let mut calls = 0;
        for block in self.blocks() {
            if block.names.borrow().iter().any(|(known, _)| known == name) {
                return calls > 0;
            }
            calls += u32::from(block.is_call);
        }
        false
    }

    fn blocks(&self) -> impl Iterator<Item = &Rc<Locals>> {
        std::iter::successors(self.locals.as_ref(), |block| block.outer.as_ref())
    }
}

impl Object {
    /// An object of those members, in that order.
    pub fn from_members(members: impl IntoIterator<Item = (SmolStr, Member)>) -> Self {
        let object = Self::default();
        members.into_iter().for_each(|(key, member)| object.insert(key, member));
        object
    }

    /// Sets a member. As in JavaScript, a known key keeps its place and whole numbers come first.
    pub fn insert(&self, key: SmolStr, member: Member) {
        let mut members = self.members.borrow_mut();
        if let Some(known) = members.get_mut(&key) {
            *known = member;
            return;
        }
        match array_index(&key) {
            None => {
                members.insert(key, member);
            }
            Some(number) => {
                let before = |other: &SmolStr| array_index(other).is_some_and(|other| other < number);
                // They are in their order already.
                let at = members.partition_point(|other, _| before(other));
                members.shift_insert(at, key, member);
            }
        }
    }

    /// A member's value: undefined when there is none, unknown when there may be one.
    pub fn get(&self, key: &str) -> Value {
        if let Some(member) = self.members.borrow().get(key) {
            return member.value.clone();
        }
        match &*self.open.borrow() {
            Some(why) => Value::Unknown(why.clone()),
            None => Value::Undefined,
        }
    }

    /// Says that there may be more members.
    pub fn open(&self, why: &Arc<Unknown>) {
        self.open.borrow_mut().get_or_insert_with(|| why.clone());
    }
}

fn array_index(key: &str) -> Option<u32> {
    let number = key.parse::<u32>().ok()?;
    (key == "0" || !key.starts_with('0')).then_some(number)
}

impl Value {
    /// A string.
    pub fn string(text: impl Into<SmolStr>) -> Self {
        Self::String(text.into())
    }

    /// An array of those values.
    pub fn array(values: Vec<Self>) -> Self {
        Self::Array(Rc::new(List(RefCell::new(values))))
    }

    /// `undefined` or `null`.
    pub const fn is_nullish(&self) -> bool {
        matches!(self, Self::Undefined | Self::Null)
    }

    /// Whether a condition on it holds, when that is known.
    pub fn truthy(&self) -> Fact<bool> {
        Ok(match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(flag) => *flag,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::String(text) => !text.is_empty(),
            Self::Unknown(why) => return Err(why.clone()),
            _ => true,
        })
    }

    /// The text of a string; `None` for any other known value.
    pub fn as_str(&self) -> Fact<Option<SmolStr>> {
        match self {
            Self::String(text) => Ok(Some(text.clone())),
            Self::Unknown(why) => Err(why.clone()),
            _ => Ok(None),
        }
    }

    /// What `String(value)` gives, for the values that schemas are made of; none that is longer than texts are.
    pub fn to_text(&self) -> Option<SmolStr> {
        let mut left = MAX_TEXT;
        self.text_within(&mut left)
    }

    /// The same; takes the bytes and elements that it goes through from `left`.
    pub(super) fn text_within(&self, left: &mut usize) -> Option<SmolStr> {
        self.text_at(0, left)
    }

    /// A list may hold itself: what nests deeper than people write has no text.
    fn text_at(&self, depth: u32, left: &mut usize) -> Option<SmolStr> {
        if depth > 16 {
            return None;
        }
        Some(match self {
            Self::Undefined => SmolStr::new_static("undefined"),
            Self::Null => SmolStr::new_static("null"),
            Self::Bool(flag) => SmolStr::new_static(if *flag { "true" } else { "false" }),
            Self::Number(number) => number_text(*number),
            Self::String(text) => text.clone(),
            Self::Array(values) => {
                let values = values.borrow();
                let mut texts = Vec::with_capacity(values.len().min(*left));
                for value in values.iter() {
                    let text = value.text_at(depth + 1, left)?;
                    *left = left.checked_sub(text.len() + 1)?;
                    texts.push(text);
                }
                SmolStr::new(texts.join(","))
            }
            _ => return None,
        })
    }

    /// A member of a plain object; undefined for anything else that is known.
    pub fn option(&self, key: &str) -> Self {
        match self {
            Self::Object(object) => object.get(key),
            Self::Unknown(_) => self.clone(),
            _ => Self::Undefined,
        }
    }
}

/// A number as JavaScript prints it.
pub fn number_text(number: f64) -> SmolStr {
    if number.fract() == 0.0 && number.abs() < 1e21 {
        return smol_str::format_smolstr!("{}", number as i128);
    }
    smol_str::format_smolstr!("{number}")
}
