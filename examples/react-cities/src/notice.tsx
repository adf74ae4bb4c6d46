import { failureOf } from 'city-page-example/request'
import type { ReactNode } from 'react'

interface AwayProps {
  /** What the last load failed with. */
  readonly error: unknown
  /** Whether there is something of before to show. */
  readonly hasData: boolean
  readonly onRetry: () => unknown
}

/** Says that what is shown is of before, or that there is nothing. */
export function Away({ error, hasData, onRetry }: AwayProps): ReactNode {
  if (error === undefined) return null
  return (
    <div className="notice" role="status">
      {failureOf(error, hasData)}
      <button className="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  )
}

/** What is shown of a mutation. */
interface Write {
  readonly status: string
  readonly error: unknown
  readonly reset: () => void
}

/** Says that a change was taken back. */
export function Refused({ write }: { readonly write: Write }): ReactNode {
  if (write.status !== 'failed') return null
  return (
    <div className="notice" data-kind="refused" role="alert">
      {write.error instanceof Error ? write.error.message : 'The change was refused.'} It was taken back.
      <button className="button" onClick={write.reset}>
        OK
      </button>
    </div>
  )
}
