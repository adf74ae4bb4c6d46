import { wrongOption } from '@hotpath/contract'

/** How urgent a call is, where calls wait for each other. */
export type Priority = 'critical' | 'high' | 'normal' | 'low'

/** Priorities, the most urgent first. */
export const PRIORITIES: readonly Priority[] = ['critical', 'high', 'normal', 'low']

/** @throws ConfigError for what is no priority. */
export function priorityOption(priority: unknown, option: string): void {
  if (PRIORITIES.includes(priority as Priority)) return
  throw wrongOption(option, `one of ${PRIORITIES.join(', ')}`, priority, "Leave it out for 'normal'.")
}
