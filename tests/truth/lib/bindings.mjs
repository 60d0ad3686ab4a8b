// The names that a file binds at its top level, in source order: const, let, var, destructuring, namespaces.
import ts from 'typescript';

export function topLevelBindings(file, text) {
  const source = parse(file, text);
  const names = new Set();
  for (const statement of source.statements) {
    if (statement.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.DeclareKeyword)) continue;
    if (ts.isVariableStatement(statement)) for (const { name } of statement.declarationList.declarations) collect(name, names);
  }
  return [...names];
}

function collect(name, names) {
  if (ts.isIdentifier(name)) names.add(name.text);
  else for (const element of name.elements) if (!ts.isOmittedExpression(element)) collect(element.name, names);
}

/** The text with the value of every constant evaluated alone: one that throws leaves the others be. */
export function aloneStatements(file, text) {
  const source = parse(file, text);
  let out = text;
  for (const statement of source.statements.toReversed()) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations.toReversed()) {
      const value = text.slice(initializer.getStart(source), initializer.end);
      const call = `__alone(${JSON.stringify(file)}, ${JSON.stringify(name.text)}, () => (${value}))`;
      out = out.slice(0, initializer.getStart(source)) + call + out.slice(initializer.end);
    }
  }
  return out;
}

function parse(file, text) {
  const kind = /x$/.test(file) ? ts.ScriptKind.TSX : /\.[mc]?js$/.test(file) ? ts.ScriptKind.JS : ts.ScriptKind.TS;
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false, kind);
}
