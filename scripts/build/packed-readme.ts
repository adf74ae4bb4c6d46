/**
 * The README that users get. On the page of a registry a relative link leads nowhere: at packing it becomes the address of
 * the page in the repository, or plain text while the repository has no address.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, posix, relative } from 'node:path'
import { readManifest, root } from '../workspace.ts'

const LINK = /(?<!!)\[((?:[^[\]]|\[[^\]]*\])*)\]\((?!https?:|mailto:|#)([^)\s]+)\)/g

/**
 * @param repository `repository` of the package.json at the root.
 * @param directory Folder of the package, from the root.
 */
export function packedReadme(markdown: string, repository: string | undefined, directory: string): string {
  const page = repository?.replace(/(?:\.git)?\/?$/, '')
  return markdown.replace(LINK, (_, text: string, target: string) =>
    page === undefined ? text : `[${text}](${page}/blob/main/${posix.join(directory, target)})`,
  )
}

/** Puts the packed README in the place of the one in the repository, which is kept aside. */
function putPacked(dir: string): void {
  const { path, aside } = placesOf(dir)
  // One that is there is of a packing that was cut off.
  if (!existsSync(aside)) {
    mkdirSync(dirname(aside), { recursive: true })
    copyFileSync(path, aside)
  }
  const { repository } = readManifest(join(root, 'package.json')) as { readonly repository?: string }
  writeFileSync(path, packedReadme(readFileSync(aside, 'utf8'), repository, relative(root, dir)))
}

function putBack(dir: string): void {
  const { path, aside } = placesOf(dir)
  if (existsSync(aside)) renameSync(aside, path)
}

function placesOf(dir: string): { readonly path: string; readonly aside: string } {
  return { path: join(dir, 'README.md'), aside: join(root, 'node_modules/.cache/readmes', `${basename(dir)}.md`) }
}

// `prepack` and `postpack` of each package run it in the folder of the package.
if (process.argv[1] === import.meta.filename) (process.argv.includes('--put-back') ? putBack : putPacked)(process.cwd())
