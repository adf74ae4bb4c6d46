/**
 * The rules of coherence, each with what its absence looks like in the source. Where another protection covers for a
 * rule, `covered` says which and takes both away.
 */

/** A change of a source text. `find` must be there once. */
export interface Patch {
  /** Relative to the package. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

export interface Rule {
  readonly rule: string
  /** What goes wrong without it. */
  readonly without: string
  readonly patches: readonly Patch[]
  /** Why nothing goes wrong without this rule alone, and what has to be taken away as well. */
  readonly covered?: { readonly by: string; readonly patches: readonly Patch[] }
}

const anyGeneration: Patch = {
  file: 'src/read/load.ts',
  find: 'mark === undefined || flight.generation !== engine.coherence.generation',
  replace: 'mark === undefined',
}

export const RULES: readonly Rule[] = [
  {
    rule: '1',
    without: 'lost state is read as never invalidated',
    patches: [
      {
        file: 'test/simulation/server.ts',
        find: 'const epoch = `e${Math.floor(world.random() * 36 ** 6).toString(36)}`',
        replace: "const epoch = 'always'",
      },
    ],
  },
  {
    rule: '1',
    without: 'what another epoch stored is judged by this one',
    patches: [
      {
        file: 'src/shared/log/coherence.ts',
        find: 'positions === undefined || epoch !== this.#mirror.epoch ||',
        replace: 'positions === undefined ||',
      },
    ],
  },
  {
    rule: '3',
    without: 'asOf is noted after the load',
    patches: [
      {
        file: 'src/read/load.ts',
        find: 'const { mark, key } = flight\n',
        replace: 'const { key } = flight\n  const mark = engine.coherence.mark()\n',
      },
    ],
  },
  {
    rule: '3',
    without: 'the epoch is noted after the load, the position before it',
    patches: [
      {
        file: 'src/read/load.ts',
        find: 'const { mark, key } = flight\n',
        replace:
          'const { key } = flight\n  const end = engine.coherence.mark()\n  const mark = end && flight.mark && { epoch: end.epoch, position: flight.mark.position }\n',
      },
    ],
    covered: { by: 'a flight of another generation of the mirror is not stored (6)', patches: [anyGeneration] },
  },
  {
    rule: '3',
    without: 'a load without a mirror is stored',
    patches: [
      {
        file: 'src/flights/flight.ts',
        find: 'this.mark = coherence.mark()',
        replace: 'this.mark = coherence.mark() ?? { epoch: coherence.lastEpoch, position: Number.MAX_SAFE_INTEGER }',
      },
      {
        file: 'src/shared/log/coherence.ts',
        find: '  /** Grows with every new mirror of the log. */',
        replace:
          '  get lastEpoch(): string {\n    return this.#mirror.epoch\n  }\n\n  /** Grows with every new mirror of the log. */',
      },
    ],
  },
  {
    rule: '4',
    without: 'tags found during the load are not judged',
    patches: [
      {
        file: 'src/read/load.ts',
        find: 'engine.coherence.judge(key, { tags, epoch: mark.epoch',
        replace: 'engine.coherence.judge(key, { tags: [], epoch: mark.epoch',
      },
      {
        file: 'src/read/load.ts',
        find: 'createEntry({ value, tags, createdAt',
        replace: 'createEntry({ value, tags: [], createdAt',
      },
    ],
  },
  {
    rule: '5',
    without: 'positions are assigned, not raised',
    patches: [
      {
        file: 'src/shared/cells/cell-table.ts',
        find: 'if (this.get(cell) >= position) return\n',
        replace: '\n',
      },
      {
        file: 'src/shared/cells/recent-ids.ts',
        find: 'if (before === undefined || before < position) this',
        replace: 'this',
      },
    ],
  },
  {
    rule: '5',
    without: 'an own acknowledgement moves the cursor',
    patches: [
      {
        file: 'src/shared/log/mirror.ts',
        find: '    this.#known = Math.max(this.#known, mark.position)\n    for',
        replace: '    this.#known = Math.max(this.#known, mark.position)\n    this.#cursor = mark.position\n    for',
      },
    ],
  },
  {
    rule: '5',
    without: 'records that came before the state was read are forgotten',
    patches: [
      {
        file: 'src/shared/log/mirror.ts',
        find: 'this.#cursor = from.position\n',
        replace: 'this.#cursor = Math.max(from.position, this.#early[0]?.previous ?? 0)\n',
      },
      {
        file: 'src/shared/log/mirror.ts',
        find: '    for (const record of early) if',
        replace: '    for (const record of early.slice(1)) if',
      },
    ],
  },
  {
    rule: '6',
    without: 'a gap is not noticed',
    patches: [
      {
        file: 'src/shared/log/mirror.ts',
        find: 'record.epoch !== this.#epoch || record.previous !== this.#cursor',
        replace: 'record.epoch !== this.#epoch',
      },
    ],
  },
  {
    rule: '6',
    without: 'heartbeats do not compare the epoch',
    patches: [
      {
        file: 'src/shared/log/heartbeat.ts',
        find: 'if (cursor.epoch !== head.epoch) return this.#host.outrun()',
        replace: '',
      },
    ],
  },
  {
    rule: '6',
    without: 'heartbeats do not compare the position',
    patches: [{ file: 'src/shared/log/heartbeat.ts', find: 'if (cursor.position >= head.position) {', replace: 'if (true) {' }],
  },
  {
    rule: '7',
    without: 'an own invalidation holds only once it is acknowledged',
    patches: [
      {
        file: 'src/shared/log/own-appends.ts',
        find: 'return this.#pending.empty ? undefined : this.#pending.strengthFor(key, tags)',
        replace: 'return undefined',
      },
    ],
  },
  {
    rule: '7',
    without: 'a queued record is not judged',
    patches: [
      {
        file: 'src/shared/log/pending-invalidations.ts',
        find: 'if (added !== undefined) this.#waitingCounts.add(added)',
        replace: 'void added',
      },
    ],
  },
  {
    rule: '7',
    without: 'what failed is not appended again',
    patches: [
      {
        file: 'src/shared/log/own-appends.ts',
        find: 'if (!this.#closed) this.#cancelRetry ??= this.#host.clock.after(RETRY_MS, () => this.#retry())',
        replace: '',
      },
    ],
  },
  {
    rule: '8',
    without: 'another life of the log goes on with the epoch',
    patches: [
      {
        file: 'test/simulation/server.ts',
        find: 'known !== undefined && (known.life === this.life || !checksLife)',
        replace: 'known !== undefined',
      },
    ],
  },
  {
    rule: '8',
    without: 'what an earlier life acknowledged is not appended again',
    patches: [{ file: 'src/shared/log/own-appends.ts', find: 'this.appendBehind(lost)', replace: 'void lost' }],
  },
  {
    rule: '9',
    without: 'outdated flights are joined',
    patches: [
      {
        file: 'src/flights/flight.ts',
        find: 'if (flight.changes === this.#coherence.changes) return flight',
        replace: 'if (Math.random !== undefined) return flight',
      },
    ],
  },
  {
    rule: '9',
    without: 'who joined is not judged when the load ends',
    patches: [{ file: 'src/read/read.ts', find: 'outcome.raced && since > flight.changes', replace: 'false' }],
  },
  {
    rule: '10',
    without: 'what is promoted is judged as of now',
    patches: [
      {
        file: 'src/read/look-up.ts',
        find: 'void engine.store([[key, found.entry]], found.tier)',
        replace:
          'const now = engine.coherence.mark()\n  void engine.store([[key, { ...found.entry, asOf: now?.position ?? 0 }]], found.tier)',
      },
    ],
  },
  {
    rule: '10',
    without: 'what is promoted begins its life again',
    patches: [
      {
        file: 'src/read/look-up.ts',
        find: 'void engine.store([[key, found.entry]], found.tier)',
        replace: 'void engine.store([[key, { ...found.entry, createdAt: engine.timeline.elapsed() }]], found.tier)',
      },
    ],
  },
  {
    rule: '10',
    without: 'a stored entry of another epoch wins a write',
    patches: [
      {
        file: 'test/simulation/server.ts',
        find: 'stored.epoch === entry.epoch && stored.asOf > entry.asOf',
        replace: 'stored.asOf > entry.asOf',
      },
    ],
  },
  {
    rule: '11',
    without: 'entries are served without contact for ever',
    patches: [
      {
        file: 'src/shared/log/coherence.ts',
        find: 'this.offlineAt = at + this.#host.maxOfflineMs',
        replace: 'this.offlineAt = Number.POSITIVE_INFINITY',
      },
    ],
  },
  {
    rule: '11',
    without: 'contact is when the answer came, not when it was asked for',
    patches: [
      {
        file: 'src/shared/log/heartbeat.ts',
        find: 'if (head !== undefined) this.#compare(head, sentAt)',
        replace: 'if (head !== undefined) this.#compare(head, this.#host.elapsed())',
      },
    ],
  },
  {
    rule: '11',
    without: 'time stands still while a machine sleeps',
    patches: [
      {
        file: 'src/time/timeline.ts',
        find: 'aheadMs > JUMP_MS ? stepMs + aheadMs : stepMs',
        replace: 'stepMs',
      },
    ],
  },
  {
    rule: '12',
    without: 'a token is compared with what is known, not with the cursor',
    patches: [
      {
        file: 'src/shared/log/coherence.ts',
        find: 'this.#mirror.positions !== undefined && this.#mirror.cursor >= position ?',
        replace: '(this.#mirror.mark()?.position ?? -1) >= position ?',
      },
    ],
  },
  {
    rule: '12',
    without: 'tokens are not waited for',
    patches: [
      {
        file: 'src/shared/log/coherence.ts',
        find: 'if (mirrored.epoch === token.epoch) return this.#reach(token.position)',
        replace: 'if (mirrored.epoch === token.epoch) return true',
      },
    ],
  },
  {
    rule: '12',
    without: 'the token of a write that waits for the log is taken for an old one',
    patches: [
      { file: 'src/shared/log/coherence.ts', find: 'if (token.epoch === QUEUED.epoch) return false', replace: 'void QUEUED' },
    ],
  },
  {
    rule: '12',
    without: 'a soft record up to the token stays soft',
    patches: [
      { file: 'src/shared/log/coherence.ts', find: "return after > asOf ? 'outdated' : 'expired'", replace: "return 'expired'" },
    ],
  },
]

/** Bounds so small that each of them is met all the time: this costs misses, and must not cost anything else. */
export const SMALL_BOUNDS: readonly Patch[] = [
  { file: 'src/shared/cells/cell-positions.ts', find: 'CELLS: number = 2 ** 17', replace: 'CELLS: number = 5' },
  { file: 'src/shared/cells/cell-positions.ts', find: 'maxIds: 50_000', replace: 'maxIds: 2' },
  { file: 'src/view/positions.ts', find: 'MAX_MATCHERS = 1_000', replace: 'MAX_MATCHERS = 2' },
  { file: 'src/shared/log/invalidation-set.ts', find: 'MAX_SCOPES = 50_000', replace: 'MAX_SCOPES = 3' },
  { file: 'src/shared/log/invalidation-set.ts', find: 'MAX_WIDE_SCOPES = 100', replace: 'MAX_WIDE_SCOPES = 2' },
  { file: 'src/shared/log/own-appends.ts', find: 'MAX_RECORDS = 1_000', replace: 'MAX_RECORDS = 2' },
  { file: 'src/shared/tiers/lower-tiers.ts', find: 'MAX_ENTRIES = 10_000', replace: 'MAX_ENTRIES = 2' },
  { file: 'src/shared/log/mirror.ts', find: 'MAX_EARLY = 50_000', replace: 'MAX_EARLY = 3' },
  { file: 'src/flights/backoff.ts', find: 'MAX_KEYS = 10_000', replace: 'MAX_KEYS = 1' },
]
