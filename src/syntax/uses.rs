//! Which top-level names a file uses as values.
//!
//! TypeScript and esbuild leave out an import of which only types are used: it loads nothing.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::module::*;

/// The names that the code of a file reads, at its top level or in its functions, locals left out.
pub fn used_names(module: &Module) -> FxHashSet<SmolStr> {
    let mut uses = Uses { locals: Vec::new(), found: FxHashSet::default() };
    for declarator in &module.declarators {
        uses.pattern(&declarator.pattern);
        declarator.value.iter().for_each(|value| uses.expr(value));
    }
    for binding in module.bindings.values() {
        match &binding.kind {
            BindingKind::Function(function) => uses.function(function),
            BindingKind::Value(value) => uses.expr(value),
            BindingKind::Declared(_) | BindingKind::Import { .. } => {}
        }
    }
    module.effects.iter().for_each(|effect| uses.statement(&effect.statement));
    uses.found
}

struct Uses {
    /// Names of the functions and blocks around.
    locals: Vec<SmolStr>,
    found: FxHashSet<SmolStr>,
}

impl Uses {
    fn name(&mut self, name: &SmolStr) {
        if !self.locals.contains(name) {
            self.found.insert(name.clone());
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.name(name),
            ExprKind::Template { tag, values, .. } => {
                tag.iter().for_each(|tag| self.expr(tag));
                values.iter().for_each(|value| self.expr(value));
            }
            ExprKind::Array(elements) => self.elements(elements),
            ExprKind::Object(properties) => self.properties(properties),
            ExprKind::Member(object, _) => self.expr(object),
            ExprKind::Index(left, right) | ExprKind::Binary(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Call(callee, arguments) | ExprKind::New(callee, arguments) => {
                self.expr(callee);
                self.elements(arguments);
            }
            ExprKind::Function(function) => self.function(function),
            ExprKind::Class(class) => {
                class.parent.iter().for_each(|parent| self.expr(parent));
                self.properties(&class.statics);
                self.properties(&class.members);
                self.block(&class.setup);
                class.constructor.iter().for_each(|constructor| self.function(constructor));
            }
            ExprKind::Conditional(test, then, otherwise) => {
                [test, then, otherwise].into_iter().for_each(|part| self.expr(part));
            }
            ExprKind::Unary(_, value) | ExprKind::Await(value) | ExprKind::Optional(value) => {
                self.expr(value)
            }
            ExprKind::Assign(_, target, value) => {
                self.pattern(target);
                self.expr(value);
            }
            ExprKind::Sequence(parts) => parts.iter().for_each(|part| self.expr(part)),
            ExprKind::String(_)
            | ExprKind::Number(_)
            | ExprKind::BigInt(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Require(_)
            | ExprKind::Texts(_)
            | ExprKind::PlainPattern(..)
            | ExprKind::Opaque(_) => {}
        }
    }

    fn elements(&mut self, elements: &[Element]) {
        for element in elements {
            if let Element::Value(value) | Element::Spread(value) = element {
                self.expr(value);
            }
        }
    }

    fn properties(&mut self, properties: &[Property]) {
        for property in properties {
            match property {
                Property::Value(key, value, _) => {
                    self.key(key);
                    self.expr(value);
                }
                Property::Spread(value) => self.expr(value),
                Property::Getter(key, function, _) => {
                    self.key(key);
                    self.function(function);
                }
            }
        }
    }

    fn key(&mut self, key: &PropertyKey) {
        if let PropertyKey::Computed(computed) = key {
            self.expr(computed);
        }
    }

    /// The defaults and keys of a pattern, and what it assigns to.
    fn pattern(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Name(..) => {}
            Pattern::Object(properties, rest) => {
                for (key, inner) in properties {
                    self.key(key);
                    self.pattern(inner);
                }
                rest.iter().for_each(|rest| self.pattern(rest));
            }
            Pattern::Array(elements, rest) => {
                elements.iter().flatten().for_each(|inner| self.pattern(inner));
                rest.iter().for_each(|rest| self.pattern(rest));
            }
            Pattern::Default(inner, default) => {
                self.pattern(inner);
                self.expr(default);
            }
            Pattern::Target(target) => self.expr(target),
            Pattern::Rest(inner) => self.pattern(inner),
        }
    }

    fn declare(&mut self, pattern: &Pattern) {
        let locals = &mut self.locals;
        pattern.each_name(&mut |name, _| locals.push(name.clone()));
    }

    fn function(&mut self, function: &Function) {
        let outer = self.locals.len();
        self.locals.extend(function.name.clone());
        function.params.iter().for_each(|param| self.declare(param));
        function.params.iter().for_each(|param| self.pattern(param));
        match &function.body {
            Body::Value(value) => self.expr(value),
            Body::Block(statements) => self.block(statements),
        }
        self.locals.truncate(outer);
    }

    fn block(&mut self, statements: &[Statement]) {
        let outer = self.locals.len();
        for statement in statements {
            match statement {
                Statement::Declare(declarators) => {
                    declarators.iter().for_each(|declarator| self.declare(&declarator.pattern));
                }
                Statement::Function(function) => self.locals.extend(function.name.clone()),
                _ => {}
            }
        }
        statements.iter().for_each(|statement| self.statement(statement));
        self.locals.truncate(outer);
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Declare(declarators) => {
                for declarator in declarators {
                    self.pattern(&declarator.pattern);
                    declarator.value.iter().for_each(|value| self.expr(value));
                }
            }
            Statement::Function(function) => self.function(function),
            Statement::Expr(value) | Statement::Return(Some(value)) | Statement::Throw(value) => {
                self.expr(value)
            }
            Statement::If(test, then, otherwise) => {
                self.expr(test);
                self.statement(then);
                otherwise.iter().for_each(|otherwise| self.statement(otherwise));
            }
            Statement::ForOf(pattern, value, body) | Statement::ForIn(pattern, value, body) => {
                let outer = self.locals.len();
                self.expr(value);
                self.declare(pattern);
                self.pattern(pattern);
                self.statement(body);
                self.locals.truncate(outer);
            }
            Statement::For(init, test, update, body) => {
                let outer = self.locals.len();
                if let Some(Statement::Declare(declarators)) = init.as_deref() {
                    declarators.iter().for_each(|declarator| self.declare(&declarator.pattern));
                }
                init.iter().for_each(|init| self.statement(init));
                test.iter().chain(update).for_each(|part| self.expr(part));
                self.statement(body);
                self.locals.truncate(outer);
            }
            Statement::DoWhile(body, test) => {
                self.statement(body);
                self.expr(test);
            }
            Statement::Block(statements) => self.block(statements),
            Statement::Try(block, handler) => {
                self.block(block);
                self.block(handler);
            }
            Statement::Switch(value, cases) => {
                self.expr(value);
                for (test, statements) in cases {
                    test.iter().for_each(|test| self.expr(test));
                    self.block(statements);
                }
            }
            Statement::Return(None) | Statement::Break | Statement::Continue | Statement::Opaque(..) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lower;
    use super::*;

    #[test]
    fn types_and_locals_are_no_uses() {
        let text = "import { a, b, c, d, e, f, g } from './x';\n\
            type A = typeof a.$inferSelect;\n\
            const one = (b: typeof c) => b;\n\
            export const two = { d: () => { const c = 1; return [c, d]; } };\n\
            function three(x = e) { return x }\n\
            class Four { static x = f }\n\
            if (two) { for (const g of [1]) { g } }";
        let module = lower("x.ts", text).unwrap_or_default();
        let used = used_names(&module);
        let imported = ["a", "b", "c", "d", "e", "f", "g"];
        let used: Vec<&str> = imported.into_iter().filter(|name| used.contains(*name)).collect();
        assert_eq!(used, ["d", "e", "f"]);
    }
}
