import type { Token } from '@hotpath/contract'

/** A key with the handle that it belongs to. */
export interface Name {
  readonly key: string
  readonly encoded: string
  readonly inNamespace: boolean
}

export const NAMES: readonly Name[] = [
  { key: 'a', encoded: 'a', inNamespace: false },
  { key: 'b', encoded: 'b', inNamespace: false },
  { key: 'a', encoded: 'n:a', inNamespace: true },
  { key: 'c', encoded: 'n:c', inNamespace: true },
]

/** A token that was noted some writes ago. */
export interface Noted {
  readonly token: Token
  readonly position: number
}
