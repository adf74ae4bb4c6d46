/** What is said of an object that cannot be stored in a build for production, in the place of `advice.ts`: nothing. */
import type { Advice } from './advice.ts'

/** No advice: a program in production has been tried out. */
export function adviceOn(): Advice {
  return ['', '']
}
