/** A page that takes part in elections, and records when it led. */
import { createTabs, type Tabs } from '@hotpath/web'

/** Milliseconds of a clock that all tabs of a browser share. */
interface Span {
  readonly from: number
  to: number
}

/** Samples further apart are no proof of what was between them. */
const GAP_MS = 50
const SAMPLE_MS = 20

const heard: string[] = []
const spans: Span[] = []
let tabs: Tabs | undefined
let game = new AbortController()
let played: Promise<void> | undefined
let wasLeader = false

export function join(name: string, watchdog: `${number}s` = '1s'): void {
  tabs = createTabs({ name, watchdog })
  tabs.on('*', (event) => heard.push(event.type === 'message' ? `message ${String(event.data)}` : event.type))
}

export function leave(): void {
  tabs?.close()
  sample()
}

export function isLeader(): boolean {
  return sample()
}

export async function confirm(): Promise<boolean> {
  return (await tabs?.confirm()) === true
}

export function post(message: string): void {
  tabs?.post(message)
}

export function takeHeard(): string[] {
  return heard.splice(0)
}

/** Blocks the thread of this tab, from the next task on, until the server responds. */
export function hang(): void {
  setTimeout(() => blockUntil('/api/hang'))
}

/** As much later as a page sees it that was away for an hour. */
export function jumpAhead(ms: number): void {
  const monotonic = performance.now.bind(performance)
  const wall = Date.now
  performance.now = () => monotonic() + ms
  Date.now = () => wall() + ms
}

/** The page is away for so long when it is left next. */
export function jumpAheadWhenLeft(ms: number): void {
  addEventListener('pagehide', () => jumpAhead(ms), { once: true })
}

let ticks = 0
let tickedAt = 0

/** Counts a timer of a second. */
export function countTicks(): void {
  tickedAt = performance.now()
  setInterval(() => {
    ticks++
    tickedAt = performance.now()
  }, 1_000)
}

export function takeTicks(): number {
  return ticks
}

export function msSinceTick(): number {
  return performance.now() - tickedAt
}

/** Sets the wall clock back, as a user does or a time server. */
export function setClockBack(ms: number): void {
  const wall = Date.now
  Date.now = () => wall() - ms
}

/** Leaves, comes back and hangs at random until `stop`. */
export function play(name: string, seed: number): void {
  const random = randomOf(seed)
  game = new AbortController()
  played = (async () => {
    while (!game.signal.aborted) {
      const choice = random()
      if (choice < 0.004) hangNow(2_500)
      else if (choice < 0.2) hangNow(100 * random())
      else if (choice < 0.9) {
        leave()
        await pause(30 * random())
        join(name)
      }
      await pause(60 * random())
    }
  })()
}

export async function stop(): Promise<void> {
  game.abort()
  await played
}

/** When this tab led. */
export function led(): readonly Span[] {
  return spans
}

function sample(): boolean {
  const isLeader = tabs?.isLeader === true
  const now = performance.timeOrigin + performance.now()
  const last = spans.at(-1)
  if (isLeader) {
    if (wasLeader && last !== undefined && now - last.to < GAP_MS) last.to = now
    else spans.push({ from: now, to: now })
  }
  wasLeader = isLeader
  return isLeader
}

function hangNow(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end) {
    sample()
    blockUntil(`/api/pause/${SAMPLE_MS}`)
  }
}

/** Blocks the thread until the server responds, and leaves the processor to others. */
function blockUntil(path: string): void {
  const request = new XMLHttpRequest()
  request.open('GET', path, false)
  request.send()
}

let timer: Worker | undefined

/** By a worker, as timers of hidden tabs come once a second. */
async function pause(ms: number): Promise<void> {
  timer ??= new Worker(
    URL.createObjectURL(new Blob(['onmessage = ({ data }) => setTimeout(() => postMessage(0), data)'])),
  )
  for (let left = ms; left > 0; left -= SAMPLE_MS) {
    const isOver = new Promise((resolve) => timer?.addEventListener('message', resolve, { once: true }))
    timer.postMessage(Math.min(left, SAMPLE_MS))
    await isOver
    sample()
  }
}

/** Mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
