/** The checks that a change has to pass, in the order in which a mistake is cheapest to find. */
import { globSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runSteps, type Step } from './steps.ts'
import { root } from './workspace.ts'

const flags = readFlags()

// Emptied first, so that a run that dies is not judged by the report of an earlier one.
const reports = 'node_modules/.cache/reports'
rmSync(join(root, reports), { recursive: true, force: true })

function vitest(name: string, selection: string): Step {
  const report = `${reports}/${name}.json`
  return {
    name,
    command: `vitest run ${selection} --reporter=default --reporter=json --outputFile.json=${report}`,
    report,
  }
}

/** Vitest leaves a core alone, which is half of two. */
const onAllCores = '--maxWorkers=100%'

const quick: Step[] = [
  { name: 'lint', command: 'oxlint --type-aware --deny-warnings' },
  { name: 'format', command: 'biome format' },
  { name: 'boundaries', command: 'node scripts/check-boundaries.ts' },
  { name: 'methods', command: 'node scripts/check-methods.ts' },
  { name: 'bounds', command: 'node scripts/check-bounds.ts' },
  { name: 'types', command: 'node scripts/check-types.ts' },
  vitest(
    'unit',
    `${onAllCores} --exclude **/test/integration/** --exclude **/test/browser/** --exclude **/*.fuzz.test.ts`,
  ),
]

const hasIntegrationTests = globSync('*/*/test/integration/**/*.test.ts', { cwd: root }).length > 0
const thorough: Step[] = [
  // In real browsers; those that this machine lacks are skipped with a reason, Chromium never.
  vitest('browsers', '--project browsers'),
  ...(hasIntegrationTests ? [vitest('integration', `${onAllCores} test/integration .fuzz.test.ts`)] : []),
  { name: 'examples', command: 'node scripts/check-examples.ts' },
  { name: 'build', command: 'turbo run build' },
  {
    name: 'example',
    command: 'node --conditions=@hotpath/source examples/city-api/src/main.ts --once',
    env: { PORT: '0' },
  },
  { name: 'example nest', command: 'pnpm --filter nest-service-example start --once', env: { PORT: '0' } },
  {
    name: 'http-client',
    command: 'node --conditions=@hotpath/source examples/http-client/src/main.ts',
  },
  { name: 'pack', command: 'node scripts/pack.ts', needs: 'build' },
  // After `pack`, which puts other READMEs in their place for a while.
  { name: 'docs', command: 'typedoc', isBesideOthers: true },
  { name: 'publint', command: 'node scripts/each-tarball.ts publint run --strict', needs: 'pack' },
  {
    name: 'attw',
    command: 'node scripts/each-tarball.ts attw --format ascii --no-emoji --no-color',
    needs: 'pack',
  },
  { name: 'consumer', command: 'node scripts/check-consumer.ts', needs: 'pack' },
  { name: 'inner names', command: 'node scripts/check-inner-names.ts', needs: 'build' },
  { name: 'sizes', command: 'node scripts/check-sizes.ts', needs: 'build' },
  { name: 'pages', command: 'node scripts/sizes.ts', needs: 'build' },
  { name: 'knip', command: 'knip' },
  { name: 'changesets', command: 'node scripts/check-changesets.ts' },
  { name: 'next', command: 'node scripts/check-next.ts', needs: 'pack', isAlone: true },
  { name: 'nuxt', command: 'node scripts/check-nuxt.ts', needs: 'pack' },
]

const { passed, failed } = await runSteps(flags.quick ? quick : [...quick, ...thorough], flags)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

function readFlags(): { readonly quick: boolean; readonly verbose: boolean } {
  try {
    return parseArgs({
      options: { quick: { type: 'boolean', default: false }, verbose: { type: 'boolean', default: false } },
    }).values
  } catch (error) {
    console.error(`${(error as Error).message}. Usage: ./scripts/test [--quick] [--verbose]`)
    process.exit(2)
  }
}
