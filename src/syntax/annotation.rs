//! The one thing that is kept of types: the name of the type that a declaration says it has.

use smol_str::SmolStr;
use swc_ecma_ast as ast;

/// `const x: Name = …`, else what its value says.
pub(super) fn of(declarator: &ast::VarDeclarator) -> Option<SmolStr> {
    let written = match &declarator.name {
        ast::Pat::Ident(name) => name.type_ann.as_ref().and_then(|written| name_of(&written.type_ann)),
        _ => return None,
    };
    written.or_else(|| declarator.init.as_ref().and_then(|value| of_value(value)))
}

/// `{…} satisfies Name`, `{…} as Name`.
pub(super) fn of_value(value: &ast::Expr) -> Option<SmolStr> {
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

/// `Name`, `core.Name`, `Name<…>`, `Readonly<Name>`.
fn name_of(written: &ast::TsType) -> Option<SmolStr> {
    let ast::TsType::TsTypeRef(named) = written else { return None };
    let name = match &named.type_name {
        ast::TsEntityName::Ident(name) => &name.sym,
        ast::TsEntityName::TsQualifiedName(qualified) => &qualified.right.sym,
    };
    match (&**name, &named.type_params) {
        ("Readonly", Some(of)) => of.params.first().and_then(|inner| name_of(inner)),
        _ => Some(SmolStr::new(&**name)),
    }
}
