/** Folders for the files of tests; removed again by `removeFolders`. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders: string[] = []
let files = 0

/** The path of a file that is not there yet. */
export function freshPath(): string {
  if (folders.length === 0) folders.push(mkdtempSync(join(tmpdir(), 'hotpath-sqlite-')))
  return join(folders[0] as string, `${++files}.db`)
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}
