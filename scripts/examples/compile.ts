/** Checks the types of the examples against the sources of the packages, and makes programs of them. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { publicPackages, root } from '../workspace.ts'
import type { Example, Mistake } from './extract.ts'

const GUIDED = /^p-|-dom$|^(?:svelte|solid-js|@angular\/core)$/

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
  return { programs, mistakes: checkTypes(programs) }
}

function checkTypes(programs: readonly Program[]): Mistake[] {
  const pages = new Map(programs.map(({ source, example }) => [source, example.page]))
  const host = ts.createProgram([...pages.keys()], options())
  const found = [...host.getOptionsDiagnostics(), ...host.getGlobalDiagnostics()]
  for (const name of pages.keys()) {
    const file = host.getSourceFile(name)
    found.push(...host.getSyntacticDiagnostics(file), ...host.getSemanticDiagnostics(file))
  }
  return found.map(({ file, start = 0, code, messageText }) => ({
    page: pages.get(file?.fileName ?? '') ?? 'tsconfig.base.json',
    line: (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1,
    text: `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n    ')}`,
  }))
}

function options(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile) as { config: object }
  const forExamples = { declaration: false, isolatedDeclarations: false, typeRoots: ['node_modules/@types'] }
  return { ...ts.parseJsonConfigFileContent(config, ts.sys, root).options, ...forExamples }
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
