/** The optimizer without one of its safeguards: its sources, with a piece replaced. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Making } from './scenario.ts'

/** What is replaced, in a file of `src`. */
export interface Replacement {
  readonly file: string
  readonly from: string
  readonly to: string
}

const PACKAGE = join(import.meta.dirname, '../..')

/** Makes it; `use` gets the function that makes optimizers. */
export async function without<Result>(
  replacements: readonly Replacement[],
  use: (make: Making) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(PACKAGE, 'test/explorer/.without-'))
  try {
    cpSync(join(PACKAGE, 'src'), folder, { recursive: true })
    for (const { file, from, to } of replacements) {
      const source = readFileSync(join(folder, file), 'utf8')
      if (source.split(from).length !== 2) throw new Error(`${file} does not have this once: ${from}`)
      writeFileSync(
        join(folder, file),
        source.replace(from, () => to),
      )
    }
    const { createQueryOptimizer } = (await import(
      /* @vite-ignore */ pathToFileURL(join(folder, 'create-query-optimizer.ts')).href
    )) as { readonly createQueryOptimizer: Making }
    return await use(createQueryOptimizer)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
