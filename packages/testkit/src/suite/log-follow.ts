import type { Invalidation, Scope } from '@hotpath/contract'
import { deferred } from '../deferred.ts'
import { check, checkSame } from './check.ts'
import { type LogCase, checkChain, createRecorder, ofKey } from './log-bench.ts'

/** Following, and the seam between a snapshot and the records after it. */
export const LOG_FOLLOW: readonly LogCase[] = [
  {
    name: 'delivers every record after the point it names, each linked to the one before',
    async run({ log }) {
      await log.append([ofKey('before')])
      const recorder = createRecorder()
      const { from } = await log.follow(recorder)
      const head = await log.head()
      checkSame({ ...from }, { epoch: head.epoch, position: head.position }, 'from')
      const expected = []
      for (const size of [1, 3, 1, 2]) {
        const batch = Array.from({ length: size }, (_, index) => ofKey(`${size}:${index}`))
        expected.push(...batch)
        await recorder.until(await log.append(batch))
      }
      checkChain(recorder.records, from, expected)
      checkSame(recorder.interruptions.length, 0, 'interruptions')
    },
  },
  {
    name: 'delivers to each follower from his own point on',
    async run({ log }) {
      const [early, late] = [createRecorder(), createRecorder()]
      const first = await log.follow(early)
      await early.until(await log.append([ofKey('a')]))
      const second = await log.follow(late)
      const mark = await log.append([ofKey('b')])
      await Promise.all([early.until(mark), late.until(mark)])
      checkChain(early.records, first.from, [ofKey('a'), ofKey('b')])
      checkChain(late.records, second.from, [ofKey('b')])
    },
  },
  {
    name: 'loses no record between following and the snapshot',
    async run({ log }) {
      const keys = ['before', 'between', 'after']
      const marks = [await log.append([ofKey('before')])]
      const recorder = createRecorder()
      await log.follow(recorder)
      marks.push(await log.append([ofKey('between')]))
      const snapshot = await log.snapshot()
      const last = await log.append([ofKey('after')])
      marks.push(last)
      await recorder.until(last)
      for (const record of recorder.records) snapshot.positions.raise(record)
      for (const [index, key] of keys.entries()) {
        const position = marks[index]?.position ?? Number.NaN
        check(
          snapshot.positions.hardAt(key, []) >= position,
          `The record of \`${key}\` must be in the snapshot or be delivered.`,
        )
      }
    },
  },
  {
    name: 'has all records up to its mark in a snapshot',
    async run({ log }) {
      const marks = []
      for (const key of ['a', 'b', 'c']) marks.push({ key, ...(await log.append([ofKey(key)])) })
      const { positions } = await log.snapshot()
      for (const { key, position } of marks) checkSame(positions.hardAt(key, []), position, `position of \`${key}\``)
    },
  },
  {
    name: 'hands on for how long a record is soft, and keeps it as hard for those who come later',
    async run({ log }) {
      const scopes: readonly Scope[] = [
        { type: 'key', key: 'a' },
        { type: 'tag', tag: 'a:b' },
        { type: 'prefix', prefix: 'a' },
        { type: 'pattern', pattern: 'a*' },
        { type: 'all' },
      ]
      const recorder = createRecorder()
      const { from } = await log.follow(recorder)
      const appended: Invalidation[] = []
      for (const scope of scopes) {
        const timed: Invalidation = { scope, strength: 'soft', forMs: 90_000 }
        appended.push(timed)
        const mark = await log.append([timed])
        await recorder.until(mark)
        const { positions } = await log.snapshot()
        checkSame(positions.hardAt('a', ['a:b']), mark.position, `hard position of \`${scope.type}\``)
      }
      checkChain(recorder.records, from, appended)
    },
  },
  {
    name: 'ends delivery on stop, for that follower alone',
    async run({ log }) {
      const [stopped, witness] = [createRecorder(), createRecorder()]
      const subscription = await log.follow(stopped)
      await log.follow(witness)
      const first = await log.append([ofKey('a')])
      await Promise.all([stopped.until(first), witness.until(first)])
      subscription.stop()
      subscription.stop()
      await witness.until(await log.append([ofKey('b')]))
      checkSame(stopped.records.length, 1, 'records delivered to who has stopped')
      checkSame(witness.records.length, 2, 'records delivered to the other')
    },
  },
  {
    name: 'lets a follower stop while a record is delivered',
    async run({ log }) {
      const [stopping, witness, stopped] = [createRecorder(), createRecorder(), deferred()]
      const subscription = await log.follow({
        record(record) {
          stopping.record(record)
          subscription.stop()
          stopped.resolve()
        },
        interrupted: stopping.interrupted,
      })
      await log.follow(witness)
      await witness.until(await log.append([ofKey('a'), ofKey('b')]))
      // Nobody says which of two followers is told first.
      await stopped.promise
      checkSame(stopping.records.length, 1, 'records delivered to who has stopped')
      checkSame(witness.records.length, 2, 'records delivered to the other')
    },
  },
  {
    name: 'lets a follower that throws harm nobody',
    async run({ log }) {
      const fail = (): never => {
        throw new Error('thrown by a follower of the conformance suite')
      }
      const [before, after] = [createRecorder(), createRecorder()]
      await log.follow(before)
      await log.follow({ record: fail, interrupted: fail })
      const { from } = await log.follow(after)
      const first = await log.append([ofKey('a')])
      const second = await log.append([ofKey('b')])
      check(second.position > first.position, 'The log goes on.')
      await Promise.all([before.until(second), after.until(second)])
      for (const { records } of [before, after]) checkChain(records, from, [ofKey('a'), ofKey('b')])
    },
  },
]
