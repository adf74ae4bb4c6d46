import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RULES, SMALL_BOUNDS } from './simulation/rules.ts'

const home = join(import.meta.dirname, '..')

const changes = [...RULES, { rule: 'none', without: 'large bounds', patches: SMALL_BOUNDS, covered: undefined }]

test.each(changes)('rule $rule can still be taken away: $without', ({ patches, covered }) => {
  for (const { file, find, replace } of [...patches, ...(covered?.patches ?? [])]) {
    // Otherwise nobody would know any more whether the simulation notices; write the change anew.
    const source = readFileSync(join(home, file), 'utf8')
    expect(source.split(find), file).toHaveLength(2)
    expect(replace).not.toBe(find)
    expect(() => stripTypeScriptTypes(source.replace(find, () => replace)), file).not.toThrow()
  }
})
