/** The files of a page, as Vite has built them. */
import { readFile, readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
}

/** Files by their path. */
export interface Files {
  /** The document says where the log of the server was, so that the page can follow it from there on. */
  respond(path: string, position: string | undefined): Response
}

/** Reads all of a folder. */
export async function readFiles(dir: string): Promise<Files> {
  const files = new Map<string, Buffer<ArrayBuffer>>()
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    files.set(file.slice(dir.length).replaceAll('\\', '/'), await readFile(file))
  }
  const document = String(files.get('/index.html'))
  return {
    respond(path, position = '') {
      if (path === '/') {
        const meta = `<meta name="position" content="${position}">`
        return new Response(document.replace('</head>', `${meta}</head>`), {
          headers: { 'content-type': 'text/html', 'cache-control': 'no-store' },
        })
      }
      const file = files.get(path)
      if (file === undefined) return new Response(null, { status: 404 })
      return new Response(file, { headers: { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' } })
    },
  }
}
