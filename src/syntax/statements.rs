//! Lowers statements, functions, patterns, classes, enums and namespaces.

use smol_str::{SmolStr, format_smolstr};
use std::sync::Arc;
use swc_common::Spanned;
use swc_ecma_ast as ast;

use super::lower::{Lowering, MAX_DEPTH, MORE_STACK, RED_ZONE, string};
use super::module::*;

impl Lowering<'_> {
    pub(super) fn block(&mut self, statements: &[ast::Stmt]) -> Vec<Statement> {
        statements
            .iter()
            .filter(|statement| !matches!(statement, ast::Stmt::Empty(_)))
            .map(|statement| self.statement(statement))
            .collect()
    }

    pub(super) fn statement(&mut self, statement: &ast::Stmt) -> Statement {
        if self.depth >= MAX_DEPTH {
            return Statement::Opaque("a statement that nests too deep", self.range(statement.span()));
        }
        self.depth += 1;
        let lowered = stacker::maybe_grow(RED_ZONE, MORE_STACK, || self.statement_here(statement));
        self.depth -= 1;
        lowered
    }

    fn statement_here(&mut self, statement: &ast::Stmt) -> Statement {
        let range = self.range(statement.span());
        match statement {
            ast::Stmt::Block(block) => Statement::Block(self.block(&block.stmts)),
            ast::Stmt::Empty(_) => Statement::Block(Vec::new()),
            ast::Stmt::Expr(expression) => Statement::Expr(self.expr(&expression.expr)),
            ast::Stmt::Return(result) => Statement::Return(result.arg.as_ref().map(|value| self.expr(value))),
            ast::Stmt::If(branch) => Statement::If(
                self.expr(&branch.test),
                Box::new(self.statement(&branch.cons)),
                branch.alt.as_ref().map(|alt| Box::new(self.statement(alt))),
            ),
            ast::Stmt::ForOf(repeat) if !repeat.is_await => {
                let pattern = self.for_head(&repeat.left);
                let values = self.expr(&repeat.right);
                Statement::ForOf(pattern, values, Box::new(self.statement(&repeat.body)))
            }
            ast::Stmt::ForIn(repeat) => {
                let pattern = self.for_head(&repeat.left);
                let values = self.expr(&repeat.right);
                Statement::ForIn(pattern, values, Box::new(self.statement(&repeat.body)))
            }
            ast::Stmt::For(repeat) => {
                let init = repeat.init.as_ref().map(|init| match init {
                    ast::VarDeclOrExpr::VarDecl(variables) => self.variables(variables),
                    ast::VarDeclOrExpr::Expr(expression) => Statement::Expr(self.expr(expression)),
                });
                let test = repeat.test.as_ref().map(|test| self.expr(test));
                let update = repeat.update.as_ref().map(|update| self.expr(update));
                let body = Box::new(self.statement(&repeat.body));
                Statement::For(init.map(Box::new), test, update, body)
            }
            ast::Stmt::While(repeat) => {
                let test = self.expr(&repeat.test);
                Statement::For(None, Some(test), None, Box::new(self.statement(&repeat.body)))
            }
            ast::Stmt::Switch(switch) => {
                let value = self.expr(&switch.discriminant);
                let cases = switch
                    .cases
                    .iter()
                    .map(|case| (case.test.as_ref().map(|test| self.expr(test)), self.block(&case.cons)));
                Statement::Switch(value, cases.collect())
            }
            ast::Stmt::DoWhile(repeat) => {
                let body = Box::new(self.statement(&repeat.body));
                Statement::DoWhile(body, self.expr(&repeat.test))
            }
            // A jump to the label is not followed, the statement itself is.
            ast::Stmt::Labeled(labeled) => self.statement(&labeled.body),
            ast::Stmt::Try(attempt) => {
                let block = self.block(&attempt.block.stmts);
                let handler = attempt.handler.as_ref().map(|handler| self.block(&handler.body.stmts));
                Statement::Try(block, handler.unwrap_or_default())
            }
            ast::Stmt::Throw(throw) => Statement::Throw(self.expr(&throw.arg)),
            ast::Stmt::Break(stop) if stop.label.is_none() => Statement::Break,
            ast::Stmt::Continue(skip) if skip.label.is_none() => Statement::Continue,
            ast::Stmt::Decl(declaration) => self.inner_declaration(declaration),
            _ => Statement::Opaque("a statement of an unusual kind", range),
        }
    }

    fn inner_declaration(&mut self, declaration: &ast::Decl) -> Statement {
        let range = self.range(declaration.span());
        let named = |name: &ast::Ident, value: Expr| {
            let pattern = Pattern::Name(SmolStr::new(&*name.sym), range);
            Statement::Declare(vec![Declarator {
                pattern,
                value: Some(value),
                annotation: None,
                statement: range,
            }])
        };
        match declaration {
            ast::Decl::Var(variables) => self.variables(variables),
            ast::Decl::Fn(function) => {
                Statement::Function(self.function(&function.function, Some(&function.ident.sym)))
            }
            ast::Decl::Class(class) => {
                let value = Expr { range, kind: self.class(&class.class) };
                named(&class.ident, value)
            }
            ast::Decl::TsEnum(declared) => {
                self.named.hide(&declared.id.sym);
                let value = self.enumeration(declared);
                named(&declared.id, value)
            }
            ast::Decl::TsTypeAlias(alias) => {
                self.named.hide(&alias.id.sym);
                Statement::Block(Vec::new())
            }
            ast::Decl::TsInterface(declared) => {
                self.named.hide(&declared.id.sym);
                Statement::Block(Vec::new())
            }
            _ => Statement::Block(Vec::new()),
        }
    }

    fn variables(&mut self, variables: &ast::VarDecl) -> Statement {
        let statement = self.range(variables.span);
        let declarators = variables.decls.iter().map(|declarator| Declarator {
            pattern: self.pattern(&declarator.name),
            value: declarator.init.as_ref().map(|init| self.expr(init)),
            annotation: None,
            statement,
        });
        Statement::Declare(declarators.collect())
    }

    fn for_head(&mut self, head: &ast::ForHead) -> Pattern {
        match head {
            ast::ForHead::VarDecl(variables) => match &variables.decls[..] {
                [declarator] => self.pattern(&declarator.name),
                _ => Pattern::Array(Vec::new(), None),
            },
            ast::ForHead::Pat(pattern) => self.pattern(pattern),
            ast::ForHead::UsingDecl(_) => Pattern::Array(Vec::new(), None),
        }
    }

    pub(super) fn function(&mut self, function: &ast::Function, name: Option<&str>) -> Arc<Function> {
        self.hide_parameters(function.type_params.as_deref());
        let params = function.params.iter().map(|param| self.pattern(&param.pat)).collect();
        let body = function.body.as_ref().map(|body| self.block(&body.stmts)).unwrap_or_default();
        Arc::new(Function {
            name: name.map(SmolStr::new),
            params,
            body: Body::Block(body),
            deferred: function.is_async || function.is_generator,
            arrow: false,
            range: self.range(function.span),
        })
    }

    fn hide_parameters(&mut self, parameters: Option<&ast::TsTypeParamDecl>) {
        let parameters = parameters.map(|of| of.params.as_slice()).unwrap_or_default();
        parameters.iter().for_each(|parameter| self.named.hide(&parameter.name.sym));
    }

    pub(super) fn arrow(&mut self, arrow: &ast::ArrowExpr) -> Arc<Function> {
        self.hide_parameters(arrow.type_params.as_deref());
        let params = arrow.params.iter().map(|param| self.pattern(param)).collect();
        let body = match &*arrow.body {
            ast::ArrowFunctionBody::FunctionBody(block) => Body::Block(self.block(&block.stmts)),
            ast::ArrowFunctionBody::Expr(value) => Body::Value(Box::new(self.expr(value))),
        };
        Arc::new(Function {
            name: None,
            params,
            body,
            deferred: arrow.is_async || arrow.is_generator,
            arrow: true,
            range: self.range(arrow.span),
        })
    }

    pub(super) fn pattern(&mut self, pattern: &ast::Pat) -> Pattern {
        if self.depth >= MAX_DEPTH {
            return Pattern::Array(Vec::new(), None);
        }
        self.depth += 1;
        let lowered = stacker::maybe_grow(RED_ZONE, MORE_STACK, || self.pattern_here(pattern));
        self.depth -= 1;
        lowered
    }

    fn pattern_here(&mut self, pattern: &ast::Pat) -> Pattern {
        match pattern {
            ast::Pat::Ident(name) => Pattern::Name(SmolStr::new(&*name.id.sym), self.range(name.id.span)),
            ast::Pat::Object(object) => self.object_pattern(object),
            ast::Pat::Array(array) => self.array_pattern(array),
            ast::Pat::Assign(assign) => {
                Pattern::Default(Box::new(self.pattern(&assign.left)), Box::new(self.expr(&assign.right)))
            }
            ast::Pat::Rest(rest) => Pattern::Rest(Box::new(self.pattern(&rest.arg))),
            ast::Pat::Expr(target) => Pattern::Target(Box::new(self.expr(target))),
            ast::Pat::Invalid(_) => Pattern::Array(Vec::new(), None),
        }
    }

    fn object_pattern(&mut self, object: &ast::ObjectPat) -> Pattern {
        let mut properties = Vec::with_capacity(object.props.len());
        let mut rest = None;
        for property in &object.props {
            match property {
                ast::ObjectPatProp::KeyValue(pair) => {
                    let key = self.property_key(&pair.key);
                    properties.push((key, self.pattern(&pair.value)));
                }
                ast::ObjectPatProp::Assign(assign) => {
                    let name = SmolStr::new(&*assign.key.sym);
                    let bound = Pattern::Name(name.clone(), self.range(assign.key.span));
                    let bound = match &assign.value {
                        Some(value) => Pattern::Default(Box::new(bound), Box::new(self.expr(value))),
                        None => bound,
                    };
                    properties.push((PropertyKey::Name(name), bound));
                }
                ast::ObjectPatProp::Rest(other) => rest = Some(Box::new(self.pattern(&other.arg))),
            }
        }
        Pattern::Object(properties, rest)
    }

    fn array_pattern(&mut self, array: &ast::ArrayPat) -> Pattern {
        let mut elements = Vec::with_capacity(array.elems.len());
        let mut rest = None;
        for element in &array.elems {
            match element {
                Some(ast::Pat::Rest(other)) => rest = Some(Box::new(self.pattern(&other.arg))),
                Some(element) => elements.push(Some(self.pattern(element))),
                None => elements.push(None),
            }
        }
        Pattern::Array(elements, rest)
    }

    pub(super) fn assign_target(&mut self, target: &ast::AssignTarget) -> Pattern {
        match target {
            ast::AssignTarget::Pat(ast::AssignTargetPat::Array(array)) => self.array_pattern(array),
            ast::AssignTarget::Pat(ast::AssignTargetPat::Object(object)) => self.object_pattern(object),
            ast::AssignTarget::Pat(ast::AssignTargetPat::Invalid(_)) => Pattern::Array(Vec::new(), None),
            ast::AssignTarget::Simple(simple) => {
                let value = self.simple_target(simple);
                Pattern::Target(Box::new(value))
            }
        }
    }

    pub(super) fn class(&mut self, class: &ast::Class) -> ExprKind {
        let parent = class.super_class.as_ref().map(|parent| self.expr(parent));
        let (mut statics, mut members, mut constructor) = (Vec::new(), Vec::new(), None);
        let mut setup = Vec::new();
        for member in &class.body {
            let range = self.range(member.span());
            match member {
                ast::ClassMember::Method(method) => {
                    let key = self.property_key(&method.key);
                    let function = self.function(&method.function, None);
                    let property = match method.kind {
                        ast::MethodKind::Method => {
                            let kind = ExprKind::Function(function);
                            Property::Value(key, Expr { range, kind }, range)
                        }
                        ast::MethodKind::Getter => Property::Getter(key, function, range),
                        ast::MethodKind::Setter => continue,
                    };
                    if method.is_static { statics.push(property) } else { members.push(property) }
                }
                ast::ClassMember::ClassProp(field) => {
                    let key = self.property_key(&field.key);
                    let Some(value) = field.value.as_ref().map(|value| self.expr(value)) else {
                        continue;
                    };
                    let property = Property::Value(key, value, range);
                    if field.is_static { statics.push(property) } else { members.push(property) }
                }
                ast::ClassMember::StaticBlock(block) => setup.extend(self.block(&block.body.stmts)),
                ast::ClassMember::Constructor(declared) => {
                    constructor = Some(Arc::new(self.constructor(declared)));
                }
                _ => {}
            }
        }
        ExprKind::Class(Arc::new(Class { parent, statics, members, setup, constructor }))
    }

    fn constructor(&mut self, declared: &ast::Constructor) -> Function {
        let mut assigned = Vec::new();
        let mut params = Vec::new();
        for param in &declared.params {
            match param {
                ast::ParamOrTsParamProp::Param(param) => params.push(self.pattern(&param.pat)),
                // `constructor(private readonly name: string)` also sets `this.name`.
                ast::ParamOrTsParamProp::TsParamProp(property) => {
                    let (pattern, name) = match &property.param {
                        ast::TsParamPropParam::Ident(name) => {
                            let range = self.range(name.id.span);
                            let sym = SmolStr::new(&*name.id.sym);
                            (Pattern::Name(sym.clone(), range), sym)
                        }
                        ast::TsParamPropParam::Assign(assign) => {
                            let pattern = Pattern::Default(
                                Box::new(self.pattern(&assign.left)),
                                Box::new(self.expr(&assign.right)),
                            );
                            let ast::Pat::Ident(name) = &*assign.left else { continue };
                            (pattern, SmolStr::new(&*name.id.sym))
                        }
                    };
                    params.push(pattern);
                    let range = self.range(property.span);
                    let at = |kind| Box::new(Expr { range, kind });
                    let this = at(ExprKind::Name(SmolStr::new_static("this")));
                    let target = Pattern::Target(at(ExprKind::Member(this, name.clone())));
                    let value = at(ExprKind::Name(name));
                    let kind = ExprKind::Assign(None, Box::new(target), value);
                    assigned.push(Statement::Expr(Expr { range, kind }));
                }
            }
        }
        if let Some(body) = &declared.body {
            assigned.extend(self.block(&body.stmts));
        }
        let range = self.range(declared.span);
        Function { name: None, params, body: Body::Block(assigned), deferred: false, arrow: false, range }
    }

    /// An `enum` is an object of its members; numbers also lead back to their names.
    pub(super) fn enumeration(&mut self, declared: &ast::TsEnumDecl) -> Expr {
        let mut properties = Vec::new();
        let mut next = Some(0.0);
        for member in &declared.members {
            let range = self.range(member.span);
            let name = match &member.id {
                ast::TsEnumMemberId::Ident(name) => SmolStr::new(&*name.sym),
                ast::TsEnumMemberId::Str(name) => string(name),
            };
            let value = match &member.init {
                Some(init) => self.expr(init),
                None => match next {
                    Some(number) => Expr { range, kind: ExprKind::Number(number) },
                    None => Expr { range, kind: ExprKind::Opaque("a computed enum member") },
                },
            };
            next = match &value.kind {
                ExprKind::Number(number) => {
                    let key = PropertyKey::Name(format_smolstr!("{number}"));
                    let back = Expr { range, kind: ExprKind::String(name.clone()) };
                    properties.push(Property::Value(key, back, range));
                    Some(number + 1.0)
                }
                _ => None,
            };
            properties.push(Property::Value(PropertyKey::Name(name), value, range));
        }
        Expr { range: self.range(declared.span), kind: ExprKind::Object(properties) }
    }

    /// A `namespace` is a function that is called at once and returns what it exports.
    pub(super) fn namespace(&mut self, declared: &ast::TsModuleDecl) -> Option<Expr> {
        let range = self.range(declared.span);
        let Some(ast::TsNamespaceBody::TsModuleBlock(block)) = &declared.body else { return None };
        let mut statements = Vec::new();
        let mut exported = Vec::new();
        for item in &block.body {
            match item {
                ast::ModuleItem::Stmt(statement) => statements.push(self.statement(statement)),
                ast::ModuleItem::ModuleDecl(ast::ModuleDecl::ExportDecl(export)) => {
                    let statement = self.inner_declaration(&export.decl);
                    match &statement {
                        Statement::Declare(declarators) => {
                            for declarator in declarators {
                                declarator.pattern.each_name(&mut |name, at| {
                                    exported.push((name.clone(), at));
                                });
                            }
                        }
                        Statement::Function(function) => {
                            exported.extend(function.name.clone().map(|name| (name, function.range)));
                        }
                        _ => {}
                    }
                    statements.push(statement);
                }
                ast::ModuleItem::ModuleDecl(_) => {}
            }
        }
        let properties = exported.into_iter().map(|(name, at)| {
            let value = Expr { range: at, kind: ExprKind::Name(name.clone()) };
            Property::Value(PropertyKey::Name(name), value, at)
        });
        let result = Expr { range, kind: ExprKind::Object(properties.collect()) };
        statements.push(Statement::Return(Some(result)));
        let function = Arc::new(Function {
            name: None,
            params: Vec::new(),
            body: Body::Block(statements),
            deferred: false,
            arrow: true,
            range,
        });
        let callee = Box::new(Expr { range, kind: ExprKind::Function(function) });
        Some(Expr { range, kind: ExprKind::Call(callee, Vec::new()) })
    }
}
