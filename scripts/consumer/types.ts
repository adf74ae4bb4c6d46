/**
 * The types of all entry points, as old and new compilers find and check them: with the types of the oldest Node that
 * is supported, without those of browsers, and looking into the declarations of the packages, too. What cannot do without
 * those of browsers is checked with them, and without a look into the declarations of its framework.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** How one compiler looks for types. */
export interface TypeCheck {
  readonly name: string
  /** Folder of the compiler in `node_modules`, and its program. */
  readonly compiler: string
  readonly args: readonly string[]
}

const FOR_BROWSERS = ['@hotpath/browser/encryption', '@hotpath/vue']

const LIB = 'es2023'
const strict = [
  ['--noEmit', '--strict', '--experimentalDecorators', '--exactOptionalPropertyTypes'],
  ['--target', 'es2022', '--types', 'node'],
].flat()
const common = [...strict, '--skipLibCheck', 'false', '--lib', LIB]
const node16 = ['--module', 'node16', '--moduleResolution', 'node16', ...uses('mts'), ...uses('cts')]
const node10 = ['--module', 'commonjs', '--moduleResolution', 'node10', ...uses('ts')]
const modern = ['--module', 'esnext', '--moduleResolution', 'bundler']
const bundler = [...modern, ...uses('ts')]

/** The oldest compiler, the last that knows `node10`, and the newest. */
export const typeChecks: readonly TypeCheck[] = [
  { name: 'TypeScript 5.4, node16', compiler: 'typescript-5.4/bin/tsc', args: [...common, ...node16] },
  { name: 'TypeScript 5.4, node10', compiler: 'typescript-5.4/bin/tsc', args: [...common, ...node10] },
  {
    name: 'TypeScript 6, node10',
    compiler: 'typescript-6/bin/tsc6',
    args: [...common, '--ignoreDeprecations', '6.0', ...node10],
  },
  { name: 'TypeScript 7, node16', compiler: 'typescript-7/bin/tsc', args: [...common, ...node16] },
  { name: 'TypeScript 7, bundler', compiler: 'typescript-7/bin/tsc', args: [...common, ...bundler] },
  {
    name: 'TypeScript 7, bundler, for browsers',
    compiler: 'typescript-7/bin/tsc',
    args: [...strict, '--skipLibCheck', '--lib', `${LIB},dom,dom.iterable`, ...modern, 'types/browsers.ts'],
  },
]

/** Writes what the compilers check into the folder of the application. */
export function writeTypeUses(dir: string, specifiers: readonly string[]): void {
  const imports = importsOf(specifiers.filter((name) => !FOR_BROWSERS.includes(name)))
  writeFileSync(join(dir, 'types/browsers.ts'), importsOf(FOR_BROWSERS))
  const use = readFileSync(join(dir, 'types/use.ts'))
  for (const extension of ['ts', 'mts', 'cts']) {
    const [allPath = '', usePath = ''] = uses(extension)
    writeFileSync(join(dir, allPath), imports)
    writeFileSync(join(dir, usePath), use)
  }
}

function importsOf(specifiers: readonly string[]): string {
  return specifiers.map((name, index) => `export * as entry${index} from '${name}'\n`).join('')
}

function uses(extension: string): string[] {
  return [`types/all.${extension}`, `types/use.${extension}`]
}
