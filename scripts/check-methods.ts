/** Every method of `Cache` occurs in a running example of a page in `docs/`, so that a user finds it there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { findExamples } from './examples/extract.ts'
import { root } from './workspace.ts'

const source = 'packages/core/src/cache/cache.ts'
const methods = methodsOf('Cache', readFileSync(join(root, source), 'utf8'))
const code = findExamples([], ['docs/*.md']).map((example) => example.code)
const missing = methods.filter((method) => !code.some((text) => new RegExp(`\\.${method}\\b`).test(text)))

for (const method of missing) {
  console.error(`${source}: \`${method}\` is in no example of docs/. Show it on the page where a user looks for it.`)
}
console.log(`${methods.length} methods, ${missing.length} without an example`)
process.exitCode = missing.length === 0 && methods.length > 0 ? 0 : 1

function methodsOf(name: string, text: string): string[] {
  const file = ts.createSourceFile(source, text, ts.ScriptTarget.Latest)
  const type = file.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name)
  if (type === undefined || !ts.isInterfaceDeclaration(type)) throw new Error(`no interface \`${name}\` in ${source}`)
  return type.members.flatMap((member) =>
    ts.isMethodSignature(member) && ts.isIdentifier(member.name) ? [member.name.text] : [],
  )
}
