/**
 * Every pending changeset can be released: it names published packages and says what changed. `changeset status` tells
 * the same only beside a base branch, which not every clone has; CI asks it for one per pull request.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { publicPackages, root } from './workspace.ts'

const published = publicPackages().map(({ name }) => name)
const problems = globSync('.changeset/*.md', { cwd: root, exclude: ['**/README.md'] }).flatMap((file) =>
  [...check(readFileSync(join(root, file), 'utf8'))].map((problem) => `${file}: ${problem}`),
)
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1

function* check(text: string): Generator<string> {
  const [, header, summary = ''] = /^---\n(.*?)---\n(.*)$/s.exec(text) ?? []
  if (header === undefined) {
    yield 'has no header between two lines of `---`.'
    return
  }
  if (header.trim() !== '' && summary.trim() === '') yield 'says nothing of the change.'
  for (const line of header.split('\n').filter(Boolean)) {
    const [, name = ''] = /^'([^']+)': (?:major|minor|patch)$/.exec(line) ?? []
    if (!published.includes(name))
      yield `\`${line}\` is not \`'package': major, minor or patch\` of a published package.`
  }
}
