/** Invalidates all the time, so that the log is never idle. */
import { type Cache, isHotpathError } from '@hotpath/core'
import type { SeededRandom } from '@hotpath/testkit'
import { STORM_TAGS, stormTag } from './names.ts'
import { pause } from './time.ts'

/** What a storm works with. */
export interface StormParts {
  readonly cache: Cache
  readonly random: SeededRandom
  readonly report: { add(count: 'invalidations' | 'failedWrites', by?: number): void }
}

const MAX_TAGS = 20
const MAX_PAUSE_MS = 60

export class Storm {
  readonly #parts: StormParts
  #isPlaying = true

  constructor(parts: StormParts) {
    this.#parts = parts
  }

  async play(): Promise<void> {
    const { cache, random, report } = this.#parts
    while (this.#isPlaying) {
      const tags = Array.from({ length: 1 + random.int(MAX_TAGS) }, () => stormTag(random.int(STORM_TAGS)))
      try {
        await cache.invalidateTags(tags)
        report.add('invalidations', tags.length)
      } catch (error) {
        if (!isHotpathError(error, 'ERR_LOG_UNAVAILABLE')) throw error
        report.add('failedWrites')
      }
      await pause(random.int(MAX_PAUSE_MS))
    }
  }

  stop(): void {
    this.#isPlaying = false
  }
}
