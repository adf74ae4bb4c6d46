/** Looks into built CommonJS modules for what changes exports after they were made. */
import ts from 'typescript'

/** What is wrong with a module, a line each. */
export function commonJsProblems(name: string, code: string): string[] {
  const source = ts.createSourceFile(name, code, ts.ScriptTarget.ESNext)
  const problems = isStrict(source) ? [] : [`${name}: is not strict.`]
  const visit = (node: ts.Node, inFunction: boolean): void => {
    if (inFunction && isAssignment(node) && isOfExports(node.left)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
      problems.push(`${name}:${line + 1}: assigns to \`${node.left.getText(source)}\` when it is called.`)
    }
    node.forEachChild((child) => visit(child, inFunction || ts.isFunctionLike(node) || ts.isClassLike(node)))
  }
  visit(source, false)
  return problems
}

function isStrict({ statements: [first] }: ts.SourceFile): boolean {
  return (
    first !== undefined &&
    ts.isExpressionStatement(first) &&
    ts.isStringLiteral(first.expression) &&
    first.expression.text === 'use strict'
  )
}

function isAssignment(node: ts.Node): node is ts.BinaryExpression {
  return (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    node.operatorToken.kind <= ts.SyntaxKind.LastAssignment
  )
}

/** `exports.x`, `exports['x']`, `module.exports`, `module.exports.x`. */
function isOfExports(target: ts.Expression): boolean {
  if (!ts.isPropertyAccessExpression(target) && !ts.isElementAccessExpression(target)) return false
  const { expression } = target
  if (ts.isIdentifier(expression) && expression.text === 'exports') return true
  const isModuleExports =
    ts.isPropertyAccessExpression(target) &&
    target.name.text === 'exports' &&
    ts.isIdentifier(expression) &&
    expression.text === 'module'
  return isModuleExports || isOfExports(expression)
}
