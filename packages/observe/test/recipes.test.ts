import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile } from 'svelte/compiler'
import { expect, it } from 'vitest'

const page = readFileSync(join(import.meta.dirname, '../../../docs/frameworks.md'), 'utf8')
const components = [...page.matchAll(/```svelte\n(.*?)```/gs)].map(([, code = '']) => code)

// Its other programs are run, as those of all pages.
it('the Svelte component of the guide compiles without a warning', () => {
  expect(components).toHaveLength(1)
  for (const code of components) {
    for (const generate of ['client', 'server'] as const) {
      expect(compile(code, { generate, runes: true }).warnings).toEqual([])
    }
  }
})
