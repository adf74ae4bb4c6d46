/** Recorded traces: one key per line, gzip. They are not part of the repository. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type Trace, traceOf } from './policy.ts'

const FOLDER = join(import.meta.dirname, '../../../../../shared/data/traces')

/** By the first part of a trace's name. */
const CLASSES: Readonly<Record<string, string>> = {
  address: 'memory addresses',
  cache2k: 'web pages',
  libcachesim: 'block storage',
  lirs: 'loops and scans',
}

/** Those that there are; why there are none, where that is so. */
export function recordedTraces(folder: string = process.env['TRACES'] ?? FOLDER): Trace[] | string {
  if (!existsSync(folder)) return `There is no folder ${folder}. Name one by TRACES.`
  return readdirSync(folder)
    .filter((file) => file.endsWith('.txt.gz'))
    .map((file) => {
      const name = file.slice(0, -'.txt.gz'.length)
      const lines = gunzipSync(readFileSync(join(folder, file)))
        .toString()
        .split('\n')
      return traceOf(
        name,
        CLASSES[name.split('-')[0] as string] ?? 'other',
        lines.filter((line) => line !== ''),
      )
    })
}
