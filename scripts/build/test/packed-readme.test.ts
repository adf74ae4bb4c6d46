import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { publicPackages, root } from '../../workspace.ts'
import { packedReadme } from '../packed-readme.ts'

const README = 'See [SQL](../../docs/sql.md#size), [`pg`](https://node-postgres.com), [above](#use) and ![a](a.png).'

test('a relative link becomes the address of the page in the repository', () => {
  expect(packedReadme(README, 'https://git.example/me/it.git', 'packages/sql')).toBe(
    'See [SQL](https://git.example/me/it/blob/main/docs/sql.md#size), [`pg`](https://node-postgres.com), [above](#use) and ![a](a.png).',
  )
})

test('while the repository has no address it becomes plain text', () => {
  expect(packedReadme(README, undefined, 'packages/sql')).toBe(
    'See SQL, [`pg`](https://node-postgres.com), [above](#use) and ![a](a.png).',
  )
})

test.for(publicPackages())('$name has no link in its packed README that leads nowhere', ({ dir }) => {
  const packed = packedReadme(readFileSync(join(dir, 'README.md'), 'utf8'), undefined, 'packages/it')
  expect(packed).not.toMatch(/\]\((?!https?:|#)/)
})

test.for(publicPackages())('$name is packed with it', ({ manifest }) => {
  const { scripts } = manifest as typeof manifest & { readonly scripts: Readonly<Record<string, string>> }
  expect(scripts).toMatchObject({
    prepack: 'node ../../scripts/build/packed-readme.ts',
    postpack: 'node ../../scripts/build/packed-readme.ts --put-back',
  })
})

test('packing leaves the README of the repository as it was', { timeout: 60_000 }, () => {
  const place = mkdtempSync(join(tmpdir(), 'packed-'))
  try {
    const dir = join(root, 'packages/sql')
    const own = readFileSync(join(dir, 'README.md'), 'utf8')
    const tarball = join(place, 'sql.tgz')
    execFileSync('pnpm', ['pack', '--out', tarball], { cwd: dir, stdio: 'ignore' })
    const packed = execFileSync('tar', ['-xzOf', tarball, 'package/README.md'], { encoding: 'utf8' })
    expect(own).toContain('](../../docs/sql.md)')
    expect(packed).not.toContain('](../../')
    expect(readFileSync(join(dir, 'README.md'), 'utf8')).toBe(own)
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
})
