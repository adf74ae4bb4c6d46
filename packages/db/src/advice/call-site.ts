/** Where a call comes from: the first place of a stack that is neither ours nor of a package. */

const OURS =
  /[\\/]node_modules[\\/]|[\\/]packages[\\/]db[\\/]src[\\/]|[( ]node:|<anonymous>\)?$|\(index \d+\)$|^\s+at new Promise /

/** Of an ORM that runs its statements from a promise of its own. */
const UNKNOWN = 'a place that the stack does not show'

/** As `file:///app/src/tickets.ts:7:12`, or that there is none. */
export function callSite(stack: string): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
  const frame = frames.find((line) => !OURS.test(line))
  if (frame === undefined) return UNKNOWN
  return frame.replace(/^\s+at (?:async )?/, '').replace(/^.*\((.*)\)$/, '$1')
}
