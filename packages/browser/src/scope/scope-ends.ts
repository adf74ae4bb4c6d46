/**
 * The end of a scope, in all tabs. The tab that ends it leaves a note in `localStorage` for tabs that sleep, asks the others by a
 * channel, and waits until all of those that have a cache of the scope open have answered, or a second is over. Caches of its
 * own page are told by an event, as they need neither.
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
  /** How many other tabs have said that nothing of it is left there: each says so once. */
  #answers = 0
  #answered: () => void = () => {}
  /** This tab ends it, and waits for others. */
  #isEnding = false
  /** Resolves when nothing of it is left here, as another cache ends it. */
  #ended: Promise<void> | undefined

  constructor(options: ScopeEndsOptions) {
    this.#options = options
    this.#channel = openTabChannel(`${options.prefix}scope`)
    // Any script of the origin may post to the channel whatever it likes.
    this.#channel?.addEventListener('message', ({ data }) => this.#receive(Object(data) as Partial<Message>))
    const noteName = endNoteName(options.prefix)
    const look = (): void => void this.#look()
    const endings = [options.lifecycle.on('resumed', look), options.lifecycle.on('pageshow', look)]
    const onStorage = ({ key }: StorageEvent): void => {
      if (key === noteName) look()
    }
    const onEnd = (event: Event): void => {
      if (!this.#isEnding) (event as CustomEvent<Promise<void>[]>).detail.push(this.#end())
    }
    globalThis.addEventListener?.('storage', onStorage)
    globalThis.addEventListener?.(noteName, onEnd)
    this.#stopListening = () => {
      for (const end of endings) end()
      globalThis.removeEventListener?.('storage', onStorage)
      globalThis.removeEventListener?.(noteName, onEnd)
    }
    // It may have ended since the cache was made. Whoever makes this has to be ready first.
    queueMicrotask(look)
  }

  /** Whether it has ended since the cache was made, even if this tab was not asked yet. */
  get isEnded(): boolean {
    const note = readEndNote(this.#options.prefix)
    return note !== undefined && note !== this.#options.endNote
  }

  /** Asks all others, and waits for them. Never rejects. */
  async endElsewhere(): Promise<void> {
    // Once more would end what was opened since.
    if (this.#ended !== undefined) return this.#ended
    this.#isEnding = true
    const { prefix } = this.#options
    // Before any of them hears of it: those that have ended hold none.
    const querying = locksOf()
      ?.query()
      .catch(() => undefined)
    leaveEndNote(prefix)
    const here: Promise<void>[] = []
    globalThis.dispatchEvent?.(new CustomEvent(endNoteName(prefix), { detail: here }))
    this.#post('end')
    const held = (await querying)?.held?.filter(({ name }) => isUseLock(name, prefix))
    // This one is among them.
    const others = (held?.length ?? Number.POSITIVE_INFINITY) - 1
    await Promise.all([this.#channel && this.#haveAnswered(others), ...here])
  }

  /** Resolves when so many others have answered, or a second is over. */
  #haveAnswered(others: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(ANSWER_MS, resolve)
      this.#answered = () => {
        if (this.#answers < others) return
        cancel()
        resolve()
      }
      this.#answered()
    })
  }

  /** Idempotent. */
  close(): void {
    this.#stopListening()
    this.#channel?.close()
    this.#channel = undefined
  }

  #receive({ type }: Partial<Message>): void {
    if (type === 'end') void this.#end()
    else if (type === 'ended') {
      this.#answers++
      this.#answered()
    }
  }

  /** What was missed while this page slept. */
  async #look(): Promise<void> {
    if (this.isEnded) await this.#end()
  }

  /** Another cache has ended it, which may be heard of in several ways: all of them wait for the same. Never rejects. */
  #end(): Promise<void> {
    this.#ended ??= this.#endHere()
    return this.#ended
  }

  async #endHere(): Promise<void> {
    await this.#options.ended().catch(() => {})
    this.#post('ended')
    // There is nothing left here that could end once more; but this one may wait for others, too.
    if (!this.#isEnding) this.close()
  }

  #post(type: Message['type']): void {
    this.#channel?.postMessage({ type } satisfies Message)
  }
}
