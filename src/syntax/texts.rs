//! Which texts a type allows: `$type<"post" | "user">()`. Of all that types say, only this limits what a column holds.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use swc_ecma_ast as ast;

use super::lower::{Lowering, string};
use super::module::{Element, Expr, ExprKind, Texts};

/// What types can name: declared at the top level of the file, by name. What is declared again further in is not looked up.
#[derive(Default)]
pub(super) struct Named<'t> {
    aliases: FxHashMap<&'t str, &'t ast::TsType>,
    /// `[…] as const`
    lists: FxHashSet<&'t str>,
    /// `{…} as const`, and enums of texts.
    objects: FxHashSet<&'t str>,
    hidden: FxHashSet<SmolStr>,
}

/// Nobody writes as many texts, or as many types around them.
const MOST: usize = 256;

impl<'t> Named<'t> {
    pub(super) fn of(program: &'t ast::Program) -> Self {
        let mut named = Self::default();
        match program {
            ast::Program::Script(script) => {
                script.body.iter().for_each(|statement| named.statement(statement))
            }
            ast::Program::Module(module) => module.body.iter().for_each(|item| match item {
                ast::ModuleItem::Stmt(statement) => named.statement(statement),
                ast::ModuleItem::ModuleDecl(ast::ModuleDecl::ExportDecl(export)) => {
                    named.declaration(&export.decl);
                }
                ast::ModuleItem::ModuleDecl(_) => {}
            }),
        }
        named
    }

    fn statement(&mut self, statement: &'t ast::Stmt) {
        if let ast::Stmt::Decl(declaration) = statement {
            self.declaration(declaration);
        }
    }

    fn declaration(&mut self, declaration: &'t ast::Decl) {
        match declaration {
            ast::Decl::TsTypeAlias(alias) if alias.type_params.is_none() => {
                self.aliases.insert(&alias.id.sym, &alias.type_ann);
            }
            ast::Decl::TsEnum(declared) => {
                let is_text = |member: &ast::TsEnumMember| {
                    matches!(member.init.as_deref(), Some(ast::Expr::Lit(ast::Lit::Str(_))))
                };
                if declared.members.iter().all(is_text) {
                    self.objects.insert(&declared.id.sym);
                }
            }
            ast::Decl::Var(variables) if variables.kind == ast::VarDeclKind::Const => {
                for variable in &variables.decls {
                    let ast::Pat::Ident(name) = &variable.name else { continue };
                    match variable.init.as_deref().map(constant) {
                        Some(Some(ast::Expr::Array(_))) => self.lists.insert(&name.id.sym),
                        Some(Some(ast::Expr::Object(_))) => self.objects.insert(&name.id.sym),
                        _ => continue,
                    };
                }
            }
            _ => {}
        }
    }

    /// Another type of that name, or a parameter, stands further in.
    pub(super) fn hide(&mut self, name: &str) {
        self.hidden.insert(SmolStr::new(name));
    }

    /// The texts of a type; `None` where any text will do.
    fn texts(&self, written: &ast::TsType) -> Option<Texts> {
        let (mut open, mut texts, mut value, mut entered) =
            (vec![written], Vec::new(), None, FxHashSet::default());
        let mut steps = 0;
        while let Some(written) = open.pop() {
            steps += 1;
            if steps > MOST {
                return Some(Texts::Unread);
            }
            match written {
                ast::TsType::TsParenthesizedType(inner) => open.push(&inner.type_ann),
                ast::TsType::TsUnionOrIntersectionType(ast::TsUnionOrIntersectionType::TsUnionType(
                    union,
                )) if union.types.len() <= MOST => {
                    open.extend(union.types.iter().rev().map(|part| &**part));
                }
                ast::TsType::TsLitType(literal) => match &literal.lit {
                    ast::TsLit::Str(text) => texts.push(string(text)),
                    _ => return Some(Texts::Unread),
                },
                ast::TsType::TsKeywordType(keyword) => match keyword.kind {
                    ast::TsKeywordTypeKind::TsNullKeyword | ast::TsKeywordTypeKind::TsUndefinedKeyword => {}
                    // And whatever else there may be in the union.
                    ast::TsKeywordTypeKind::TsStringKeyword
                    | ast::TsKeywordTypeKind::TsAnyKeyword
                    | ast::TsKeywordTypeKind::TsUnknownKeyword => return None,
                    _ => return Some(Texts::Unread),
                },
                ast::TsType::TsTypeRef(named) => {
                    let name = name_of(named).filter(|name| !self.hidden.contains(*name));
                    match (name, name.and_then(|name| self.aliases.get(name))) {
                        (Some(name), Some(alias)) if entered.insert(name) => open.push(alias),
                        (Some(_), Some(_)) => {}
                        (Some(name), None) if self.objects.contains(name) && value.is_none() => {
                            value = Some(name)
                        }
                        _ => return Some(Texts::Unread),
                    }
                }
                ast::TsType::TsIndexedAccessType(access) if value.is_none() => match self.values_of(access) {
                    Some(name) => value = Some(name),
                    None => return Some(Texts::Unread),
                },
                _ => return Some(Texts::Unread),
            }
        }
        Some(match value {
            None => Texts::Listed(texts),
            Some(name) if texts.is_empty() => Texts::Of(SmolStr::new(name)),
            Some(_) => Texts::Unread,
        })
    }

    /// `(typeof KINDS)[number]`, `(typeof KINDS)[keyof typeof KINDS]`: all values of a constant of this file. To look at another
    /// one for it would be to load that.
    fn values_of<'a>(&self, access: &'a ast::TsIndexedAccessType) -> Option<&'a str> {
        let name = queried(&access.obj_type)?;
        let all = match &*access.index_type {
            ast::TsType::TsKeywordType(keyword)
                if keyword.kind == ast::TsKeywordTypeKind::TsNumberKeyword =>
            {
                &self.lists
            }
            ast::TsType::TsTypeOperator(operator)
                if operator.op == ast::TsTypeOperatorOp::KeyOf
                    && queried(&operator.type_ann) == Some(name) =>
            {
                &self.objects
            }
            _ => return None,
        };
        all.contains(name).then_some(name)
    }
}

impl Lowering<'_> {
    /// The arguments of a call. What a type says stands in the place of those that `$type()` does not have.
    pub(super) fn arguments(&mut self, call: &ast::CallExpr) -> Vec<Element> {
        match typed(call).and_then(|written| Some((written, self.named.texts(written)?))) {
            Some((written, texts)) => {
                let range = self.range(swc_common::Spanned::span(written));
                vec![Element::Value(Expr { range, kind: ExprKind::Texts(texts) })]
            }
            None => self.elements(&call.args),
        }
    }
}

/// What stands before `as const`, also behind `satisfies`.
fn constant(value: &ast::Expr) -> Option<&ast::Expr> {
    match value {
        ast::Expr::TsConstAssertion(constant) => Some(&constant.expr),
        ast::Expr::TsSatisfies(typed) => match &*typed.expr {
            ast::Expr::TsConstAssertion(constant) => Some(&constant.expr),
            _ => None,
        },
        _ => None,
    }
}

/// The name of `typeof NAME`.
fn queried(written: &ast::TsType) -> Option<&str> {
    let mut written = written;
    while let ast::TsType::TsParenthesizedType(inner) = written {
        written = &inner.type_ann;
    }
    let ast::TsType::TsTypeQuery(query) = written else { return None };
    match &query.expr_name {
        ast::TsTypeQueryExpr::TsEntityName(ast::TsEntityName::Ident(name)) => Some(&name.sym),
        _ => None,
    }
}

/// The type of `….$type<…>()`.
fn typed(call: &ast::CallExpr) -> Option<&ast::TsType> {
    let ast::Callee::Expr(callee) = &call.callee else { return None };
    let ast::Expr::Member(member) = &**callee else { return None };
    let is_typed = call.args.is_empty() && member.prop.as_ident().is_some_and(|name| &*name.sym == "$type");
    match &*call.type_args.as_ref().filter(|_| is_typed)?.params {
        [written] => Some(written),
        _ => None,
    }
}

fn name_of(named: &ast::TsTypeRef) -> Option<&str> {
    match &named.type_name {
        ast::TsEntityName::Ident(name) if named.type_params.is_none() => Some(&name.sym),
        _ => None,
    }
}
