/**
 * The end of a scope, in all tabs. The tab that ends it leaves a note in `localStorage` for tabs that sleep, asks the others by a
 * channel, and waits until all of those that have a cache of the scope open have answered, or a second is over.
 */
import type { Clock } from '@hotpath/contract'
import { type Lifecycle, openTabChannel, type TabChannel } from '@hotpath/web'
import { isUseLock, locksOf } from './databases.ts'
import { endNoteName, leaveEndNote, readEndNote } from './end-note.ts'

const ANSWER_MS = 1_000

type Message = { readonly type: 'end' } | { readonly type: 'ended' }

/** What the ends of scopes work with. */
export interface ScopeEndsOptions {
  /** Common to the databases of the scope. */
  readonly prefix: string
  readonly clock: Clock
  readonly lifecycle: Pick<Lifecycle, 'on'>
  /** The note that was there when the cache was made: an end from before is none of ours. */
  readonly endNote: string | undefined
  /** Another tab has ended the scope: resolves when nothing of it is left here. */
  readonly ended: () => Promise<void>
}

export class ScopeEnds {
  readonly #options: ScopeEndsOptions
  /** `undefined` where there is none, and once this is closed: a closed one throws. */
  #channel: TabChannel | undefined
  readonly #stopListening: () => void
  #answered: () => void = () => {}
  /** This tab ends it, and waits for others. */
  #isEnding = false
  /** Another tab has ended it. */
  #hasLeft = false

  constructor(options: ScopeEndsOptions) {
    this.#options = options
    this.#channel = openTabChannel(`${options.prefix}scope`)
    this.#channel?.addEventListener('message', ({ data }) => void this.#receive(data as Message))
    const look = (): void => void this.#look()
    const endings = [options.lifecycle.on('resumed', look), options.lifecycle.on('pageshow', look)]
    const onStorage = ({ key }: StorageEvent): void => {
      if (key === endNoteName(options.prefix)) look()
    }
    globalThis.addEventListener?.('storage', onStorage)
    this.#stopListening = () => {
      for (const end of endings) end()
      globalThis.removeEventListener?.('storage', onStorage)
    }
    // It may have ended since the cache was made. Whoever makes this has to be ready first.
    queueMicrotask(look)
  }

  /** Whether it has ended since the cache was made, even if this tab was not asked yet. */
  get isEnded(): boolean {
    const note = readEndNote(this.#options.prefix)
    return note !== undefined && note !== this.#options.endNote
  }

  /** Asks all other tabs, and waits for them. Never rejects. */
  async endElsewhere(): Promise<void> {
    const { prefix, clock } = this.#options
    // Once more would end what was opened since.
    if (this.#hasLeft) return
    this.#isEnding = true
    leaveEndNote(prefix)
    if (this.#channel === undefined) return
    const held = await locksOf()
      ?.query()
      .catch(() => undefined)
    // This one is among them.
    let missing = (held?.held?.filter(({ name }) => isUseLock(name, prefix)).length ?? Number.POSITIVE_INFINITY) - 1
    if (missing <= 0) return
    await new Promise<void>((resolve) => {
      const cancel = clock.after(ANSWER_MS, resolve)
      this.#answered = () => {
        if (--missing > 0) return
        cancel()
        resolve()
      }
      this.#channel?.postMessage({ type: 'end' } satisfies Message)
    })
  }

  /** Idempotent. */
  close(): void {
    this.#stopListening()
    this.#channel?.close()
    this.#channel = undefined
  }

  async #receive({ type }: Message): Promise<void> {
    if (type === 'ended') return this.#answered()
    if (type !== 'end') return
    await this.#options.ended()
    const answer = openTabChannel(`${this.#options.prefix}scope`)
    answer?.postMessage({ type: 'ended' } satisfies Message)
    answer?.close()
    this.#leave()
  }

  /** What was missed while this page slept. */
  async #look(): Promise<void> {
    if (!this.isEnded) return
    await this.#options.ended()
    this.#leave()
  }

  /** There is nothing left here that could end once more, nor to answer for. */
  #leave(): void {
    if (this.#isEnding) return
    this.#hasLeft = true
    this.close()
  }
}
