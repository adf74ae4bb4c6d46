/** What goes in comes out. */
import { isDeepStrictEqual } from 'node:util'
import type { Lab } from './lab.ts'
import { fail, type Outcome, PASS } from './outcome.ts'
import { within } from './wait.ts'

const FALSY: Readonly<Record<string, unknown>> = { null: null, '0': 0, false: false, "''": '' }

const TYPED: Readonly<Record<string, unknown>> = {
  Date: new Date(86_400_000),
  Map: new Map([['a', 1]]),
  Set: new Set([1, 2]),
  BigInt: 2n ** 70n,
  'undefined member': { here: 1, missing: undefined },
}

/** `null`, `0`, `false` and `''` are values: a second read is a hit in memory. */
export async function falsyInMemory(lab: Lab): Promise<Outcome> {
  const node = await lab.node({ where: 'memory' })
  return each(lab, FALSY, async (key) => {
    await node.read(key)
    return node.read(key)
  })
}

/** Who reads what another node wrote: a node that starts after that, or one that was there and may have been told. */
export type Reader = 'new' | 'running'

/** The same, read by another node. */
export async function falsyThroughRedis(lab: Lab, reader: Reader): Promise<Outcome> {
  return throughRedis(lab, reader, FALSY, false)
}

/** Types that JSON does not know, read by another node. */
export function types(superjson: boolean): (lab: Lab, reader: Reader) => Promise<Outcome> {
  return (lab, reader) => throughRedis(lab, reader, TYPED, superjson)
}

async function throughRedis(
  lab: Lab,
  reader: Reader,
  values: Readonly<Record<string, unknown>>,
  superjson: boolean,
): Promise<Outcome> {
  const writer = await lab.node({ where: 'Redis', superjson })
  const other = reader === 'running' ? await lab.node({ where: 'Redis', superjson }) : undefined
  if (other !== undefined && lab.peer.lacks.bus === undefined && !(await lab.hears(writer, other, 5_000))) {
    return fail('the nodes never heard of each other')
  }
  return each(lab, values, async (key) => {
    await writer.read(key)
    await lab.stored(key)
    await lab.settle()
    return (other ?? (await lab.node({ where: 'Redis', superjson }))).read(key)
  })
}

async function each(
  lab: Lab,
  values: Readonly<Record<string, unknown>>,
  readTwice: (key: string) => Promise<unknown>,
): Promise<Outcome> {
  const problems: string[] = []
  for (const [index, [name, value]] of Object.entries(values).entries()) {
    const key = `value-${index}`
    lab.origin.give(key, value)
    try {
      const came = await within(3_000, 'reading it twice', readTwice(key))
      if (!isDeepStrictEqual(came, value)) problems.push(`${name} came back as ${show(came)}`)
      else if (lab.origin.calls(key) > 1) problems.push(`${name} was loaded again`)
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return problems.length === 0 ? PASS : fail(problems.join(', '))
}

function show(value: unknown): string {
  if (value === undefined) return '`undefined`'
  return `${typeof value} \`${JSON.stringify(value)}\``
}
