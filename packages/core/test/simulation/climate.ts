/** What kind of world a seed makes: how many nodes, how they are set up, and what goes wrong. */
import type { SeededRandom } from '@hotpath/testkit'
import type { Weather } from './connection.ts'

/** What can go wrong; a run has some of it, so that each gets its chance alone and with others. */
export const TROUBLES = [
  'break',
  'cut',
  'lose',
  'hang',
  'trim',
  'lose-state',
  'evict',
  'failover',
  'split',
  'crash',
  'suspend',
  'jump',
  'source',
] as const

export type Trouble = (typeof TROUBLES)[number]

export interface Climate {
  readonly nodes: number
  /** Caches of one process, each. */
  readonly caches: number
  readonly troubles: ReadonlySet<Trouble>
  /** Milliseconds between two troubles, on average. */
  readonly troubleMs: number
  readonly weather: Weather
  readonly stream: 'pulled' | 'pushed'
  readonly maxStream: number
  /** Command connections of a process. */
  readonly connections: number
  readonly hasMemory: boolean
  /** Whether there is another shared tier above the one that has the log. */
  readonly hasMiddle: boolean
  readonly hasLeases: boolean
  readonly memoryEntries: number
  readonly maxOfflineMs: number
  readonly heartbeatMs: number
  readonly freshness: {
    readonly ttl: number
    readonly staleWhileRevalidate: number | false
    readonly staleIfError: number | false
    readonly refreshAhead: boolean
    readonly backoff: number | false
    readonly timeout: { readonly hard: number; readonly soft?: number }
  }
  /** How long the source takes at most. */
  readonly sourceMs: number
  /** Milliseconds between two bursts of calls, at most. */
  readonly burstMs: number
  /** Ratio of calls that write. */
  readonly writes: number
}

/** What is given of a climate; the rest is drawn. */
export type GivenClimate = Partial<Omit<Climate, 'weather' | 'freshness'>> & {
  readonly weather?: Partial<Weather>
  readonly freshness?: Partial<Climate['freshness']>
}

export function drawClimate(random: SeededRandom, given: GivenClimate = {}): Climate {
  const drawn = draw(random)
  return {
    ...drawn,
    ...given,
    weather: { ...drawn.weather, ...given.weather },
    freshness: { ...drawn.freshness, ...given.freshness },
  }
}

function draw(random: SeededRandom): Climate {
  const troubles = new Set(TROUBLES.filter(() => random.chance(0.35)))
  const loses = troubles.has('lose')
  const slow = (): number => random.pick([0.02, 0.1, 0.4])
  return {
    nodes: 2 + random.int(3),
    caches: random.chance(0.2) ? 2 : 1,
    troubles,
    troubleMs: random.pick([200, 800, 3_000]),
    weather: {
      inOrder: random.chance(0.6),
      offline: random.chance(0.5) ? 'refuse' : 'queue',
      lost: loses ? random.pick([0.01, 0.05, 0.15]) : 0,
      hung: troubles.has('hang') ? random.pick([0.005, 0.03]) : 0,
      slow: slow(),
      slowStream: slow(),
      slowMs: random.pick([10, 100, 1_500]),
    },
    stream: random.chance(0.6) ? 'pulled' : 'pushed',
    maxStream: random.pick([2, 5, 1_000]),
    connections: random.chance(0.7) ? 1 : 2,
    hasMemory: random.chance(0.85),
    hasMiddle: random.chance(0.25),
    hasLeases: random.chance(0.4),
    memoryEntries: random.pick([1, 2, 100]),
    maxOfflineMs: random.pick([3_000, 5_000, 5_000, 20_000]),
    heartbeatMs: random.pick([300, 1_000]),
    freshness: {
      ttl: random.pick([500, 5_000, Infinity]),
      staleWhileRevalidate: random.pick([false, false, 3_000]),
      staleIfError: random.pick([false, false, 4_000]),
      refreshAhead: random.chance(0.2),
      backoff: random.chance(0.2) ? 100 : false,
      timeout: random.chance(0.3) ? { hard: 12_000, soft: 50 } : { hard: 12_000 },
    },
    sourceMs: random.pick([3, 30, 400, 6_000]),
    burstMs: 300,
    writes: 0.32,
  }
}
