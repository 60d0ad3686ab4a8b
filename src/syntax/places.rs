//! The places that a comment can stand on: statements, properties, elements of lists.

use super::module::*;
use crate::source::Range;

/// The places of a module, ready to be asked which of them a comment speaks of.
pub struct Places<'m> {
    /// By start, the longer first.
    ranges: Vec<Range>,
    text: &'m str,
}

impl<'m> Places<'m> {
    /// The places of `module`, whose text is `text`.
    pub fn new(module: &Module, text: &'m str) -> Self {
        let mut walk = Walk { ranges: Vec::new() };
        for declarator in &module.declarators {
            walk.ranges.push(declarator.statement);
            walk.optional(declarator.value.as_ref());
        }
        for effect in &module.effects {
            walk.statement(&effect.statement);
        }
        for binding in module.bindings.values() {
            match &binding.kind {
                BindingKind::Function(function) => walk.function(function),
                BindingKind::Value(value) => walk.place(value),
                BindingKind::Declared(_) | BindingKind::Import { .. } => {}
            }
        }
        walk.ranges.sort_by_key(|range| (range.start, u32::MAX - range.end));
        Self { ranges: walk.ranges, text }
    }

    /// The place that a comment stands on: the largest one directly below it (other comments and no blank
    /// line between), or directly before it on its line; inside an expression, the smallest one around it.
    pub fn under(&self, comment: Range, comments: &[Range]) -> Option<Range> {
        let line = self.text[..comment.start as usize].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let before = self.text[line..comment.start as usize].trim_start_matches('\u{feff}');
        if before.trim().is_empty() {
            self.below(comment, comments)
        } else {
            self.before(comment).or_else(|| self.around(comment))
        }
    }

    /// The places around a range, the smallest first.
    pub fn enclosing(&self, range: Range) -> impl Iterator<Item = Range> {
        let mut around: Vec<Range> =
            self.ranges.iter().copied().filter(|place| place.contains(range)).collect();
        around.sort_by_key(|place| place.end - place.start);
        around.into_iter()
    }

    fn below(&self, comment: Range, comments: &[Range]) -> Option<Range> {
        let mut end = comment.end;
        let next = comments.partition_point(|other| other.start < comment.end);
        for other in comments[next..].iter().map(Some).chain([None]) {
            let from = self.text.get(end as usize..)?;
            let gap = from.len() - from.trim_start().len();
            // The comment's own newline may or may not be part of its range.
            if from[..gap].matches('\n').count() > 1 {
                return None;
            }
            let start = end + gap as u32;
            match other {
                Some(other) if other.start == start => end = other.end,
                _ => {
                    let first = self.ranges.partition_point(|range| range.start < start);
                    let below = self.ranges.get(first).copied().filter(|range| range.start == start);
                    // Inside a chain of calls nothing of its own stands below.
                    return below.or_else(|| self.around(comment).filter(|around| around.end > start));
                }
            }
        }
        None
    }

    fn before(&self, comment: Range) -> Option<Range> {
        let ends_here = |range: &&Range| {
            range.end <= comment.start
                && self.text.get(range.end as usize..comment.start as usize).is_some_and(|gap| {
                    gap.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b',' | b';' | b')'))
                })
        };
        self.ranges.iter().filter(ends_here).max_by_key(|range| range.end - range.start).copied()
    }

    fn around(&self, comment: Range) -> Option<Range> {
        let around = self.ranges.iter().filter(|range| range.contains(comment));
        around.min_by_key(|range| range.end - range.start).copied()
    }
}

struct Walk {
    ranges: Vec<Range>,
}

impl Walk {
    fn place(&mut self, value: &Expr) {
        self.ranges.push(value.range);
        self.expression(value);
    }

    fn optional(&mut self, value: Option<&Expr>) {
        if let Some(value) = value {
            self.expression(value);
        }
    }

    fn expression(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Array(elements) => {
                for element in elements {
                    match element {
                        Element::Value(value) | Element::Spread(value) => self.place(value),
                        Element::Hole => {}
                    }
                }
            }
            ExprKind::Object(properties) => properties.iter().for_each(|property| self.property(property)),
            ExprKind::Call(callee, arguments) | ExprKind::New(callee, arguments) => {
                self.expression(callee);
                for argument in arguments {
                    match argument {
                        Element::Value(value) | Element::Spread(value) => self.expression(value),
                        Element::Hole => {}
                    }
                }
            }
            ExprKind::Member(inner, _)
            | ExprKind::Unary(_, inner)
            | ExprKind::Await(inner)
            | ExprKind::Optional(inner)
            | ExprKind::Assign(_, _, inner) => self.expression(inner),
            ExprKind::Index(left, right) | ExprKind::Binary(_, left, right) => {
                self.expression(left);
                self.expression(right);
            }
            ExprKind::Conditional(test, then, otherwise) => {
                [test, then, otherwise].into_iter().for_each(|part| self.expression(part));
            }
            ExprKind::Sequence(parts) | ExprKind::Template { values: parts, .. } => {
                parts.iter().for_each(|part| self.expression(part));
            }
            ExprKind::Function(function) => self.function(function),
            ExprKind::Class(class) => {
                class.statics.iter().chain(&class.members).for_each(|member| self.property(member));
                class.setup.iter().for_each(|statement| self.statement(statement));
            }
            ExprKind::Name(_)
            | ExprKind::String(_)
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

    fn property(&mut self, property: &Property) {
        match property {
            Property::Value(_, value, range) => {
                self.ranges.push(*range);
                self.expression(value);
            }
            Property::Getter(_, function, range) => {
                self.ranges.push(*range);
                self.function(function);
            }
            Property::Spread(value) => {
                // The dots belong to the place, but only the value is known.
                let dots = Range::new(value.range.start.saturating_sub(3), value.range.end);
                self.ranges.push(dots);
                self.expression(value);
            }
        }
    }

    fn function(&mut self, function: &Function) {
        match &function.body {
            Body::Value(value) => self.expression(value),
            Body::Block(statements) => statements.iter().for_each(|statement| self.statement(statement)),
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Declare(declarators) => {
                for declarator in declarators {
                    self.ranges.push(declarator.statement);
                    self.optional(declarator.value.as_ref());
                }
            }
            Statement::Function(function) => self.function(function),
            Statement::Expr(value) | Statement::Throw(value) => self.place(value),
            Statement::Return(value) => self.optional(value.as_ref()),
            Statement::If(test, then, otherwise) => {
                self.expression(test);
                self.statement(then);
                if let Some(otherwise) = otherwise {
                    self.statement(otherwise);
                }
            }
            Statement::ForOf(_, value, body) | Statement::ForIn(_, value, body) => {
                self.expression(value);
                self.statement(body);
            }
            Statement::For(_, _, _, body) | Statement::DoWhile(body, _) => self.statement(body),
            Statement::Block(statements) => statements.iter().for_each(|inner| self.statement(inner)),
            Statement::Switch(value, cases) => {
                self.expression(value);
                let inner = cases.iter().flat_map(|(_, statements)| statements);
                inner.for_each(|statement| self.statement(statement));
            }
            Statement::Try(body, handler) => {
                body.iter().chain(handler).for_each(|statement| self.statement(statement));
            }
            Statement::Break | Statement::Continue | Statement::Opaque(..) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lower;
    use super::*;

    /// What each `// N` comment stands on.
    fn under(text: &str) -> Vec<String> {
        let module = lower("a.ts", text).unwrap();
        let places = Places::new(&module, text);
        let slice = |range: Range| text[range.start as usize..range.end as usize].to_string();
        module
            .comments
            .iter()
            .map(|comment| places.under(*comment, &module.comments).map_or("-".into(), slice))
            .collect()
    }

    #[test]
    fn comments_stand_on_the_largest_place() {
        let text = "// 1\n// 2\nexport const a = f({\n  // 3\n  b: g(), // 4\n  c: g() // 5\n    .h(),\n  // 6\n\n  ...d, // 7\n  /* 8 */\n  e: 1,\n}, (t) => [\n  // 9\n  i(t), // 10\n]); // 11\n";
        let whole = "export const a = f({\n  // 3\n  b: g(), // 4\n  c: g() // 5\n    .h(),\n  // 6\n\n  ...d, // 7\n  /* 8 */\n  e: 1,\n}, (t) => [\n  // 9\n  i(t), // 10\n]);";
        let c = "c: g() // 5\n    .h()";
        assert_eq!(
            under(text),
            [whole, whole, "b: g()", "b: g()", c, "-", "...d", "e: 1", "i(t)", "i(t)", whole]
        );
    }
}
