//! Which top-level names a statement changes after their declaration.

use smol_str::SmolStr;
use swc_ecma_ast as ast;

/// The names at the root of what a statement assigns to, or calls a method of.
pub(super) fn changed_roots(statement: &ast::Stmt, roots: &mut Vec<SmolStr>) {
    match statement {
        ast::Stmt::Expr(expression) => changed_root(&expression.expr, roots),
        ast::Stmt::Block(block) => {
            block.stmts.iter().for_each(|inner| changed_roots(inner, roots));
        }
        ast::Stmt::If(branch) => {
            changed_roots(&branch.cons, roots);
            branch.alt.iter().for_each(|alt| changed_roots(alt, roots));
        }
        ast::Stmt::For(repeat) => changed_roots(&repeat.body, roots),
        ast::Stmt::ForIn(repeat) => changed_roots(&repeat.body, roots),
        ast::Stmt::ForOf(repeat) => changed_roots(&repeat.body, roots),
        ast::Stmt::While(repeat) => changed_roots(&repeat.body, roots),
        ast::Stmt::Try(attempt) => {
            attempt.block.stmts.iter().for_each(|inner| changed_roots(inner, roots));
        }
        _ => {}
    }
}

fn changed_root(expression: &ast::Expr, roots: &mut Vec<SmolStr>) {
    match expression {
        ast::Expr::Assign(assign) => match &assign.left {
            ast::AssignTarget::Simple(ast::SimpleAssignTarget::Ident(name)) => {
                roots.push(SmolStr::new(&*name.sym));
            }
            ast::AssignTarget::Simple(ast::SimpleAssignTarget::Member(member)) => {
                roots.extend(root_of(&member.obj));
            }
            _ => {}
        },
        ast::Expr::Call(call) => {
            let ast::Callee::Expr(callee) = &call.callee else { return };
            let ast::Expr::Member(member) = &**callee else { return };
            roots.extend(root_of(&member.obj).filter(|name| name != "Object"));
            // Object.assign(target, …)
            if let Some(first) = call.args.first() {
                roots.extend(root_of(&first.expr));
            }
            // list.forEach((item) => { target[item] = … })
            for argument in &call.args {
                let ast::Expr::Arrow(arrow) = &*argument.expr else { continue };
                match &*arrow.body {
                    ast::ArrowFunctionBody::FunctionBody(block) => {
                        block.stmts.iter().for_each(|inner| changed_roots(inner, roots));
                    }
                    ast::ArrowFunctionBody::Expr(inner) => changed_root(inner, roots),
                }
            }
        }
        ast::Expr::Paren(inner) => changed_root(&inner.expr, roots),
        _ => {}
    }
}

fn root_of(mut expression: &ast::Expr) -> Option<SmolStr> {
    loop {
        match expression {
            ast::Expr::Ident(name) => return Some(SmolStr::new(&*name.sym)),
            ast::Expr::Member(member) => expression = &member.obj,
            ast::Expr::Paren(inner) => expression = &inner.expr,
            ast::Expr::TsAs(inner) => expression = &inner.expr,
            ast::Expr::TsNonNull(inner) => expression = &inner.expr,
            _ => return None,
        }
    }
}
