//! Exports in the manner of CommonJS.

use smol_str::SmolStr;
use swc_common::Spanned;
use swc_ecma_ast as ast;

use super::lower::Lowering;
use super::module::*;
use crate::source::Range;

impl Lowering<'_> {
    /// `module.exports = …`, `exports.name = …` and `module.exports.name = …`.
    pub(super) fn common_js_export(&mut self, expression: &ast::Expr) -> bool {
        let ast::Expr::Assign(assign) = expression else { return false };
        let ast::AssignTarget::Simple(ast::SimpleAssignTarget::Member(member)) = &assign.left else {
            return false;
        };
        let ast::MemberProp::Ident(property) = &member.prop else { return false };
        let is_module_exports = |object: &ast::Expr, property: &str| {
            property == "exports" && matches!(object, ast::Expr::Ident(name) if &*name.sym == "module")
        };
        let statement = self.range(assign.span);
        if is_module_exports(&member.obj, &property.sym) {
            let value = match &*assign.right {
                ast::Expr::Object(object) => self.common_js_object(object, statement),
                other => self.expr(other),
            };
            self.default_binding(value, statement);
            return true;
        }
        let on_exports = match &*member.obj {
            ast::Expr::Ident(name) => &*name.sym == "exports",
            ast::Expr::Member(inner) => match &inner.prop {
                ast::MemberProp::Ident(name) => is_module_exports(&inner.obj, &name.sym),
                _ => false,
            },
            _ => false,
        };
        if on_exports {
            self.common_js_name(&property.sym, &assign.right, statement);
        }
        on_exports
    }

    /// `module.exports = { users, posts: pgTable(…) }`: each member is an export, and the object is made
    /// of those, so that nothing is evaluated twice.
    fn common_js_object(&mut self, object: &ast::ObjectLit, statement: Range) -> Expr {
        let range = self.range(object.span);
        let mut properties = Vec::new();
        for property in &object.props {
            let ast::PropOrSpread::Prop(inner) = property else {
                properties.extend(self.object(std::slice::from_ref(property)));
                continue;
            };
            let key = match &**inner {
                ast::Prop::Shorthand(name) => {
                    self.export_local(&name.sym, &name.sym);
                    None
                }
                ast::Prop::KeyValue(pair) => match &pair.key {
                    ast::PropName::Ident(key) => {
                        let known = self.module.bindings.contains_key(&*key.sym);
                        self.common_js_name(&key.sym, &pair.value, statement);
                        let is_name = matches!(&*pair.value, ast::Expr::Ident(_));
                        (!known && !is_name).then(|| SmolStr::new(&*key.sym))
                    }
                    _ => None,
                },
                _ => None,
            };
            match key {
                Some(key) => {
                    let at = self.range(inner.span());
                    let value = Expr { range: at, kind: ExprKind::Name(key.clone()) };
                    properties.push(Property::Value(PropertyKey::Name(key), value, at));
                }
                None => properties.extend(self.object(std::slice::from_ref(property))),
            }
        }
        Expr { range, kind: ExprKind::Object(properties) }
    }

    fn common_js_name(&mut self, exported: &str, value: &ast::Expr, statement: Range) {
        if let ast::Expr::Ident(local) = value {
            self.export_local(exported, &local.sym);
            return;
        }
        let name = SmolStr::new(exported);
        let value = self.expr(value);
        let index = self.module.declarators.len();
        let pattern = Pattern::Name(name.clone(), value.range);
        self.module.declarators.push(Declarator { pattern, value: Some(value), annotation: None, statement });
        let binding = Binding { range: statement, kind: BindingKind::Declared(index) };
        self.module.bindings.entry(name.clone()).or_insert(binding);
        self.export_local(exported, exported);
    }
}
