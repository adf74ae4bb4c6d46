/** As much of WebDriver (https://www.w3.org/TR/webdriver2/) as the tests need. */
import { until } from './patience.ts'

const PATIENCE_MS = 30_000

/** A browser that is driven. Its commands go to the tab it was switched to, so they are sent one after another. */
export interface Session {
  readonly version: string
  /** Opens a tab in a window of its own, so that each can be on screen. */
  newTab(): Promise<string>
  /** Sends a command that returns nothing to a tab. */
  post(tab: string, command: string, body?: object): Promise<void>
  evaluate<Value>(tab: string, expression: string): Promise<Value>
  close(tab: string): Promise<void>
  end(): Promise<void>
}

/** Begins to drive. */
export async function startSession(url: string, capabilities: object): Promise<Session> {
  const alwaysMatch = { ...capabilities, timeouts: { script: PATIENCE_MS, pageLoad: PATIENCE_MS } }
  const started = await send<Started>('POST', `${url}/session`, { capabilities: { alwaysMatch } })
  const base = `${url}/session/${started.sessionId}`
  const first = await send<string>('GET', `${base}/window`)
  let calls = 0
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <Value>(command: () => Promise<Value>): Promise<Value> => {
    const done = last.then(command)
    last = done.catch(() => {})
    return done
  }
  let current: string | undefined
  const inTab = <Value>(handle: string, command: () => Promise<Value>): Promise<Value> =>
    inTurn(async () => {
      if (handle !== current) await send('POST', `${base}/window`, { handle })
      current = handle
      return command()
    })
  return {
    version: started.capabilities.browserVersion,
    newTab: () =>
      // From the first tab, which stays: the last one that was switched to may be closed.
      inTab(
        first,
        async () => (await send<{ handle: string }>('POST', `${base}/window/new`, { type: 'window' })).handle,
      ),
    post: (tab, command, body = {}) => inTab(tab, async () => void (await send('POST', `${base}/${command}`, body))),
    async evaluate<Value>(tab: string, expression: string) {
      const call = `call${++calls}`
      await inTab(tab, () => send('POST', `${base}/execute/sync`, { script: begin(call, expression), args: [] }))
      // Looked for again and again: a page that waits for another tab must not hold up the commands to that tab.
      let result: Result | null = null
      await until(`\`${expression}\` in webkit`, async () => {
        result = await inTab(tab, () => send('POST', `${base}/execute/sync`, { script: collect(call), args: [] }))
        return result !== null
      })
      const { json, error } = (result ?? {}) as Result
      if (error !== undefined) throw new Error(error)
      return (typeof json === 'string' ? JSON.parse(json) : undefined) as Value
    },
    async close(tab) {
      await inTab(tab, () => send('DELETE', `${base}/window`))
      current = undefined
    },
    end: () => inTurn(async () => void (await send('DELETE', base).catch(() => {}))),
  }
}

interface Started {
  readonly sessionId: string
  readonly capabilities: { readonly browserVersion: string }
}

interface Result {
  /** What WebDriver makes of `undefined` is `null`. */
  readonly json?: string | null
  readonly error?: string
}

/** Begins to evaluate; what comes of it is kept in the page, `null` until then. */
function begin(call: string, expression: string): string {
  return `
    const results = (globalThis.webdriverResults ??= new Map());
    results.set('${call}', null);
    (async () => await (${expression}))().then(
      (value) => results.set('${call}', { json: JSON.stringify(value) }),
      (error) => results.set('${call}', { error: String(error) }),
    )`
}

function collect(call: string): string {
  return `
    const result = globalThis.webdriverResults?.get('${call}')
    if (result !== null) globalThis.webdriverResults?.delete('${call}')
    return result === undefined ? { error: 'Error: the page was left meanwhile' } : result`
}

async function send<Value>(method: string, url: string, body?: object): Promise<Value> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const { value } = (await response.json()) as { readonly value: Value }
  if (response.ok) return value
  const { error, message } = value as { readonly error?: string; readonly message?: string }
  throw new Error(`WebDriver: ${error} ${message}`)
}
