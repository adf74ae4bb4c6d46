/** Checks the types of the examples against the sources of the packages, and makes programs of them. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { publicPackages, root } from '../workspace.ts'
import type { Example, Mistake } from './extract.ts'

const GUIDED = /^p-|-dom$|^(?:svelte|solid-js|@angular\/core)$/

const FOR_EXAMPLES = {
  declaration: false,
  isolatedDeclarations: false,
  typeRoots: [join(root, 'node_modules/@types')],
}
/** `docs-keys.md-12.ts(3,7): error TS2322: Type …`, with more lines below it that begin with blanks. */
const COMPLAINT = /^(?<file>.+?)\((?<line>\d+),\d+\): error (?<text>TS[^]*)$/

/** An example that can be run. */
export interface Program {
  readonly example: Example
  /** What the stack of an error calls it. */
  readonly source: string
  /** What Node runs; a source map leads back to `source`. */
  readonly path: string
}

/** Compiles all examples into an empty folder, where they find the packages as if these were installed. */
export function compile(examples: readonly Example[], dir: string): { programs: Program[]; mistakes: Mistake[] } {
  install(dir)
  const programs = examples.map((example): Program => {
    const path = join(dir, `${example.page.replaceAll('/', '-')}-${example.line}`)
    return { example, source: `${path}.ts`, path: `${path}.mjs` }
  })
  for (const { source, path, example } of programs) {
    writeFileSync(source, example.code)
    // Compiled rather than stripped of its types: not every Node that runs these checks knows `await using`.
    const compilerOptions = { ...options(), noEmit: false, module: ts.ModuleKind.ESNext, inlineSourceMap: true }
    writeFileSync(path, ts.transpileModule(example.code, { fileName: source, compilerOptions }).outputText)
  }
  return { programs, mistakes: checkTypes(programs, dir) }
}

/** By the native compiler, in a fifth of the time of the other one, which is needed for its API. */
function checkTypes(programs: readonly Program[], dir: string): Mistake[] {
  const pages = new Map(programs.map(({ source, example }) => [source, example.page]))
  const config = { extends: join(root, 'tsconfig.base.json'), compilerOptions: FOR_EXAMPLES, files: [...pages.keys()] }
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify(config))
  const args = [join(root, 'node_modules/typescript-7/bin/tsc'), '-p', dir, '--pretty', 'false']
  const { stdout, stderr, status, error } = spawnSync(process.execPath, args, { cwd: dir, encoding: 'utf8' })
  if (status === null || stderr !== '') throw new Error(`tsc failed. ${stderr}`, { cause: error })
  return stdout
    .split(/\n(?!\s|$)/)
    .filter((complaint) => complaint.trim() !== '')
    .flatMap((complaint) => {
      const { file, line, text = complaint } = COMPLAINT.exec(complaint)?.groups ?? {}
      if (file === undefined) return [{ page: 'tsconfig.base.json', line: 1, text: complaint.trimEnd() }]
      const page = pages.get(join(dir, file))
      // The sources of packages are judged elsewhere, with the libraries that they ask for.
      return page === undefined ? [] : [{ page, line: Number(line), text: text.trimEnd().replaceAll('\n', '\n    ') }]
    })
}

function options(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile) as { config: object }
  return { ...ts.parseJsonConfigFileContent(config, ts.sys, root).options, ...FOR_EXAMPLES }
}

function install(dir: string): void {
  const link = (name: string, home: string): void => {
    const path = join(dir, 'node_modules', name)
    mkdirSync(dirname(path), { recursive: true })
    // Two packages may have the same peer.
    if (!existsSync(path)) symlinkSync(home, path)
  }
  for (const { name, dir: home, manifest } of publicPackages()) {
    link(name, home)
    // What users install beside a package, what renders for them, and what guides bring along: wrappers of promises, frameworks.
    const others = Object.keys(manifest.devDependencies ?? {}).filter((other) => GUIDED.test(other))
    for (const peer of [...Object.keys(manifest.peerDependencies ?? {}), ...others]) {
      link(peer, join(home, 'node_modules', peer))
      const types = join(home, 'node_modules/@types', peer)
      if (existsSync(types)) link(`@types/${peer}`, types)
    }
  }
}
