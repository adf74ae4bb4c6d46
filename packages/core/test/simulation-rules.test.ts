import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RULES, SMALL_BOUNDS } from './simulation/rules.ts'

const home = join(import.meta.dirname, '..')

const changes = [...RULES, { rule: 'none', without: 'large bounds', patches: SMALL_BOUNDS, covered: undefined }]

test.each(changes)('rule $rule can still be taken away: $without', ({ patches, covered }) => {
  for (const { file, find, replace } of [...patches, ...(covered?.patches ?? [])]) {
    // Otherwise nobody would know any more whether the simulation notices; write the change anew.
    expect(readFileSync(join(home, file), 'utf8').split(find), file).toHaveLength(2)
    expect(replace).not.toBe(find)
  }
})
