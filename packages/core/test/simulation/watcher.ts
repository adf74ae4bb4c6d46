/** Notes for the history what one cache does and is told. */
import { type Invalidation, type Scope, type Token, parseToken } from '@hotpath/contract'
import type { Call, Party, Value } from './history.ts'
import type { Watcher } from './link.ts'
import type { Scene } from './scene.ts'
import type { Waits } from './waits.ts'

/** What a caller is about, while he calls. */
export interface Intent {
  isCalling: boolean
  /** What `set` claims to be current, by encoded key. */
  readonly claims: Map<string, Value>
}

export interface WatcherParts {
  readonly scene: Scene
  readonly party: Party
  readonly waits: Waits
  readonly intent: Intent
}

/** A watcher of one cache. */
export interface CacheWatcher extends Watcher {
  /** An event is over; the token is where the cache stands, where it does. */
  afterEach(token: Token | undefined): void
}

export function createWatcher({ scene, party, waits, intent }: WatcherParts): CacheWatcher {
  const { world, history, checker } = scene
  const known = new WeakMap<Invalidation, Call>()
  /** What the mirror knows, or will once it stands. */
  const told: Call[] = []
  let isBack = false

  return {
    appends(invalidations) {
      const calls = invalidations.map((what) => {
        const { scope } = what
        const claim = scope.type === 'key' ? intent.claims.get(scope.key) : undefined
        const by = { party, claim, isStandIn: !intent.isCalling }
        const times = { calledAt: world.observe(), calledMs: world.now }
        // What is appended again is the same object.
        const call = known.get(what) ?? history.called({ what, ...by, matches: matcherOf(scope), ...times })
        known.set(what, call)
        return call
      })
      return {
        sent: calls.map((call) => history.sent(call)),
        acknowledged: () => history.acknowledged(calls),
      }
    },
    delivered(epoch, position) {
      const acceptance = history.at(`${epoch}.${position}`)
      if (acceptance?.isPrimary === true) told.push(acceptance.call)
    },
    snapshotArrived(server, readAt) {
      isBack = server === history.primary
      if (!isBack) return
      for (const { call, isPrimary, at } of history.acceptances) if (isPrimary && at < readAt) told.push(call)
    },
    afterEach(token) {
      // Without a mirror nothing is valid, and records wait for it.
      if (token === undefined) return
      history.stands(party, parseToken(token).epoch)
      if (isBack) party.isolatedMs = Number.NEGATIVE_INFINITY
      isBack = false
      for (const call of told.splice(0)) {
        if (party.heard.has(call)) continue
        party.heard.set(call, world.observe())
        party.heardMs.set(call, world.now)
      }
    },
    stores: (key, entry) => checker.stored(party, key, entry),
    asks: (key) => waits.asks(key),
  }
}

function matcherOf(scope: Scope): Call['matches'] {
  switch (scope.type) {
    case 'all':
      return () => true
    case 'key':
      return ({ key }) => key === scope.key
    case 'tag':
      return ({ tags }) => tags.includes(scope.tag)
    case 'prefix':
      return ({ key }) => key === scope.prefix || key.startsWith(`${scope.prefix}:`)
    case 'pattern': {
      const [start = '', end = ''] = scope.pattern.split('*')
      return ({ key }) => key.startsWith(start) && key.endsWith(end)
    }
  }
}
