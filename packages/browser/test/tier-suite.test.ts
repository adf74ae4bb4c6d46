import { tierCases } from '@hotpath/testkit'
import { createFakeLifecycle, type FakeDatabase } from '@hotpath/web/testing'
import { createFakeClock } from '@hotpath/testkit'
import { describe, it } from 'vitest'
import { IndexedDbStore } from '../src/store/indexed-db-store.ts'
import { fakeDatabase } from './store.ts'

describe('a store over a fake database', () => {
  const clock = createFakeClock()
  const databases = new Map<string, FakeDatabase>()
  const open = () => {
    databases.clear()
    return {
      type: 'indexeddb',
      open(context: ConstructorParameters<typeof IndexedDbStore>[0]['context']) {
        const database = databases.get(context.name) ?? fakeDatabase(clock)
        databases.set(context.name, database)
        return new IndexedDbStore({
          database,
          context,
          maxBytes: 10_000_000,
          windowMs: 0,
          lifecycle: createFakeLifecycle(),
          isMemoryOnly: () => false,
          cipher: undefined,
          readHead: async () => ({ epoch: 'of another log', position: 0 }),
          closed: async () => {},
        })
      },
    }
  }
  for (const { name, run } of tierCases({ open })) it(name, run)
})
