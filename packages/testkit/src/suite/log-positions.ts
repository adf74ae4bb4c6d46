import type { Invalidation, LogPositions, Mark, Scope } from '@hotpath/contract'
import { createRandom } from '../random.ts'
import { check, checkSame } from './check.ts'
import { type LogCase, type Probe, createRecorder, invalidation, judge } from './log-bench.ts'

const SCOPES: readonly Scope[] = [
  { type: 'key', key: 'a:1' },
  { type: 'key', key: 'b:1' },
  { type: 'tag', tag: 'one' },
  { type: 'tag', tag: 'two' },
  { type: 'pattern', pattern: 'a:*' },
  { type: 'all' },
]

const PROBES: readonly Probe[] = ['a:1', 'a:2', 'b:1', 'c'].flatMap((key) =>
  [[], ['one'], ['two'], ['one', 'two']].map((tags) => ({ key, tags })),
)

/** More of each kind than small logs remember, so that they must forget. */
const MANY = 1_100
const BATCH = 100

/** What a reader does with positions, and what remains of them when there are many. */
export const LOG_POSITIONS: readonly LogCase[] = [
  {
    name: 'takes in records twice and in any order with the same result',
    async run({ open }) {
      const random = createRandom(1)
      for (let round = 0; round < 5; round++) {
        const [ordered, shuffled] = [await open(), await open()]
        const [one, other] = [await ordered.snapshot(), await shuffled.snapshot()]
        const base = Math.max(one.position, other.position)
        const records = Array.from({ length: 12 }, (_, index) => ({
          ...invalidation(random.pick(SCOPES), random.pick(['hard', 'soft'] as const)),
          position: base + 1 + index,
        }))
        for (const record of records) one.positions.raise({ ...record, epoch: one.epoch })
        for (const record of shuffle([...records, ...records], random)) {
          other.positions.raise({ ...record, epoch: other.epoch })
        }
        for (const probe of PROBES) {
          checkSame(judge(other.positions, probe), judge(one.positions, probe), `positions of \`${probe.key}\``)
        }
      }
    },
  },
  {
    name: 'never answers lower when it takes in an older record',
    async run({ log }) {
      const { epoch, position, positions } = await log.snapshot()
      for (const scope of SCOPES) {
        positions.raise({ ...invalidation(scope), epoch, position: position + 100 })
        positions.raise({ ...invalidation(scope), epoch, position: position + 50 })
      }
      const answer = positions.hardAt('a:1', ['one'])
      checkSame(answer, position + 100, 'position')
    },
  },
  {
    name: 'forgets the oldest patterns first, so that what was loaded since they came stays valid',
    async run({ log }) {
      const marks: Mark[] = []
      for (let index = 0; index < MANY; index += BATCH) {
        const scopes = Array.from({ length: BATCH }, (_, offset) => numbered('pattern', index + offset))
        marks.push(await log.append(scopes))
      }
      const { positions } = await log.snapshot()
      const { hard } = judge(positions, { key: 'any', tags: [] })
      const newest = marks.at(-3)?.position ?? 0
      check(hard < newest, `an entry that no record concerns: expected a position below ${newest}, received ${hard}.`)
    },
  },
  {
    name: 'arrives by records alone where a snapshot arrives',
    async run({ log }) {
      const recorder = createRecorder()
      await log.follow(recorder)
      const early = await log.snapshot()
      const random = createRandom(2)
      let mark: Mark = early
      for (let count = 0; count < 20; count++) {
        mark = await log.append([invalidation(random.pick(SCOPES), random.pick(['hard', 'soft'] as const))])
      }
      await recorder.until(mark)
      for (const record of recorder.records) early.positions.raise(record)
      const late = await log.snapshot()
      for (const probe of PROBES) {
        checkSame(judge(early.positions, probe), judge(late.positions, probe), `positions of \`${probe.key}\``)
      }
    },
  },
  ...(['key', 'tag', 'pattern'] as const).map((type) => ({
    name: `never answers too low after ${MANY} records of scope \`${type}\`, whatever it forgets`,
    run: (bench: Parameters<LogCase['run']>[0]) => checkMany(bench, type),
  })),
]

async function checkMany({ log }: Parameters<LogCase['run']>[0], type: 'key' | 'tag' | 'pattern'): Promise<void> {
  const recorder = createRecorder()
  await log.follow(recorder)
  const early = await log.snapshot()
  for (let first = 0; first < MANY; first += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, index) => numbered(type, first + index))
    await recorder.until(await log.append(batch))
  }
  checkSame(recorder.records.length, MANY, 'records')
  for (const record of recorder.records) early.positions.raise(record)
  const late = await log.snapshot()
  for (const [index, record] of recorder.records.entries()) {
    const probe = { key: type === 'tag' ? 'any' : `entry:${index}:end`, tags: type === 'tag' ? [`tag:${index}`] : [] }
    for (const [from, positions] of Object.entries({ records: early.positions, snapshot: late.positions })) {
      checkNotBelow(positions, probe, record.position, `${type} ${index} by ${from}`)
    }
  }
  checkNotBelow(late.positions, { key: 'any', tags: [] }, 0, 'an entry that no record concerns')
}

function numbered(type: 'key' | 'tag' | 'pattern', index: number): Invalidation {
  if (type === 'tag') return invalidation({ type, tag: `tag:${index}` })
  if (type === 'key') return invalidation({ type, key: `entry:${index}:end` })
  return invalidation({ type, pattern: `entry:${index}:*` })
}

function checkNotBelow(positions: LogPositions, probe: Probe, position: number, what: string): void {
  const { hard } = judge(positions, probe)
  check(hard >= position, `${what}: expected a position from ${position}, received ${hard}.`)
}

function shuffle<Item>(list: Item[], random: (() => number) & { int(max: number): number }): Item[] {
  for (let last = list.length - 1; last > 0; last--) {
    const other = random.int(last + 1)
    ;[list[last], list[other]] = [list[other] as Item, list[last] as Item]
  }
  return list
}
