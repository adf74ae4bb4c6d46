/** Who leaves while he waits is let go of, also where the line never moves: seen by the garbage collector. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { flush } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import { batch, limit } from '../src/index.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

const LEAVERS = 1_000
/** So many may be kept until it is worth to sweep. */
const UNSWEPT = 300

async function held(references: readonly WeakRef<object>[]): Promise<number> {
  for (let round = 0; round < 5; round++) {
    await new Promise((resolve) => void setImmediate(resolve))
    gc()
  }
  return references.filter((reference) => reference.deref() !== undefined).length
}

/** Calls with a signal, and leaves. Answers what its reason was. */
async function leave(call: (signal: AbortSignal) => Promise<unknown>): Promise<WeakRef<object>> {
  const controller = new AbortController()
  const left = call(controller.signal).then(undefined, () => {})
  const reason = new Error('left')
  controller.abort(reason)
  await left
  return new WeakRef(reason)
}

test('by a limit whose place is never given back', async () => {
  const hang = limit(() => new Promise<never>(() => {}), { concurrency: 1 })
  void hang()
  void hang()
  const reasons: WeakRef<object>[] = []
  for (let leaver = 0; leaver < LEAVERS; leaver++) reasons.push(await leave((signal) => hang.with({ signal })()))
  expect(hang.waiting).toBe(1)
  expect(await held(reasons)).toBeLessThan(UNSWEPT)
})

test('by a limit, and those who stay have their turn in order', async () => {
  const order: number[] = []
  const turns: (() => void)[] = []
  const fn = limit(
    (id: number) => {
      order.push(id)
      return new Promise<void>((resolve) => void turns.push(resolve))
    },
    { concurrency: 1 },
  )
  const calls = [fn(0)]
  for (let id = 1; id <= 500; id++) {
    if (id % 100 === 0) calls.push(fn(id))
    else await leave((signal) => fn.with({ signal })(id))
  }
  for (const [turn, call] of calls.entries()) {
    turns[turn]?.()
    await call
    await flush()
  }
  expect(order).toEqual([0, 100, 200, 300, 400, 500])
  expect([fn.running, fn.waiting]).toEqual([0, 0])
})

test('by a batch whose place is never given back', async () => {
  const keys: WeakRef<object>[] = []
  const sent: number[][] = []
  let answer: (rows: number[]) => void = () => {}
  const rows = batch(
    (asked: readonly { readonly id: number }[]) => {
      sent.push(asked.map(({ id }) => id))
      return new Promise<readonly number[]>((resolve) => void (answer = resolve))
    },
    { key: ({ id }) => id, concurrency: 1, timeout: false },
  )
  const load = (id: number, signal?: AbortSignal): Promise<number> => {
    const key = { id }
    keys.push(new WeakRef(key))
    return rows.load(key, { signal })
  }
  const first = rows.load({ id: 0 }, { priority: 'critical' })
  await Promise.resolve()
  const stays = rows.load({ id: -1 })
  for (let leaver = 1; leaver <= LEAVERS; leaver++) await leave((signal) => load(leaver, signal))
  expect(await held(keys)).toBeLessThan(UNSWEPT)
  answer([0])
  await first
  await new Promise((resolve) => void setImmediate(resolve))
  answer([1])
  expect(await stays).toBe(1)
  expect(sent).toEqual([[0], [-1]])
})
