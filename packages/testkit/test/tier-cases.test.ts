import { type Tier, type TierContext, type TierStore, createEntry } from '@hotpath/contract'
import { isRememberedFailure } from '@hotpath/contract/values'
import { describe, expect, test } from 'vitest'
import { asyncTier, ConformanceError, tierCases } from '../src/index.ts'

interface Fault {
  readonly case: string
  readonly break: (store: TierStore, context: TierContext) => Partial<TierStore>
}

/** Ways to break a tier. Each must be noticed by the case that is about it. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'takes any write': {
    case: 'prefers the larger asOf of one epoch, whichever is written first',
    break: (store) => ({
      async set(key, entry) {
        await store.delete([key])
        await store.set(key, entry)
      },
    }),
  },
  'lets another epoch block': {
    case: 'lets an entry of another epoch never block a write',
    break: (store) => ({
      async set(key, entry) {
        if (((await store.get(key))?.asOf ?? 0) <= entry.asOf) await store.set(key, entry)
      },
    }),
  },
  'forgets the rule when it stores many': {
    case: 'applies the same rule to each of many',
    break: (store) => ({
      async setMany(entries) {
        await store.delete(entries.map(([key]) => key))
        await store.setMany(entries)
      },
    }),
  },
  'reads null as nothing': {
    case: 'keeps falsy values, which are values like any other (P9)',
    break: (store) => ({
      async get(key) {
        const entry = await store.get(key)
        return entry?.value === null ? undefined : entry
      },
    }),
  },
  'stores JSON': {
    case: 'keeps the type of each value, at any depth (P9)',
    break: (store) => ({
      set: (key, entry) =>
        store.set(key, createEntry({ ...entry, value: JSON.parse(JSON.stringify(String(entry.value))) })),
    }),
  },
  'takes a failure for a value': {
    case: 'keeps a remembered failure one, and takes no value for one',
    break: (store) => ({
      set: (key, entry) =>
        store.set(
          key,
          isRememberedFailure(entry.value) ? createEntry({ ...entry, value: { error: entry.value.error } }) : entry,
        ),
    }),
  },
  'drops duplicates of many': {
    case: 'answers many in the order of the keys, with duplicates and missing ones',
    break: (store) => ({ getMany: (keys) => store.getMany([...new Set(keys)]) }),
  },
  'turns Infinity to null': {
    case: 'keeps windows exactly, also those of many years and without end',
    break: (store) => ({
      set: (key, entry) => store.set(key, createEntry({ ...entry, freshMs: Math.min(entry.freshMs, 2 ** 53) })),
    }),
  },
  'forgets tags': {
    case: 'reads back each field of an entry',
    break: (store) => ({ set: (key, entry) => store.set(key, createEntry({ ...entry, tags: [] })) }),
  },
  'ignores case': {
    case: 'tells keys apart that differ in case, in spaces or in composition of their characters',
    break: (store) => ({
      setMany: (entries) => store.setMany(entries.map(([key, entry]) => [key.toLowerCase(), entry] as const)),
      getMany: (keys) => store.getMany(keys.map((key) => key.toLowerCase())),
    }),
  },
  'counts one too many in a purge': {
    case: 'purges what is dead, leaves the rest, and counts',
    break: (store) => ({ purge: async (options) => (await store.purge(options)) + 1 }),
  },
  'answers with a promise although it is sync': {
    case: 'answers at once with each method when it calls itself sync',
    break: () => ({ sync: true }),
  },
  'leaves a timer behind': {
    case: 'closes once, however often it is told to',
    break: (_, { clock }) => ({ close: () => void clock.after(1_000, () => {}) }),
  },
  'fails when it is closed twice': {
    case: 'closes once, however often it is told to',
    break: () => {
      let closed = false
      return {
        close() {
          if (closed) throw new ConformanceError('closed already')
          closed = true
        },
      }
    },
  },
  'hands the writer’s timeline to the reader': {
    case: 'tells each opener the age on his own timeline where it is shared',
    break: (store, context) => ({
      async get(key) {
        const entry = await store.get(key)
        return entry && createEntry({ ...entry, createdAt: entry.createdAt + (1_000_000 - context.elapsed()) })
      },
    }),
  },
  'leaks identity': {
    case: 'keeps a copy where it is shared, so that nobody can change what is stored',
    break: (store) => {
      const originals = new Map<string, unknown>()
      return {
        async set(key, entry) {
          originals.set(key, entry.value)
          await store.set(key, entry)
        },
        async get(key) {
          const entry = await store.get(key)
          return entry && createEntry({ ...entry, value: originals.get(key) })
        },
      }
    },
  },
}

describe('the suite for tiers notices a tier that', () => {
  for (const [name, fault] of Object.entries(FAULTS)) {
    test(name, async () => {
      const open = (): Tier => {
        const inner = asyncTier()
        return {
          ...inner,
          open(context) {
            const store = inner.open(context)
            return { ...store, ...fault.break(store, context) }
          },
        }
      }
      await expect(caseOf(fault.case, open)()).rejects.toThrow(ConformanceError)
    })
  }

  test('mixes names up', async () => {
    const open = (): Tier => {
      const inner = asyncTier()
      return { ...inner, open: (context) => inner.open({ ...context, name: 'one for all' }) }
    }
    await expect(caseOf('keeps names apart', open)()).rejects.toThrow('their key, read by us')
  })

  test('joins name and key so that two of them read alike', async () => {
    const open = (): Tier => {
      const inner = asyncTier()
      return {
        ...inner,
        open(context) {
          const store = inner.open({ ...context, name: 'one for all' })
          const prefix = `${context.name}:`
          return {
            ...store,
            get: (key) => store.get(prefix + key),
            set: (key, entry) => store.set(prefix + key, entry),
          }
        },
      }
    }
    await expect(caseOf('keeps names apart that, with a key, read alike', open)()).rejects.toThrow(ConformanceError)
  })
})

test('a tier is given back when its case is over, also when it failed', async () => {
  const closed: Tier[] = []
  const tier: Tier = {
    ...asyncTier(),
    open: () => {
      throw new Error('refused')
    },
  }
  const [first] = tierCases({ open: () => tier, close: (each) => void closed.push(each) })
  await expect(first?.run()).rejects.toThrow('refused')
  expect(closed).toEqual([tier])
})

test('the names of the cases are unique', () => {
  const names = tierCases({ open: () => asyncTier() }).map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})

function caseOf(name: string, open: () => Tier): () => Promise<void> {
  const found = tierCases({ open }).find((each) => each.name === name)
  if (found === undefined) throw new Error(`There is no case named: ${name}`)
  return found.run
}
