/** The order of things: database, service, load, write, and then whatever you ask of it. */
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { allCities } from './all-cities.ts'
import { type Arguments, USAGE, readArguments } from './arguments.ts'
import { LOAD_IN_WORDS, compare } from './compare.ts'
import { openDatabase } from './database.ts'
import { showProgress } from './progress.ts'
import { isFaster, reportComparison, reportWrite } from './report.ts'
import { type Service, startService } from './service.ts'
import { showWrite } from './show-write.ts'
import { StartError } from './start-error.ts'

const DATABASE = fileURLToPath(new URL('../data/cities.db', import.meta.url))
const CACHE = fileURLToPath(new URL('../data/cache.db', import.meta.url))

/** Serves something over the API. */
export type ServeBeside = (service: Service) => Promise<{ readonly url: string; close(): Promise<void> }>

/** Runs as the command line says, until Ctrl-C; `beside` is started when the load is over. Sets the exit code. */
export async function runProgram(beside?: ServeBeside): Promise<void> {
  const stop = new AbortController()
  // A second Ctrl-C ends the process at once.
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  try {
    const options = readArguments(process.argv.slice(2), process.env)
    if (options.help) console.log(USAGE)
    else process.exitCode = await run(options, stop.signal, beside)
  } catch (error) {
    const stopped = stop.signal.aborted && error instanceof Error && error.name === 'AbortError'
    if (!stopped) {
      console.error(error instanceof StartError ? error.message : error)
      process.exitCode = 1
    }
  }
}

async function run(
  { port, redis, store, once: ends }: Arguments,
  signal: AbortSignal,
  beside: ServeBeside | undefined,
): Promise<number> {
  const db = await openDatabase({ path: DATABASE, source: allCities, onProgress: showProgress, signal })
  try {
    const service = await startService({ db, port, redis, cacheFile: store === 'sqlite' ? CACHE : undefined })
    try {
      console.log(`Serving on ${service.url}`)
      const faster = await show(service, signal)
      if (ends) return faster ? 0 : 1
      const page = await beside?.(service)
      console.log(whatToTry(service.url, page?.url))
      await aborted(signal)
      await page?.close()
      return 0
    } finally {
      await service.close()
    }
  } finally {
    db.close()
  }
}

async function show(service: Service, signal: AbortSignal): Promise<boolean> {
  console.log(`\n${LOAD_IN_WORDS}\n`)
  const comparison = await compare(service, signal)
  console.log(reportComparison(comparison))
  console.log(`\nA write, and the answers that depend on it\n\n${reportWrite(await showWrite(service, signal))}`)
  return isFaster(comparison)
}

function whatToTry(url: string, page: string | undefined): string {
  const pageToo = page === undefined ? '' : `Open ${page}/ in two tabs: a page over the API.\n\n`
  return `
${pageToo}Open ${url}/ or try

  curl '${url}/fast/search?q=ber'
  curl '${url}/fast/nearest?lat=48.86&lon=2.35'
  curl -X PUT -d '{"population": 4000000}' ${url}/fast/cities/2950159
  curl ${url}/stats

Ctrl-C stops.`
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}
