/** What a test of an application does with policies while it moves time itself, whatever moves it. */
import assert from 'node:assert/strict'
import { batch, circuitBreaker, hedge, limit, memoize, retry, throttle, timeout } from '../../src/index.ts'

/** Timers that a test moves. */
export interface Moved {
  /** Moves time on, and calls what is due before it returns. */
  advance(ms: number): void
}

/** Lets promises settle, which no timers do. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

const hang = (): Promise<never> => new Promise(() => {})
const TOO_SLOW = { code: 'ERR_REQUEST_TIMEOUT' }

/** What depends on timers alone. */
export const SCENARIOS: Readonly<Record<string, (time: Moved) => Promise<void>>> = {
  async 'a timeout ends a call that hangs'({ advance }) {
    const ended = assert.rejects(timeout(hang, '1s')(), TOO_SLOW)
    advance(1_000)
    await ended
  },

  async 'a timeout gives each call its own time'({ advance }) {
    const hanging = timeout(hang, '1s')
    let over = ''
    const first = assert.rejects(hanging(), TOO_SLOW).then(() => (over += 'first '))
    advance(600)
    const second = assert.rejects(hanging(), TOO_SLOW).then(() => (over += 'second'))
    advance(400)
    await first
    await settle()
    assert.equal(over, 'first ')
    advance(600)
    await second
    assert.equal(over, 'first second')
  },

  async 'a call that is over in time keeps its answer'({ advance }) {
    const answer = timeout(async () => 42, '1s')()
    await settle()
    advance(5_000)
    assert.equal(await answer, 42)
  },

  async 'a retry waits for its turn'({ advance }) {
    let calls = 0
    const flaky = retry(
      async () => {
        if (++calls < 3) throw new Error('busy')
        return calls
      },
      { delay: '1s', jitter: false },
    )
    const answer = flaky()
    await settle()
    assert.equal(calls, 1)
    advance(1_000)
    await settle()
    assert.equal(calls, 2)
    advance(2_000)
    assert.equal(await answer, 3)
  },

  async 'a hedge makes its second attempt'({ advance }) {
    let calls = 0
    const answer = hedge(async () => (++calls === 1 ? hang() : 'second'), { after: '1s' })()
    await settle()
    advance(1_000)
    assert.equal(await answer, 'second')
  },

  async 'a throttle lets the next ones go'({ advance }) {
    let calls = 0
    const send = throttle(async () => ++calls, { limit: 2, interval: '1s' })
    const answers = [send(), send(), send(), send(), send()]
    await settle()
    assert.equal(calls, 2)
    // Where `Date` is that of the machine, it may have gone on between two of the calls, and the later one waits for longer: by a
    // timer of its own, which node:test begins where the move ends.
    advance(1_000)
    advance(10)
    await settle()
    assert.equal(calls, 4)
    advance(1_010)
    assert.deepEqual(await Promise.all(answers), [1, 2, 3, 4, 5])
  },

  async 'a limit needs no time'() {
    const run = limit(async (id: number) => id, { concurrency: 1 })
    assert.deepEqual(await Promise.all([run(1), run(2)]), [1, 2])
  },

  async 'a batch without a window needs no time'() {
    const double = batch(async (keys: readonly number[]) => keys.map((key) => key * 2))
    assert.deepEqual(await Promise.all([double.load(1), double.load(2)]), [2, 4])
    assert.equal(await double.load(3, { priority: 'critical' }), 6)
  },

  async 'a batch with a window collects for so long'({ advance }) {
    let calls = 0
    const load = batch(async (keys: readonly number[]) => (calls++, keys), { window: '1s' })
    const answers = [load.load(1)]
    advance(600)
    answers.push(load.load(2))
    advance(400)
    assert.deepEqual(await Promise.all(answers), [1, 2])
    assert.equal(calls, 1)
  },

  async 'a batch has its timeout, and its retries'({ advance }) {
    const slow = batch(hang as () => Promise<readonly number[]>, { timeout: '1s', window: '100ms' })
    const ended = assert.rejects(slow.load(1), TOO_SLOW)
    advance(100)
    advance(1_000)
    await ended
    let calls = 0
    const flaky = batch(async (keys: readonly number[]) => (++calls === 1 ? [new Error('busy')] : keys), {
      window: '100ms',
      retry: { attempts: 2, delay: '1s', jitter: false },
    })
    const answer = flaky.load(7)
    advance(100)
    await settle()
    advance(1_000)
    assert.equal(await answer, 7)
  },
}

/** What depends on how long ago something was, and so on a clock that moves along. */
export const SCENARIOS_OF_CLOCKS: typeof SCENARIOS = {
  async 'a circuit that was open lets a probe through'({ advance }) {
    let isDown = true
    const load = circuitBreaker(
      async () => {
        if (isDown) throw new Error('down')
        return 'up'
      },
      { minCalls: 2, pause: '5s' },
    )
    for (let calls = 0; calls < 2; calls++) await assert.rejects(load())
    isDown = false
    advance(4_000)
    await assert.rejects(load(), { code: 'ERR_REQUEST_CIRCUIT_OPEN' })
    advance(2_000)
    assert.equal(await load(), 'up')
  },

  async 'a memoized answer ends'({ advance }) {
    let calls = 0
    const rate = memoize(async () => ++calls, { maxEntries: 10, ttl: '1m' })
    assert.deepEqual([await rate(), await rate()], [1, 1])
    advance(61_000)
    assert.equal(await rate(), 2)
  },

  async 'a throttle is free again after a while'({ advance }) {
    const send = throttle(async () => 'sent', { limit: 1, interval: '1s' })
    await send()
    advance(1_000)
    assert.equal(await send(), 'sent')
  },
}
