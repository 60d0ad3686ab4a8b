//! The one thing that is kept of types: the name of the type that a declaration says it has.

use smol_str::SmolStr;
use swc_ecma_ast as ast;

use super::module::Annotation;

/// `const x: Name = …`, else what its value says.
pub(super) fn of(declarator: &ast::VarDeclarator) -> Option<Annotation> {
    let written = match &declarator.name {
        ast::Pat::Ident(name) => name.type_ann.as_ref().and_then(|written| name_of(&written.type_ann)),
        _ => return None,
    };
    written.or_else(|| declarator.init.as_ref().and_then(|value| of_value(value)))
}

/// `{…} satisfies Name`, `{…} as Name`.
pub(super) fn of_value(value: &ast::Expr) -> Option<Annotation> {
    let mut value = value;
    // Written one around the other: `{…} as const satisfies Name`.
    for _ in 0..8 {
        let (inner, written) = match value {
            ast::Expr::TsSatisfies(typed) => (&typed.expr, name_of(&typed.type_ann)),
            ast::Expr::TsAs(typed) => (&typed.expr, name_of(&typed.type_ann)),
            ast::Expr::TsConstAssertion(typed) => (&typed.expr, None),
            ast::Expr::Paren(inner) => (&inner.expr, None),
            _ => return None,
        };
        if written.is_some() {
            return written;
        }
        value = inner;
    }
    None
}

/// `Name`, `core.Name`, `Name<…>`, `Readonly<Name>`; `Name[]`, `Record<string, Name>`.
fn name_of(written: &ast::TsType) -> Option<Annotation> {
    let (mut written, mut several) = (written, false);
    // As above: nobody writes more of them.
    for _ in 0..8 {
        let named = match written {
            ast::TsType::TsTypeRef(named) => named,
            ast::TsType::TsArrayType(list) => {
                (written, several) = (&list.elem_type, true);
                continue;
            }
            ast::TsType::TsTypeOperator(operator) if operator.op == ast::TsTypeOperatorOp::ReadOnly => {
                written = &operator.type_ann;
                continue;
            }
            _ => return None,
        };
        let name = match &named.type_name {
            ast::TsEntityName::Ident(name) => &name.sym,
            ast::TsEntityName::TsQualifiedName(qualified) => &qualified.right.sym,
        };
        let params = named.type_params.as_ref().map(|of| of.params.as_slice()).unwrap_or_default();
        match (&**name, params) {
            ("Readonly", [inner]) => written = inner,
            ("Record", [_, inner]) | ("Array" | "ReadonlyArray", [inner]) => {
                (written, several) = (inner, true);
            }
            _ => return Some(Annotation { name: SmolStr::new(&**name), several }),
        }
    }
    None
}
