import { type InvalidationLog, type LogRecord, parseToken, toToken } from '@hotpath/contract'
import { check, checkSame } from './check.ts'
import { type LogCase, checkChain, createRecorder, invalidation, ofKey } from './log-bench.ts'

/** Records of one append where a log does not say. */
const MAX_RECORDS = 1_000

/** Appending, and where the log stands. */
export const LOG_APPEND: readonly LogCase[] = [
  {
    name: 'begins with an epoch that fits a URL, a life, and a position that is a safe integer',
    async run({ log }) {
      const { epoch, position, life } = await log.head()
      check(
        /^[\w-]{1,64}$/.test(epoch),
        `An epoch is 1 to 64 characters of [A-Za-z0-9_-], received ${JSON.stringify(epoch)}.`,
      )
      check(
        Number.isSafeInteger(position) && position >= 0,
        `A position is a safe integer from 0, received ${position}.`,
      )
      check(typeof life === 'string' && life !== '', 'A life is named.')
      checkSame(parseToken(toToken({ epoch, position })), { epoch, position }, 'mark, written as a token and read')
    },
  },
  {
    name: 'lives in an epoch of its own',
    async run({ log, open }) {
      const other = await open()
      check((await log.head()).epoch !== (await other.head()).epoch, 'Two logs must not share an epoch.')
    },
  },
  {
    name: 'grows its position with each record',
    async run({ log }) {
      let before = await log.head()
      for (const key of ['a', 'b', 'a', 'a']) {
        const mark = await log.append([ofKey(key)])
        checkSame(mark.epoch, before.epoch, 'epoch')
        check(
          mark.position > before.position,
          `Positions must grow, received ${mark.position} after ${before.position}.`,
        )
        check(Number.isSafeInteger(mark.position), `Positions must be safe integers, received ${mark.position}.`)
        before = { ...before, ...mark }
      }
    },
  },
  {
    name: 'answers an append with the mark of its last record, which is the head and that of the snapshot',
    async run({ log }) {
      const recorder = createRecorder()
      await log.follow(recorder)
      for (const batch of [[ofKey('a')], [ofKey('b'), ofKey('c', 'soft'), ofKey('d')]]) {
        const { epoch, position } = await log.append(batch)
        await recorder.until({ epoch, position })
        checkSame(recorder.records.at(-1)?.position, position, 'position of the last record')
        const [head, snapshot] = [await log.head(), await log.snapshot()]
        checkSame({ epoch: head.epoch, position: head.position }, { epoch, position }, 'head')
        checkSame({ epoch: snapshot.epoch, position: snapshot.position }, { epoch, position }, 'snapshot')
        checkSame(snapshot.life, head.life, 'life')
      }
    },
  },
  {
    name: 'adds no record for an empty append, and answers where it stands',
    async run({ log }) {
      const recorder = createRecorder()
      const { from } = await log.follow(recorder)
      const first = await log.append([ofKey('a')])
      const { epoch, position } = await log.append([])
      checkSame({ epoch, position }, { epoch: first.epoch, position: first.position }, 'mark of an empty append')
      await recorder.until(await log.append([ofKey('b')]))
      checkChain(recorder.records, from, [ofKey('a'), ofKey('b')])
    },
  },
  {
    name: 'keeps the records of an append together and in order, however many append at once',
    run: ({ log }) => appendTogether(log, 3),
  },
  {
    name: 'keeps as many records of an append together as it says that it takes',
    run: ({ log }) => appendTogether(log, log.maxRecords ?? MAX_RECORDS),
  },
  {
    name: 'carries each scope and strength unchanged',
    async run({ log }) {
      const recorder = createRecorder()
      const { from } = await log.follow(recorder)
      const invalidations = (['hard', 'soft'] as const).flatMap((strength) => [
        invalidation({ type: 'key', key: 'user:42 "quoted" 日本 \n {slot}' }, strength),
        invalidation({ type: 'tag', tag: 'country:DE, größer' }, strength),
        invalidation({ type: 'prefix', prefix: 'user' }, strength),
        invalidation({ type: 'pattern', pattern: 'user:*' }, strength),
        invalidation({ type: 'all' }, strength),
      ])
      await recorder.until(await log.append(invalidations))
      checkChain(recorder.records, from, invalidations)
    },
  },
  {
    name: 'reads the records after a position again, in order, where it keeps them',
    async run({ log }) {
      if (log.recordsAfter === undefined) return
      const { epoch, position } = await log.head()
      const batch = [ofKey('a'), invalidation({ type: 'tag', tag: 'größer' }, 'soft'), ofKey('c')]
      const end = await log.append(batch)
      const records: LogRecord[] = []
      let after = position
      while (after < end.position) {
        const some = await log.recordsAfter(after)
        const last = some.at(-1)?.position ?? 0
        check(last > after, `Records after ${after} must be read, received up to ${last}.`)
        records.push(...some)
        after = last
      }
      checkChain(records, { epoch, position }, batch)
      checkSame(await log.recordsAfter(end.position), [], 'records after the last')
    },
  },
  {
    name: 'closes once, however often it is told to',
    async run({ log }) {
      await log.follow(createRecorder())
      await log.append([ofKey('a')])
      await log.close()
      await log.close()
    },
  },
]

/** Several append at once, so many records each. */
async function appendTogether(log: InvalidationLog, count: number): Promise<void> {
  const recorder = createRecorder()
  const { from } = await log.follow(recorder)
  const writers = ['a', 'b', 'c', 'd']
  const batches = writers.map((writer) => Array.from({ length: count }, (_, index) => ofKey(`${writer}${index}`)))
  const marks = await Promise.all(batches.map(async (batch) => log.append(batch)))
  for (const mark of marks) await recorder.until(mark)
  const ends = marks.map(({ position }) => recorder.records.findIndex((record) => record.position === position))
  const order = writers.map((_, index) => index).sort((one, other) => (ends[one] ?? 0) - (ends[other] ?? 0))
  checkChain(
    recorder.records,
    from,
    order.flatMap((index) => batches[index] ?? []),
  )
}
