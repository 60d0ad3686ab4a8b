//! Lowers expressions. Types, parentheses and assertions disappear here.

use smol_str::{SmolStr, format_smolstr};
use swc_common::Spanned;
use swc_ecma_ast as ast;

use super::lower::{Lowering, MAX_DEPTH, MORE_STACK, RED_ZONE, string};
use super::module::*;
use super::patterns::pattern;

impl Lowering<'_> {
    /// Lowers an expression, on a larger stack when this one runs out.
    pub(super) fn expr(&mut self, expression: &ast::Expr) -> Expr {
        if self.depth >= MAX_DEPTH {
            let range = self.range(expression.span());
            return Expr { range, kind: ExprKind::Opaque("an expression that nests too deep") };
        }
        self.depth += 1;
        let lowered = stacker::maybe_grow(RED_ZONE, MORE_STACK, || self.expr_here(expression));
        self.depth -= 1;
        lowered
    }

    fn expr_here(&mut self, expression: &ast::Expr) -> Expr {
        let range = self.range(expression.span());
        let kind = match expression {
            // Wrappers that vanish at run time keep the place of what they wrap.
            ast::Expr::Paren(inner) => return self.expr(&inner.expr),
            ast::Expr::TsAs(inner) => return self.expr(&inner.expr),
            ast::Expr::TsSatisfies(inner) => return self.expr(&inner.expr),
            ast::Expr::TsConstAssertion(inner) => return self.expr(&inner.expr),
            ast::Expr::TsNonNull(inner) => return self.expr(&inner.expr),
            ast::Expr::TsTypeAssertion(inner) => return self.expr(&inner.expr),
            ast::Expr::TsInstantiation(inner) => return self.expr(&inner.expr),
            ast::Expr::Ident(name) => ExprKind::Name(SmolStr::new(&*name.sym)),
            ast::Expr::This(_) => ExprKind::Name(SmolStr::new_static("this")),
            ast::Expr::Lit(literal) => lower_literal(literal),
            ast::Expr::Tpl(template) => self.template(None, template),
            ast::Expr::TaggedTpl(tagged) => {
                let tag = Box::new(self.expr(&tagged.tag));
                self.template(Some(tag), &tagged.tpl)
            }
            ast::Expr::Array(array) => ExprKind::Array(
                array
                    .elems
                    .iter()
                    .map(|element| match element {
                        Some(element) => self.element(element),
                        None => Element::Hole,
                    })
                    .collect(),
            ),
            ast::Expr::Object(object) => ExprKind::Object(self.object(&object.props)),
            ast::Expr::Member(member) => self.member(member),
            ast::Expr::OptChain(chain) => return self.optional(chain),
            ast::Expr::Call(call) => self.call(call),
            ast::Expr::New(new) => {
                let callee = Box::new(self.expr(&new.callee));
                ExprKind::New(callee, self.elements(new.args.as_deref().unwrap_or_default()))
            }
            ast::Expr::Arrow(arrow) => ExprKind::Function(self.arrow(arrow)),
            ast::Expr::Fn(function) => {
                let name = function.ident.as_ref().map(|name| &*name.sym);
                ExprKind::Function(self.function(&function.function, name))
            }
            ast::Expr::Class(class) => self.class(&class.class),
            ast::Expr::Cond(conditional) => ExprKind::Conditional(
                Box::new(self.expr(&conditional.test)),
                Box::new(self.expr(&conditional.cons)),
                Box::new(self.expr(&conditional.alt)),
            ),
            ast::Expr::Bin(binary) => self.binary(binary),
            ast::Expr::Unary(unary) => ExprKind::Unary(unary_op(unary.op), Box::new(self.expr(&unary.arg))),
            ast::Expr::Assign(assign) => {
                let target = Box::new(self.assign_target(&assign.left));
                ExprKind::Assign(assign_op(assign.op), target, Box::new(self.expr(&assign.right)))
            }
            ast::Expr::Update(update) => {
                let target = Pattern::Target(Box::new(self.expr(&update.arg)));
                let op = match update.op {
                    ast::UpdateOp::PlusPlus => BinaryOp::Add,
                    ast::UpdateOp::MinusMinus => BinaryOp::Subtract,
                };
                let one = || Box::new(Expr { range, kind: ExprKind::Number(1.0) });
                let assign = ExprKind::Assign(Some(op), Box::new(target), one());
                // `i++` gives the value from before: one step back from the new one.
                let back = match op {
                    BinaryOp::Add => BinaryOp::Subtract,
                    _ => BinaryOp::Add,
                };
                if update.prefix {
                    assign
                } else {
                    ExprKind::Binary(back, Box::new(Expr { range, kind: assign }), one())
                }
            }
            ast::Expr::Seq(sequence) => {
                ExprKind::Sequence(sequence.exprs.iter().map(|inner| self.expr(inner)).collect())
            }
            ast::Expr::Await(inner) => ExprKind::Await(Box::new(self.expr(&inner.arg))),
            ast::Expr::MetaProp(_) => ExprKind::Name(SmolStr::new_static("import.meta")),
            ast::Expr::SuperProp(_) => ExprKind::Opaque("a member of `super`"),
            ast::Expr::Yield(_) => ExprKind::Opaque("a `yield`"),
            ast::Expr::PrivateName(_) => ExprKind::Opaque("a private name"),
            ast::Expr::JSXMember(_)
            | ast::Expr::JSXNamespacedName(_)
            | ast::Expr::JSXEmpty(_)
            | ast::Expr::JSXElement(_)
            | ast::Expr::JSXFragment(_) => ExprKind::Opaque("JSX"),
            _ => ExprKind::Opaque("an expression of an unknown kind"),
        };
        Expr { range, kind }
    }

    fn template(&mut self, tag: Option<Box<Expr>>, template: &ast::Tpl) -> ExprKind {
        let text = |part: &ast::TplElement| match &part.cooked {
            Some(cooked) => SmolStr::new(cooked.to_string_lossy()),
            None => SmolStr::new(&*part.raw),
        };
        let texts = template.quasis.iter().map(text).collect();
        let values = template.exprs.iter().map(|value| self.expr(value)).collect();
        ExprKind::Template { tag, texts, values }
    }

    pub(super) fn elements(&mut self, arguments: &[ast::ExprOrSpread]) -> Vec<Element> {
        arguments.iter().map(|argument| self.element(argument)).collect()
    }

    fn element(&mut self, element: &ast::ExprOrSpread) -> Element {
        let value = self.expr(&element.expr);
        if element.spread.is_some() { Element::Spread(value) } else { Element::Value(value) }
    }

    pub(super) fn object(&mut self, written: &[ast::PropOrSpread]) -> Vec<Property> {
        let mut properties = Vec::with_capacity(written.len());
        for property in written {
            match property {
                ast::PropOrSpread::Spread(spread) => {
                    properties.push(Property::Spread(self.expr(&spread.expr)));
                }
                ast::PropOrSpread::Prop(property) => {
                    let range = self.range(property.span());
                    match &**property {
                        ast::Prop::Shorthand(name) => {
                            let key = SmolStr::new(&*name.sym);
                            let value = Expr { range, kind: ExprKind::Name(key.clone()) };
                            properties.push(Property::Value(PropertyKey::Name(key), value, range));
                        }
                        ast::Prop::KeyValue(pair) => {
                            let key = self.property_key(&pair.key);
                            let value = self.expr(&pair.value);
                            properties.push(Property::Value(key, value, range));
                        }
                        ast::Prop::Method(method) => {
                            let key = self.property_key(&method.key);
                            let function = self.function(&method.function, None);
                            let value = Expr { range, kind: ExprKind::Function(function) };
                            properties.push(Property::Value(key, value, range));
                        }
                        ast::Prop::Getter(getter) => {
                            let key = self.property_key(&getter.key);
                            let function = self.function(&getter.function, None);
                            properties.push(Property::Getter(key, function, range));
                        }
                        ast::Prop::Setter(_) | ast::Prop::Assign(_) => {}
                    }
                }
            }
        }
        properties
    }

    pub(super) fn property_key(&mut self, key: &ast::PropName) -> PropertyKey {
        match key {
            ast::PropName::Ident(name) => PropertyKey::Name(SmolStr::new(&*name.sym)),
            ast::PropName::Str(name) => PropertyKey::Name(string(name)),
            ast::PropName::Num(number) => PropertyKey::Name(format_smolstr!("{}", number.value)),
            ast::PropName::BigInt(number) => PropertyKey::Name(format_smolstr!("{}", number.value)),
            ast::PropName::Computed(computed) => match &*computed.expr {
                ast::Expr::Lit(ast::Lit::Str(name)) => PropertyKey::Name(string(name)),
                other => PropertyKey::Computed(Box::new(self.expr(other))),
            },
        }
    }

    /// What is assigned to. The parser has the same kinds a second time for it.
    pub(super) fn simple_target(&mut self, target: &ast::SimpleAssignTarget) -> Expr {
        use ast::SimpleAssignTarget as Target;
        let range = self.range(target.span());
        let kind = match target {
            Target::Ident(name) => ExprKind::Name(SmolStr::new(&*name.id.sym)),
            Target::Member(member) => self.member(member),
            Target::OptChain(chain) => return self.optional(chain),
            Target::Paren(inner) => return self.expr(&inner.expr),
            Target::TsAs(inner) => return self.expr(&inner.expr),
            Target::TsSatisfies(inner) => return self.expr(&inner.expr),
            Target::TsNonNull(inner) => return self.expr(&inner.expr),
            Target::TsTypeAssertion(inner) => return self.expr(&inner.expr),
            Target::TsInstantiation(inner) => return self.expr(&inner.expr),
            Target::SuperProp(_) => ExprKind::Opaque("a member of `super`"),
            _ => ExprKind::Opaque("an expression of an unknown kind"),
        };
        Expr { range, kind }
    }

    fn optional(&mut self, chain: &ast::OptChainExpr) -> Expr {
        let range = self.range(chain.span);
        let kind = match &*chain.base {
            ast::OptChainBase::Member(member) => self.member(member),
            ast::OptChainBase::Call(call) => {
                let callee = Box::new(self.expr(&call.callee));
                ExprKind::Call(callee, self.elements(&call.args))
            }
        };
        Expr { range, kind: ExprKind::Optional(Box::new(Expr { range, kind })) }
    }

    fn member(&mut self, member: &ast::MemberExpr) -> ExprKind {
        let object = Box::new(self.expr(&member.obj));
        match &member.prop {
            ast::MemberProp::Ident(name) => ExprKind::Member(object, SmolStr::new(&*name.sym)),
            ast::MemberProp::Computed(computed) => match &*computed.expr {
                ast::Expr::Lit(ast::Lit::Str(name)) => ExprKind::Member(object, string(name)),
                index => ExprKind::Index(object, Box::new(self.expr(index))),
            },
            ast::MemberProp::PrivateName(_) => ExprKind::Opaque("a private member"),
        }
    }

    fn call(&mut self, call: &ast::CallExpr) -> ExprKind {
        let required = |this: &mut Self| match &call.args[..] {
            [ast::ExprOrSpread { spread: None, expr }] => match &**expr {
                ast::Expr::Lit(ast::Lit::Str(specifier)) => {
                    Some(ExprKind::Require(this.specifier(string(specifier), specifier.span)))
                }
                _ => None,
            },
            _ => None,
        };
        match &call.callee {
            ast::Callee::Super(_) => ExprKind::Opaque("a call of `super`"),
            ast::Callee::Import(_) => {
                required(self).unwrap_or(ExprKind::Opaque("an import of a computed module"))
            }
            ast::Callee::Expr(callee) => {
                if matches!(&**callee, ast::Expr::Ident(name) if &*name.sym == "require")
                    && let Some(module) = required(self)
                {
                    return module;
                }
                ExprKind::Call(Box::new(self.expr(callee)), self.arguments(call))
            }
        }
    }

    /// Long chains of `a + b + c …` lean to the left: they are walked, not recursed into.
    fn binary(&mut self, binary: &ast::BinExpr) -> ExprKind {
        let mut chain = vec![binary];
        while let ast::Expr::Bin(left) = &*chain[chain.len() - 1].left {
            chain.push(left);
        }
        // It is as deep as it is long.
        let length = chain.len() as u32;
        if self.depth.saturating_add(length) > MAX_DEPTH {
            return ExprKind::Opaque("a chain of thousands of operators");
        }
        self.depth += length;
        let mut left = self.expr(&chain[chain.len() - 1].left);
        self.depth -= length;
        for node in chain.into_iter().rev() {
            let right = Box::new(self.expr(&node.right));
            let kind = ExprKind::Binary(binary_op(node.op), Box::new(left), right);
            left = Expr { range: self.range(node.span), kind };
        }
        left.kind
    }
}

fn lower_literal(literal: &ast::Lit) -> ExprKind {
    match literal {
        ast::Lit::Str(text) => ExprKind::String(string(text)),
        ast::Lit::Num(number) => ExprKind::Number(number.value),
        ast::Lit::BigInt(number) => ExprKind::BigInt(format_smolstr!("{}", number.value)),
        ast::Lit::Bool(flag) => ExprKind::Bool(flag.value),
        ast::Lit::Null(_) => ExprKind::Null,
        ast::Lit::Regex(regex) => pattern(regex),
        ast::Lit::JSXText(_) => ExprKind::Opaque("JSX"),
    }
}

fn binary_op(op: ast::BinaryOp) -> BinaryOp {
    match op {
        ast::BinaryOp::Add => BinaryOp::Add,
        ast::BinaryOp::Sub => BinaryOp::Subtract,
        ast::BinaryOp::Mul => BinaryOp::Multiply,
        ast::BinaryOp::Div => BinaryOp::Divide,
        ast::BinaryOp::Mod => BinaryOp::Remainder,
        ast::BinaryOp::Exp => BinaryOp::Power,
        ast::BinaryOp::EqEq => BinaryOp::Equal,
        ast::BinaryOp::NotEq => BinaryOp::NotEqual,
        ast::BinaryOp::EqEqEq => BinaryOp::StrictEqual,
        ast::BinaryOp::NotEqEq => BinaryOp::StrictNotEqual,
        ast::BinaryOp::Lt => BinaryOp::Less,
        ast::BinaryOp::LtEq => BinaryOp::LessEqual,
        ast::BinaryOp::Gt => BinaryOp::Greater,
        ast::BinaryOp::GtEq => BinaryOp::GreaterEqual,
        ast::BinaryOp::LogicalAnd => BinaryOp::And,
        ast::BinaryOp::LogicalOr => BinaryOp::Or,
        ast::BinaryOp::NullishCoalescing => BinaryOp::Coalesce,
        ast::BinaryOp::In => BinaryOp::In,
        _ => BinaryOp::Other,
    }
}

fn unary_op(op: ast::UnaryOp) -> UnaryOp {
    match op {
        ast::UnaryOp::Bang => UnaryOp::Not,
        ast::UnaryOp::Minus => UnaryOp::Minus,
        ast::UnaryOp::Plus => UnaryOp::Plus,
        ast::UnaryOp::TypeOf => UnaryOp::TypeOf,
        ast::UnaryOp::Void => UnaryOp::Void,
        ast::UnaryOp::Delete => UnaryOp::Delete,
        _ => UnaryOp::Other,
    }
}

fn assign_op(op: ast::AssignOp) -> Option<BinaryOp> {
    match op {
        ast::AssignOp::Assign => None,
        ast::AssignOp::AddAssign => Some(BinaryOp::Add),
        ast::AssignOp::SubAssign => Some(BinaryOp::Subtract),
        ast::AssignOp::AndAssign => Some(BinaryOp::And),
        ast::AssignOp::OrAssign => Some(BinaryOp::Or),
        ast::AssignOp::NullishAssign => Some(BinaryOp::Coalesce),
        _ => Some(BinaryOp::Other),
    }
}
