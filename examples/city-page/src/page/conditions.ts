/** The troubles that the server makes when it is asked to. */
import { request } from './request.ts'

/** Which of them there are. */
export interface Conditions {
  readonly isAway: boolean
  readonly isSlow: boolean
  readonly failsWrites: boolean
}

/** Each of them, as a page names it. */
export const TROUBLES: readonly { readonly name: keyof Conditions; readonly label: string }[] = [
  { name: 'isSlow', label: 'Slow server' },
  { name: 'failsWrites', label: 'Every other write fails' },
  { name: 'isAway', label: 'API is away' },
]

/** Changes some; without any, says which there are. */
export function changeConditions(changed: Partial<Conditions> = {}): Promise<Conditions> {
  return request('/conditions', { method: 'PUT', body: JSON.stringify(changed) })
}
