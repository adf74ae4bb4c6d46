import { type LogPositions, type Scope, encodeKey, encodeKeyPrefix } from '@hotpath/contract'
import { check } from './check.ts'
import { type LogCase, type Probe, invalidation, judge } from './log-bench.ts'

interface ScopeExample {
  readonly scope: Scope
  readonly concerned: readonly Probe[]
  readonly unconcerned: readonly Probe[]
}

const entry = (key: string, ...tags: readonly string[]): Probe => ({ key, tags })
const user = (...parts: readonly (string | number)[]): Probe => entry(encodeKey(['user', ...parts]))

/** For each scope, what it is about and what only looks like it. */
const EXAMPLES: Readonly<Record<string, ScopeExample>> = {
  all: {
    scope: { type: 'all' },
    concerned: [entry('a'), entry('b', 'tag'), user(42)],
    unconcerned: [],
  },
  key: {
    scope: { type: 'key', key: encodeKey(['user', 4]) },
    concerned: [user(4), { ...user(4), tags: ['tag'] }],
    unconcerned: [user(42), user(), user(4, 'posts'), entry('other', encodeKey(['user', 4]))],
  },
  tag: {
    scope: { type: 'tag', tag: 'country:DE' },
    concerned: [entry('a', 'country:DE'), entry('b', 'other', 'country:DE')],
    unconcerned: [entry('a'), entry('a', 'country:DK', 'country', 'country:DE:north'), entry('country:DE')],
  },
  prefix: {
    scope: { type: 'prefix', prefix: encodeKeyPrefix(['user', 4]) },
    concerned: [user(4), user(4, 'posts'), user(4, 'posts', 1)],
    unconcerned: [user(42), user(42, 'posts'), user(5), user(), entry('other', encodeKey(['user', 4]))],
  },
  'prefix as a text that ends in a colon': {
    scope: { type: 'prefix', prefix: 'user:4:' },
    concerned: [user(4, 'posts'), user(4, 'posts', 1)],
    unconcerned: [user(4), user(42), user(42, 'posts')],
  },
  pattern: {
    scope: { type: 'pattern', pattern: 'user:*:posts' },
    concerned: [entry('user:4:posts'), entry('user:42:posts')],
    unconcerned: [entry('user:4'), entry('user:4:postscript'), entry('a user:4:posts'), entry('other', 'user:4:posts')],
  },
  'pattern with single and literal characters': {
    scope: { type: 'pattern', pattern: 'v?:what\\?' },
    concerned: [entry('v1:what?'), entry('v日:what?')],
    unconcerned: [entry('v:what?'), entry('v12:what?'), entry('v1:whatx')],
  },
  'pattern, and keys of which only the beginning is known': {
    scope: { type: 'pattern', pattern: 'user:*:posts' },
    concerned: [user('x'.repeat(300), 'posts')],
    unconcerned: [entry(encodeKey(['other', 'x'.repeat(300), 'posts']))],
  },
}

/** What a record concerns. A log may err towards a miss; with a handful of records it has no reason to. */
export const LOG_SCOPES: readonly LogCase[] = [
  ...Object.entries(EXAMPLES).map(([scope, example]) => ({
    name: `outdates what a record concerns, and nothing else: ${scope}`,
    run: (bench: Parameters<LogCase['run']>[0]) => checkScope(bench, example),
  })),
  {
    name: 'outdates nothing before the first record',
    async run({ log }) {
      const { position, positions } = await log.snapshot()
      const { hard, soft } = judge(positions, entry('a', 'tag'))
      check(hard <= position && soft <= position, 'An entry that was loaded at the head of a new log is valid.')
    },
  },
  {
    name: 'answers with the highest position of all records that concern an entry',
    async run({ log }) {
      const scopes: readonly Scope[] = [
        { type: 'tag', tag: 'one' },
        { type: 'key', key: 'a:b' },
        { type: 'pattern', pattern: 'a:*' },
        { type: 'all' },
        { type: 'tag', tag: 'two' },
        { type: 'key', key: 'a:b' },
      ]
      for (const scope of scopes) {
        const mark = await log.append([invalidation(scope)])
        checkOutdated(
          (await log.snapshot()).positions,
          entry('a:b', 'one', 'two'),
          mark.position,
          `after ${scope.type}`,
        )
      }
    },
  },
]

async function checkScope({ log }: Parameters<LogCase['run']>[0], example: ScopeExample): Promise<void> {
  const { scope, concerned, unconcerned } = example
  // Something before it, so that position 0 is not mistaken for a record.
  const before = await log.append([invalidation({ type: 'tag', tag: 'unrelated' })])
  const soft = await log.append([invalidation(scope, 'soft')])
  const afterSoft = (await log.snapshot()).positions
  for (const probe of concerned) {
    const judged = judge(afterSoft, probe)
    check(judged.soft === soft.position, `A soft record must expire ${show(probe)}.`)
    check(judged.hard <= before.position, `A soft record must not outdate ${show(probe)}.`)
  }

  const hard = await log.append([invalidation(scope, 'hard')])
  const { positions } = await log.snapshot()
  for (const probe of concerned) {
    checkOutdated(positions, probe, hard.position, 'by a hard record')
    check(judge(positions, probe).soft <= soft.position, `A hard record must not expire ${show(probe)}.`)
  }
  for (const probe of unconcerned) {
    const judged = judge(positions, probe)
    check(Math.max(judged.hard, judged.soft) <= before.position, `${show(probe)} must stay valid.`)
  }
}

/** An entry loaded before the record is gone; one loaded when the record was known is not. */
function checkOutdated(positions: LogPositions, probe: Probe, position: number, when: string): void {
  const { hard } = judge(positions, probe)
  check(hard >= position, `${show(probe)} must be outdated ${when}: expected ${position}, received ${hard}.`)
  check(hard <= position, `${show(probe)} must be valid with an asOf of ${position}, ${when}: received ${hard}.`)
}

function show({ key, tags }: Probe): string {
  return `\`${key}\`${tags.length > 0 ? ` tagged ${tags.map((tag) => `\`${tag}\``).join(', ')}` : ''}`
}
