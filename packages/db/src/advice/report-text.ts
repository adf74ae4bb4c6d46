/** A report for a terminal. Pure. */
import type { Advice, QueryReport } from './report.ts'

const MAX_SHAPE = 100

/** The text. */
export function reportText({ advice, statements, unread, unknown }: Omit<QueryReport, 'text'>): string {
  const parts = [
    advice.length === 0 ? 'Nothing to do was found.' : 'What to do first:',
    ...advice.map((one, at) => adviceText(one, at + 1)),
    ...list(
      'On these statements the database spent most time:',
      statements.map(
        ({ fingerprint, count, hitRate, spentMs, p95Ms }) =>
          `${duration(spentMs)} for ${count} (${Math.round(hitRate * 100)} % from the cache, p95 ${duration(p95Ms)})  ${shortened(fingerprint)}`,
      ),
    ),
    ...list(
      'Not looked at:',
      unread.map(
        ({ fingerprint, reason, code }) =>
          `${WHY[reason]}${code === undefined ? '' : ` (${code})`}  ${shortened(fingerprint)}`,
      ),
    ),
    ...list('Not known:', unknown),
  ]
  return `${parts.join('\n\n')}\n`
}

const WHY: Readonly<Record<QueryReport['unread'][number]['reason'], string>> = {
  rights: 'no right to see the plan',
  timeout: 'the plan took too long',
  format: 'a plan of a form that is not known',
  several: 'several statements in one string',
  'too-large': 'too large to be kept for its plan',
  failed: 'the plan was refused',
}

function adviceText({ finding, fix, savesMs, fingerprint }: Advice, place: number): string {
  const saves = savesMs === undefined ? '' : ` (about ${duration(savesMs)} so far)`
  const lines = [`${place}. ${finding}${saves}`]
  if (fingerprint !== undefined) lines.push(`   ${shortened(fingerprint)}`)
  return [...lines, `   → ${fix}`].join('\n')
}

function list(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [[title, ...lines.map((line) => `  ${line}`)].join('\n')]
}

function shortened(shape: string): string {
  return shape.length > MAX_SHAPE ? `${shape.slice(0, MAX_SHAPE)}…` : shape
}

function duration(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`
  return `${ms >= 10 ? Math.round(ms) : ms.toFixed(2)} ms`
}
