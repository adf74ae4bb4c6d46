/**
 * What pages pay, after gzip: of programs that show what the parts of the engine cost, and with `--why` room by room and
 * file by file; with `--parts` what each room costs the page of a whole `createBrowserCache`. A file's share of the compressed bytes is estimated by its share of the minified ones.
 */
import { parseArgs } from 'node:util'
import { pages } from '../.size-limit.ts'
import { printParts } from './page-parts.ts'
import { type Part, partsOfPage, roomOf, sizeOfPage } from './page-size.ts'

const { values } = parseArgs({
  options: { why: { type: 'boolean', default: false }, parts: { type: 'boolean', default: false } },
})

if (values.parts) await printParts()
else
  for (const page of pages) {
    const bytes = (await sizeOfPage(page)) - (page.beyond === undefined ? 0 : await sizeOfPage(page.beyond))
    console.log(`${page.name}: ${kB(bytes)} gzip, at most ${kB(page.limit)}`)
    if (bytes > page.limit) process.exitCode = 1
    if (values.why) explain(await partsOf(page), bytes)
  }

async function partsOf(page: (typeof pages)[number]): Promise<readonly Part[]> {
  const parts = await partsOfPage(page)
  if (page.beyond === undefined) return parts
  const known = new Set((await partsOfPage(page.beyond)).map(({ path }) => path))
  return parts.filter(({ path }) => !known.has(path))
}

function explain(parts: readonly Part[], compressed: number): void {
  const share = compressed / total(parts)
  const rooms = new Map<string, Part[]>()
  for (const part of parts) rooms.set(roomOf(part.path), [...(rooms.get(roomOf(part.path)) ?? []), part])
  const sized = [...rooms].map(([room, files]) => ({
    room,
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  }))
  for (const { room, files, bytes } of sized.sort((a, b) => b.bytes - a.bytes)) {
    console.log(`  ${kB(bytes * share).padStart(8)}  ${room} (${kB(bytes)} minified)`)
    for (const { path, bytes: own } of files)
      console.log(`    ${kB(own * share).padStart(8)}  ${path.slice(path.lastIndexOf('/') + 1)}`)
  }
}

function total(parts: readonly Part[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0)
}

function kB(bytes: number): string {
  return `${(bytes / 1_000).toFixed(2)} kB`
}
