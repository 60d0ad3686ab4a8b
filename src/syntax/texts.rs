//! Which texts a type allows: `$type<"post" | "user">()`. Of all that types say, only this limits what a column holds.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use swc_ecma_ast as ast;

use super::lower::{Lowering, string};
use super::module::{BindingKind, Element, Expr, ExprKind};

/// The aliases of a file, by name.
pub(super) type Aliases<'t> = FxHashMap<&'t str, &'t ast::TsType>;

/// Nobody writes as many texts; aliases that lead back to themselves end here, too.
const MOST: usize = 4_096;

/// The aliases that a program declares at its top level.
pub(super) fn aliases(program: &ast::Program) -> Aliases<'_> {
    fn in_statement(statement: &ast::Stmt) -> Option<&ast::Decl> {
        if let ast::Stmt::Decl(declaration) = statement { Some(declaration) } else { None }
    }
    let declarations: Vec<&ast::Decl> = match program {
        ast::Program::Script(script) => script.body.iter().filter_map(in_statement).collect(),
        ast::Program::Module(module) => {
            let items = module.body.iter().filter_map(|item| match item {
                ast::ModuleItem::Stmt(statement) => in_statement(statement),
                ast::ModuleItem::ModuleDecl(ast::ModuleDecl::ExportDecl(export)) => Some(&export.decl),
                ast::ModuleItem::ModuleDecl(_) => None,
            });
            items.collect()
        }
    };
    let plain = declarations.into_iter().filter_map(|declaration| match declaration {
        ast::Decl::TsTypeAlias(alias) if alias.type_params.is_none() => Some(&**alias),
        _ => None,
    });
    plain.map(|alias| (&*alias.id.sym, &*alias.type_ann)).collect()
}

impl Lowering<'_> {
    /// The arguments of a call. What a type says stands in the place of those that `$type()` does not have: a list of texts, or a
    /// value of the file that holds them.
    pub(super) fn arguments(&mut self, call: &ast::CallExpr) -> Vec<Element> {
        match typed(call) {
            Some(written) => vec![Element::Value(self.texts(written))],
            None => self.elements(&call.args),
        }
    }

    fn texts(&self, written: &ast::TsType) -> Expr {
        let range = self.range(swc_common::Spanned::span(written));
        let kind =
            self.texts_of(written).unwrap_or(ExprKind::Opaque("a type that is not a list of texts here"));
        Expr { range, kind }
    }

    fn texts_of(&self, written: &ast::TsType) -> Option<ExprKind> {
        let (mut open, mut texts, mut steps) = (vec![written], Vec::new(), 0);
        while let Some(written) = open.pop() {
            steps += 1;
            match written {
                _ if steps > MOST => return None,
                ast::TsType::TsParenthesizedType(inner) => open.push(&inner.type_ann),
                ast::TsType::TsUnionOrIntersectionType(ast::TsUnionOrIntersectionType::TsUnionType(
                    union,
                )) => {
                    open.extend(union.types.iter().rev().map(|part| &**part));
                }
                ast::TsType::TsLitType(literal) => {
                    let ast::TsLit::Str(text) = &literal.lit else { return None };
                    let kind = ExprKind::String(string(text));
                    texts.push(Element::Value(Expr { range: self.range(text.span), kind }));
                }
                ast::TsType::TsKeywordType(keyword)
                    if matches!(
                        keyword.kind,
                        ast::TsKeywordTypeKind::TsNullKeyword | ast::TsKeywordTypeKind::TsUndefinedKeyword
                    ) => {}
                ast::TsType::TsTypeRef(named) => open.push(self.aliases.get(name_of(named)?)?),
                // `(typeof KINDS)[number]`
                ast::TsType::TsIndexedAccessType(access) if texts.is_empty() && open.is_empty() => {
                    return Some(ExprKind::Name(self.own_value(&access.obj_type)?));
                }
                _ => return None,
            }
        }
        Some(ExprKind::Array(texts))
    }

    /// The name of `typeof NAME`, when it is one of the file: to look at another file for it would be to load that.
    fn own_value(&self, written: &ast::TsType) -> Option<SmolStr> {
        let mut written = written;
        while let ast::TsType::TsParenthesizedType(inner) = written {
            written = &inner.type_ann;
        }
        let ast::TsType::TsTypeQuery(query) = written else { return None };
        let ast::TsTypeQueryExpr::TsEntityName(ast::TsEntityName::Ident(name)) = &query.expr_name else {
            return None;
        };
        let binding = self.module.bindings.get(&*name.sym)?;
        (!matches!(binding.kind, BindingKind::Import { .. })).then(|| SmolStr::new(&*name.sym))
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
