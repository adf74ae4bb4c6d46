import { flush } from '@hotpath/testkit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Layers } from '../src/layers/layers.ts'
import { observe } from '../src/index.ts'
import { optimistic } from '../src/mutation/index.ts'
import { make } from './make.ts'

/** What mutations change: each adds its name. */
type Names = readonly string[]

/** All orders of a list. */
function ordersOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, index) => ordersOf(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))
}

const FOUR = ['a', 'b', 'c', 'd'] as const
const orders = ordersOf(FOUR)

/** A name once, wherever the value has it already. */
function withName(names: Names, name: string): Names {
  return names.includes(name) ? names : [...names, name]
}

it('there are 24 orders of four', () => {
  expect(new Set(orders.map((order) => order.join(''))).size).toBe(24)
})

describe.each(orders.map((order) => [order.join(' '), order] as const))('four changes that end as %s', (_, order) => {
  it('show those that the server has or may have, whichever fail, and whatever is loaded between', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 4, maxLength: 4, max: 1 }),
        fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
        fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
        (succeeds, loads, isSlow) => {
          // Time of the server: each of its changes is one step.
          let now = 0
          const server: { readonly name: string; readonly at: number }[] = []
          const namesAt = (at: number): Names => server.filter((change) => change.at <= at).map(({ name }) => name)
          const layers = new Layers<Names, number>(() => expect.unreachable())
          let base: Names = []
          const load = (at: number): void => {
            base = namesAt(at)
            layers.loaded((settledAt) => at >= settledAt)
          }
          const added = new Map(FOUR.map((name) => [name, layers.add(withName, name)]))
          const pending = new Set<string>(FOUR)
          const dropped = new Set<string>()
          order.forEach((name, index) => {
            const before = now
            if (loads[index] === true) load(now)
            const layer = added.get(name) as NonNullable<ReturnType<typeof added.get>>
            pending.delete(name)
            if (succeeds[FOUR.indexOf(name)] === 1) {
              server.push({ name, at: ++now })
              layers.settle(layer, now)
            } else {
              dropped.add(name)
              layers.drop(layer)
            }
            // A load that began before the change ended, and arrives after it.
            if (isSlow[index] === true) load(before)
            const shown = layers.apply(base)
            const known = new Set([...namesAt(now), ...pending])
            expect(new Set(shown)).toEqual(known)
            expect(shown.length).toBe(known.size)
            expect(shown.some((one) => dropped.has(one))).toBe(false)
          })
          load(now)
          expect([layers.size, layers.apply(base)]).toEqual([0, namesAt(now)])
        },
      ),
      { numRuns: 40, seed: 42 },
    )
  })

  it('show the last one that was made and has not failed, when all change the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4, max: 1 }), (succeeds) => {
        const layers = new Layers<string, number>(() => expect.unreachable())
        const added = new Map(FOUR.map((name) => [name, layers.add((_value: string, input: string) => input, name)]))
        const alive = new Set<string>(FOUR)
        for (const name of order) {
          const layer = added.get(name) as NonNullable<ReturnType<typeof added.get>>
          if (succeeds[FOUR.indexOf(name)] === 1) layers.settle(layer, 1)
          else {
            layers.drop(layer)
            alive.delete(name)
          }
          // Nothing was loaded since.
          layers.loaded((settledAt) => settledAt < 1)
          expect(layers.apply('base')).toBe(FOUR.findLast((one) => alive.has(one)) ?? 'base')
        }
      }),
      { numRuns: 16, seed: 42 },
    )
  })

  it('come to what the server has, in a cache that is read meanwhile', async () => {
    const { cache } = make()
    const server: string[] = []
    const names = observe<Names>(cache, 'names', async () => [...server])
    const stop = names.subscribe(() => {})
    await flush()
    const added = new Map(
      FOUR.map((name) => [name, optimistic<Names>(cache, 'names', (before) => withName(before, name))]),
    )
    const pending = new Set<string>(FOUR)
    for (const [index, name] of order.entries()) {
      const layer = added.get(name)
      const refetched = index % 2 === 0 ? names.refetch() : undefined
      pending.delete(name)
      if (name !== 'b') {
        server.push(name)
        await layer?.settle()
      } else await layer?.drop()
      expect(new Set(names.snapshot().data)).toEqual(new Set([...server, ...pending]))
      await refetched
      await flush()
      expect(names.snapshot().data).toEqual([...server, ...FOUR.filter((one) => pending.has(one))])
    }
    expect([names.snapshot().data, cache.peek('names')]).toEqual([server, server])
    stop()
    await cache.close()
  })
})
