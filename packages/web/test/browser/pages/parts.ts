/** A page with all parts but the database, and a record of what they report. */
import {
  type Capabilities,
  type Connectivity,
  createConnectivity,
  createHints,
  createIdle,
  createLifecycle,
  createScope,
  type HintValues,
  readCapabilities,
  watchMemory,
} from '@hotpath/web'

const heard: string[] = []
const errors: string[] = []
addEventListener('error', ({ message }) => errors.push(message))
addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)))

/** What was heard since the last call. */
export function takeHeard(): string[] {
  return heard.splice(0)
}

/** What reached the page as an error that nobody handled. */
export function unhandled(): readonly string[] {
  return errors
}

export function capabilities(): Capabilities {
  return readCapabilities()
}

export function hints(): HintValues {
  const { saveData, isSlow, memoryGb, cores, close } = createHints()
  close()
  return { saveData, isSlow, memoryGb, cores }
}

export function followLifecycle(): void {
  const lifecycle = createLifecycle()
  lifecycle.on('*', (event) => {
    const kept = event.type === 'pageshow' ? event.restored : event.type === 'pagehide' ? event.restorable : ''
    heard.push(`${event.type} ${lifecycle.state} ${kept}`.trim())
  })
}

export function followUnload(): void {
  addEventListener('pagehide', () => heard.push('pagehide'))
  addEventListener('unload', () => heard.push('unload'))
}

let connectivity: Connectivity | undefined

/** With a probe of the server. */
export function connect(delay: `${number}ms`): void {
  connectivity = createConnectivity({
    probe: async (signal) => fetch('/parts', { method: 'HEAD', signal }),
    delay,
    maxDelay: '1s',
    timeout: '10s',
  })
  connectivity.on('*', ({ type }) => heard.push(type))
}

/** A request, reported to the connectivity. */
export async function request(): Promise<boolean> {
  try {
    await fetch('/parts', { method: 'HEAD' })
    connectivity?.succeeded()
  } catch {
    connectivity?.failed()
  }
  return connectivity?.isOnline === true
}

export function isOnline(): readonly [library: boolean | undefined, browser: boolean] {
  return [connectivity?.isOnline, navigator.onLine]
}

export function whenIdle(): Promise<{ readonly remainingMs: number; readonly didTimeout: boolean }> {
  const idle = createIdle()
  return new Promise((resolve) => {
    idle.run((time) => resolve({ remainingMs: time.timeRemaining(), didTimeout: time.didTimeout }), { timeout: '20s' })
    idle.run(() => heard.push('called off'))()
  })
}

/** The source and level of the first report, of a heap that is sure to be over its budget. */
export function watchHeap(): readonly [string, string | undefined] {
  const memory = watchMemory({ heap: '100kb', free: 0, used: () => 85, budget: 100 })
  let source: string | undefined
  memory.on('*', (event) => void ('source' in event && (source = event.source)))
  const level = memory.check()
  memory.close()
  return [level, source]
}

export async function endScope(): Promise<{ readonly left: object; readonly calls: readonly string[] }> {
  const calls: string[] = []
  const scope = createScope()
  const target = new EventTarget()
  const element = document.createElement('p')
  scope.listen(target, 'ping', () => calls.push('listener'))
  scope.interval(() => calls.push('interval'), 1)
  scope.observer(new MutationObserver(() => calls.push('observer'))).observe(element, { attributes: true })
  const url = scope.objectUrl(new Blob(['text']))
  const request = fetch('/api/never', { signal: scope.controller().signal }).then(
    () => 'done',
    (error: Error) => error.name,
  )
  const { left } = scope.end()
  target.dispatchEvent(new Event('ping'))
  element.setAttribute('class', 'changed')
  const isRevoked = await fetch(url).then(
    () => false,
    () => true,
  )
  await new Promise((resolve) => void setTimeout(resolve, 50))
  return { left, calls: [...calls, `url revoked: ${isRevoked}`, `request: ${await request}`] }
}

/** Every part with a listener of the application that throws. */
export async function throwInListeners(): Promise<void> {
  const mine = (): never => {
    throw new Error('mine')
  }
  const network = createConnectivity()
  const memory = watchMemory({ used: () => 95, budget: 100, heap: false })
  const lifecycle = createLifecycle()
  const faults = [
    network.on('offline', mine),
    memory.on('critical', mine),
    lifecycle.on('visible', mine),
    network.on('fault', ({ error }) => heard.push(error.code)),
    memory.on('fault', ({ error }) => heard.push(error.code)),
    lifecycle.on('fault', ({ error }) => heard.push(error.code)),
  ]
  network.failed()
  memory.check()
  document.dispatchEvent(new Event('visibilitychange'))
  for (const end of faults) end()
}

/** How often a timer of 10 ms fires, and how many frames are drawn, in some time. */
export async function countTimers(ms: number): Promise<{ readonly timers: number; readonly frames: number }> {
  let timers = 0
  let frames = 0
  const timer = setInterval(() => timers++, 10)
  const frame = (): void => {
    frames++
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  const end = performance.now() + ms
  while (performance.now() < end) await new Promise((resolve) => void setTimeout(resolve, 10))
  clearInterval(timer)
  return { timers, frames }
}

/** Without what the browser may deny: in a frame of an origin of its own, nothing may be stored. */
export function inDeniedFrame(): Promise<Partial<Capabilities>> {
  return new Promise((resolve) => {
    const frame = document.createElement('iframe')
    frame.sandbox.add('allow-scripts')
    frame.src = '/denied'
    addEventListener('message', ({ data }) => resolve(data as Partial<Capabilities>), { once: true })
    document.body.append(frame)
  })
}
