/**
 * The rules of coherence, each with what its absence looks like: other code in the place of what is marked in the
 * sources (`/* rule: gap *\/`, see `scripts/marks.ts`). Where another protection covers for a rule, `covered` says which
 * and takes both away.
 */

import type { GivenClimate } from './climate.ts'

/** Code in the place of marked pieces, by the name of the mark. */
export type Changes = Readonly<Record<string, string>>

export interface Rule {
  readonly rule: string
  /** What goes wrong without it. */
  readonly without: string
  readonly changes: Changes
  /** In which it shows soon, where by chance it would take hundreds of seeds. */
  readonly climate?: GivenClimate
  /** Why nothing goes wrong without this rule alone, and what has to be taken away as well. */
  readonly covered?: { readonly by: string; readonly changes: Changes }
}

/** Entries that live for ever, and a source that is no bottleneck. */
const PLAIN: GivenClimate = {
  troubles: new Set(),
  hasMiddle: false,
  hasLeases: false,
  memoryEntries: 100,
  freshness: { ttl: Infinity },
  sourceMs: 3,
}

/** Entries that are gone soon, each of which is read often. */
const SHORT_LIVED: GivenClimate = {
  ...PLAIN,
  hasMemory: true,
  freshness: { ttl: 500, staleWhileRevalidate: false, staleIfError: false },
  writes: 0.05,
}

/** Somebody loses all connections for longer than entries are served without, over a network that is slow. */
const CUT_OFF: GivenClimate = {
  ...PLAIN,
  nodes: 5,
  troubles: new Set(['cut']),
  troubleMs: 1_500,
  weather: { slow: 0.5, slowMs: 3_000, slowStream: 1 },
  connections: 1,
  stream: 'pushed',
  hasMemory: true,
  maxOfflineMs: 3_000,
  heartbeatMs: 1_000,
  writes: 0.03,
}

export const RULES: readonly Rule[] = [
  {
    rule: '1',
    without: 'lost state is read as never invalidated',
    changes: { 'new-epoch': "'always'" },
  },
  {
    rule: '1',
    without: 'what another epoch stored is judged by this one',
    changes: { 'same-epoch': 'false' },
  },
  {
    rule: '3',
    without: 'asOf is noted after the load',
    changes: { 'mark-before-load': 'engine.view.mark()' },
  },
  {
    rule: '3',
    without: 'the epoch is noted after the load, the position before it',
    changes: {
      'mark-before-load':
        '(flight.mark && engine.view.mark() && { epoch: engine.view.mark().epoch, position: flight.mark.position })',
    },
    covered: {
      by: 'a flight of another generation of the mirror is not stored (6)',
      changes: { 'same-generation': 'false' },
    },
  },
  {
    rule: '3',
    without: 'a load without a mirror is stored',
    changes: {
      'mark-of-mirror': '(view.last = view.mark() ?? { epoch: view.last?.epoch, position: Number.MAX_SAFE_INTEGER })',
    },
  },
  {
    rule: '4',
    without: 'tags found during the load are not judged',
    changes: { 'tags-of-loader': '[]' },
  },
  {
    rule: '5',
    without: 'positions are assigned, not raised',
    changes: { 'raise-cells': ';', 'raise-ids': 'true' },
    // The own acknowledgement overtakes an earlier record.
    climate: {
      ...PLAIN,
      nodes: 3,
      weather: { inOrder: true, slow: 0.02, slowMs: 1_500, slowStream: 1 },
      stream: 'pushed',
      hasMemory: false,
      writes: 0.5,
    },
  },
  {
    rule: '5',
    without: 'an own acknowledgement moves the cursor',
    changes: {
      'own-acknowledgement':
        'this.#state.known = Math.max(this.#state.known, mark.position); this.#state.cursor = mark.position',
    },
  },
  {
    rule: '5',
    without: 'records that came before the state was read are forgotten',
    changes: { 'early-cursor': 'early[0]?.position ?? from.position', 'early-records': 'early.slice(1)' },
    // Mirrors begin often, as records overtake each other, and the state takes long to arrive.
    climate: {
      ...PLAIN,
      nodes: 2,
      weather: { inOrder: false, slow: 0.4, slowMs: 1_500, slowStream: 0.1 },
      stream: 'pushed',
      hasMemory: false,
      burstMs: 2_000,
      writes: 0.4,
    },
  },
  {
    rule: '6',
    without: 'a gap is not noticed',
    changes: { gap: 'false' },
  },
  {
    rule: '6',
    without: 'heartbeats do not compare the epoch',
    changes: { 'beat-epoch': 'false' },
  },
  {
    rule: '6',
    without: 'heartbeats do not compare the position',
    changes: { 'beat-position': 'true' },
    // The last record before a silence is lost on its way to somebody who has the value.
    climate: {
      ...PLAIN,
      nodes: 4,
      troubles: new Set(['lose']),
      weather: { lost: 0.15, slow: 0.02, slowStream: 0.02 },
      stream: 'pushed',
      hasMemory: true,
      maxOfflineMs: 3_000,
      burstMs: 4_000,
      writes: 0.2,
    },
  },
  {
    rule: '7',
    without: 'an own invalidation holds only once it is acknowledged',
    changes: { pending: 'undefined' },
  },
  {
    rule: '7',
    without: 'a queued record is not judged',
    changes: { waiting: 'false' },
  },
  {
    rule: '7',
    without: 'what failed is not appended again',
    changes: { retry: ';' },
  },
  {
    rule: '8',
    without: 'another life of the log goes on with the epoch',
    changes: { 'new-life': 'true' },
  },
  {
    rule: '8',
    without: 'what an earlier life acknowledged is not appended again',
    changes: { 'append-lost': ';' },
  },
  {
    rule: '9',
    without: 'outdated flights are joined',
    changes: { join: 'true' },
  },
  {
    rule: '9',
    without: 'who joined is not judged when the load ends',
    changes: { raced: 'false' },
    // Loads that take long, and declare tags at their end, of a cache that has to load often.
    climate: {
      nodes: 2,
      troubles: new Set(),
      hasMemory: true,
      hasLeases: false,
      memoryEntries: 1,
      freshness: { ttl: 500, timeout: { hard: 12_000 } },
      sourceMs: 400,
    },
  },
  {
    rule: '10',
    without: 'what is promoted is judged as of now',
    changes: { promote: '{ ...found.entry, asOf: engine.view.mark()?.position ?? 0 }' },
  },
  {
    rule: '10',
    without: 'what is promoted begins its life again',
    changes: { promote: '{ ...found.entry, createdAt: engine.timeline.elapsed() }' },
    climate: { ...SHORT_LIVED, memoryEntries: 1 },
  },
  {
    rule: '10',
    without: 'a stored entry of another epoch wins a write',
    changes: { 'write-across-epochs': 'true' },
    // Nothing is kept but in the tier whose log begins anew, with smaller positions perhaps.
    climate: { troubles: new Set(['lose-state']), hasMemory: false, hasMiddle: false },
  },
  {
    rule: '11',
    without: 'entries are served without contact for ever',
    changes: { offline: 'Number.POSITIVE_INFINITY' },
    climate: { ...CUT_OFF, weather: { slow: 0.1, slowStream: 0.1 } },
  },
  {
    rule: '11',
    without: 'contact is when the answer came, not when it was asked for',
    changes: { 'contact-when-sent': 'this.#context.elapsed()' },
    climate: CUT_OFF,
  },
  {
    rule: '11',
    without: 'time stands still while a machine sleeps',
    changes: { jump: 'stepMs' },
    climate: { ...SHORT_LIVED, troubles: new Set(['suspend']), troubleMs: 800 },
  },
  {
    rule: '12',
    without: 'a token is compared with what is known, not with the cursor',
    changes: {
      'token-by-cursor':
        '(markOf(this.#context.state)?.position ?? -1) >= position ? true : this.#readers.wait(position)',
    },
    // The own acknowledgement overtakes the record of the token.
    climate: {
      ...PLAIN,
      nodes: 4,
      weather: { inOrder: true, slow: 0.1, slowMs: 1_500, slowStream: 0.1 },
      stream: 'pushed',
      connections: 2,
      hasMemory: true,
      burstMs: 100,
    },
  },
  {
    rule: '12',
    without: 'tokens are not waited for',
    changes: { 'wait-for-token': 'true' },
  },
  {
    rule: '12',
    without: 'the token of a write that waits for the log is taken for an old one',
    changes: { 'token-of-queued': ';' },
  },
  {
    rule: '12',
    without: 'a soft record up to the token stays soft',
    changes: { 'soft-up-to-token': "'expired'" },
    // What is stale is served for as long as its refresh takes.
    climate: {
      ...PLAIN,
      nodes: 2,
      weather: { inOrder: true, slow: 0.02, slowMs: 10, slowStream: 0.02 },
      hasMemory: true,
      freshness: { ttl: Infinity, staleWhileRevalidate: 3_000, backoff: false },
      sourceMs: 400,
      writes: 0.2,
    },
  },
  {
    rule: '4',
    without: 'what is stale for a time stays so',
    changes: { 'soft-for-a-time': ';' },
    climate: {
      ...PLAIN,
      nodes: 2,
      weather: { slow: 0.02, slowMs: 10, slowStream: 0.02 },
      hasMemory: true,
      freshness: { ttl: Infinity, staleWhileRevalidate: 30_000, backoff: false },
      sourceMs: 6_000,
      writes: 0.1,
    },
  },
  {
    rule: '12',
    without: 'what was saved is stored although another record came meanwhile',
    changes: { 'saved-alone': 'true' },
  },
]

/** Bounds so small that each of them is met all the time: this costs misses, and must not cost anything else. */
export const SMALL_BOUNDS: Changes = {
  cells: '5',
  'recent-ids': '2',
  matchers: '2',
  scopes: '3',
  'wide-scopes': '2',
  awaited: '4',
  buffered: '3',
  speculative: '2',
  retained: '2',
  placeholders: '2',
  records: '2',
  entries: '2',
  early: '3',
  backoffs: '1',
  timed: '2',
  'timed-records': '2',
}
