import { expect, test } from 'vitest'
import { storageName, storagePrefix } from '../src/database/names.ts'

const owner = { name: 'shop', scope: 'ann@example.org', schema: 3 }

test('a database is named by cache, scope and schema, and shows nothing of the scope', () => {
  expect(storageName(owner)).toMatch(/^hotpath:shop:[0-9a-f]{16}:3\.1$/)
  const names = [owner, { ...owner, schema: 4 }, { ...owner, scope: 'bob' }, { ...owner, name: 'shop2' }].map(
    storageName,
  )
  expect(new Set(names).size).toBe(4)
})

test('the databases of all schemas of a scope have one prefix, and those of other scopes and caches have not', () => {
  expect(storageName(owner).startsWith(storagePrefix(owner))).toBe(true)
  expect(storageName({ ...owner, name: 'shop2' }).startsWith(storagePrefix(owner))).toBe(false)
  expect(storageName({ ...owner, scope: 'ann' }).startsWith(storagePrefix(owner))).toBe(false)
})
