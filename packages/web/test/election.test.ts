import { createFakeClock, deferred, type Deferred } from '@hotpath/testkit'
import { describe, expect, it } from 'vitest'
import { Election, type ElectionMessage } from '../src/tabs/election.ts'
import type { TabLocks } from '../src/tabs/platform.ts'

type Held = Awaited<ReturnType<TabLocks['query']>>

const OURS: Held = {
  held: [
    { name: 'hotpath:shop', clientId: 'me' },
    { name: 'hotpath:shop:1', clientId: 'me' },
  ],
}

/** One tab whose browser the test plays, reply by reply. */
function tab({ isGranted, watchdogMs = 4_000 }: { readonly isGranted: boolean; readonly watchdogMs?: number }) {
  const fake = createFakeClock()
  let offset = 0
  const clock = { ...fake, monotonic: () => fake.monotonic() + offset }
  const queries: Deferred<Held>[] = []
  const requests: { readonly steal: boolean; readonly grant: () => void; readonly lost: Deferred<unknown> }[] = []
  const sent: ElectionMessage[] = []
  const changes: boolean[] = []
  const locks: TabLocks = {
    request(name, { steal = false }, callback) {
      const grant = (): void => void callback()
      const lost = deferred<unknown>()
      if (name === 'hotpath:shop') requests.push({ steal, grant, lost })
      if (isGranted || name !== 'hotpath:shop') grant()
      return lost.promise
    },
    query() {
      const query = deferred<Held>()
      queries.push(query)
      return query.promise
    },
  }
  const election = new Election({
    name: 'shop',
    id: '1',
    locks,
    clock,
    watchdogMs,
    send: (message) => sent.push(message),
    changed: (isLeader) => changes.push(isLeader),
  })
  election.stand()
  return {
    election,
    queries,
    requests,
    sent,
    changes,
    pass: (ms: number) => fake.advanceAsync(ms),
    /** The thread was busy: time has passed, and no timer has fired. */
    hang: (ms: number) => void (offset += ms),
    async reply(held: Held) {
      queries.at(-1)?.resolve(held)
      await fake.advanceAsync(0)
    },
  }
}

describe('a tab that holds the lock', () => {
  it('leads for half of the time of the watchdog, from when it asked', async () => {
    const { election, changes, pass, hang, reply } = tab({ isGranted: true })
    await pass(500)
    expect(election.isLeader).toBe(false)
    await reply(OURS)
    expect(election.isLeader).toBe(true)
    expect(changes).toEqual([true])
    hang(1_499)
    expect(election.isLeader).toBe(true)
    hang(1)
    expect(election.isLeader).toBe(false)
  })

  it('does not lead by a reply that comes too late', async () => {
    const { election, changes, hang, reply } = tab({ isGranted: true })
    hang(10_000)
    await reply(OURS)
    expect(election.isLeader).toBe(false)
    expect(changes).toEqual([])
  })

  it.each([
    ['another tab holds it', { held: [{ name: 'hotpath:shop', clientId: 'you' }, ...(OURS.held?.slice(1) ?? [])] }],
    ['nobody holds it', { held: OURS.held?.slice(1) ?? [] }],
    ['the browser says nothing', {}],
  ] as const)('does not lead when %s', async (_, held) => {
    const { election, reply } = tab({ isGranted: true })
    await reply(held)
    expect(election.isLeader).toBe(false)
  })

  it('does not lead when the browser cannot be asked', async () => {
    const { election, queries, pass } = tab({ isGranted: true })
    queries[0]?.reject(new DOMException('The document is not active.', 'InvalidStateError'))
    await pass(0)
    expect(election.isLeader).toBe(false)
  })

  it('lives, when it is asked', async () => {
    const { election, sent, reply } = tab({ isGranted: true })
    await reply(OURS)
    election.hear('ping')
    await reply(OURS)
    expect(sent).toEqual(['beat', 'beat'])
  })

  it('waits for the term of a leader it was stolen from before by a third', async () => {
    const { election, requests, queries, pass, reply } = tab({ isGranted: false })
    await pass(500)
    election.hear('steal')
    await pass(100)
    requests[0]?.grant()
    await pass(1_899)
    expect(queries).toHaveLength(0)
    await pass(1)
    await reply(OURS)
    expect(election.isLeader).toBe(true)
  })
})

describe('a tab that waits for the lock', () => {
  it('asks a silent leader, steals from it, and waits for the end of its term', async () => {
    const { election, requests, queries, sent, pass, reply } = tab({ isGranted: false })
    await pass(2_000)
    expect(sent).toEqual(['ping'])
    await pass(3_999)
    expect(requests).toHaveLength(1)
    await pass(1)
    expect(sent).toEqual(['ping', 'steal'])
    expect(requests[1]?.steal).toBe(true)
    requests[1]?.grant()
    await pass(1_999)
    expect(queries).toHaveLength(0)
    await pass(1)
    await reply(OURS)
    expect(election.isLeader).toBe(true)
  })

  it('leaves a leader that beats alone', async () => {
    const { election, requests, sent, pass } = tab({ isGranted: false })
    for (let second = 0; second < 60; second++) {
      await pass(1_000)
      election.hear('beat')
    }
    expect(sent).toEqual([])
    expect(requests).toHaveLength(1)
  })

  it('leaves a leader that beats only when asked alone', async () => {
    const { election, requests, sent, pass } = tab({ isGranted: false })
    for (let second = 0; second < 60; second++) {
      const before = sent.length
      await pass(1_000)
      if (sent.length > before) election.hear('beat')
    }
    expect(sent.length).toBeGreaterThan(10)
    expect(requests).toHaveLength(1)
  })

  it('counts on when it is hidden, and its timers come once a second', async () => {
    const { sent, pass, hang } = tab({ isGranted: false, watchdogMs: 1_000 })
    for (let second = 0; second < 4; second++) {
      hang(750)
      await pass(250)
    }
    expect(sent).toContain('steal')
  })

  it('begins to count again when its own thread was busy', async () => {
    const { requests, sent, pass, hang } = tab({ isGranted: false })
    await pass(2_000)
    expect(sent).toEqual(['ping'])
    hang(60_000)
    await pass(3_000)
    expect(requests).toHaveLength(1)
    expect(sent).toEqual(['ping', 'ping'])
  })

  it('begins to count again when it was away in between', async () => {
    const { election, requests, sent, pass } = tab({ isGranted: false })
    await pass(2_000)
    expect(sent).toEqual(['ping'])
    election.resign()
    await pass(60_000)
    election.stand()
    await pass(2_000)
    expect(sent).toEqual(['ping', 'ping'])
    expect(requests.map(({ steal }) => steal)).toEqual([false, false])
  })
})

describe('a tab whose lock was stolen', () => {
  it('waits for it again a while later', async () => {
    const { requests, pass } = tab({ isGranted: true })
    requests[0]?.lost.reject(new DOMException('stolen', 'AbortError'))
    await pass(999)
    expect(requests).toHaveLength(1)
    await pass(1)
    expect(requests).toHaveLength(2)
  })

  it('does not when it has left meanwhile', async () => {
    const { election, requests, pass } = tab({ isGranted: true })
    requests[0]?.lost.reject(new DOMException('stolen', 'AbortError'))
    await pass(500)
    election.resign()
    await pass(60_000)
    expect(requests).toHaveLength(1)
  })
})
