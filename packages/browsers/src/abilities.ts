/** Which engine can do what, and what a driver has for the rest. */
import type { Abilities, Browser, Engine, Tab } from './browser.ts'

const ENGINES_WITH: Readonly<Record<keyof Abilities, readonly Engine[]>> = {
  kill: ['chromium'],
  metrics: ['chromium'],
  freeze: ['chromium'],
  offline: ['chromium'],
  quota: ['chromium'],
  clear: ['chromium'],
  endStorageProcess: ['webkit'],
  restart: ['chromium', 'firefox'],
}

/** What an engine can do. */
export function abilitiesOf(engine: Engine): Abilities {
  const rows = Object.entries(ENGINES_WITH).map(([name, engines]) => [name, engines.includes(engine)])
  return Object.fromEntries(rows) as Record<keyof Abilities, boolean>
}

/** The calls that some browsers lack: a driver puts its own over those that it has. */
export function browserWithout(
  engine: Engine,
): Pick<Browser, 'setOffline' | 'setQuota' | 'clearStorage' | 'endStorageProcess'> {
  return {
    setOffline: unable(engine, 'go offline'),
    setQuota: unable(engine, 'set a quota'),
    clearStorage: unable(engine, 'clear the storage of an origin'),
    endStorageProcess: unable(engine, 'end its storage process'),
  }
}

/** The calls that some tabs lack. */
export function tabWithout(engine: Engine): Pick<Tab, 'freeze' | 'unfreeze' | 'kill' | 'metrics' | 'longestTaskMs'> {
  return {
    freeze: unable(engine, 'freeze a tab'),
    unfreeze: unable(engine, 'unfreeze a tab'),
    kill: unable(engine, 'kill a tab'),
    metrics: unable(engine, 'measure a page'),
    longestTaskMs: unable(engine, 'measure tasks'),
  }
}

function unable(engine: Engine, what: string): () => Promise<never> {
  return () => Promise.reject(new Error(`${engine} cannot ${what}. Look at \`can\` of the browser first.`))
}
