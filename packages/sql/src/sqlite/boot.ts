/**
 * Which start of the machine this is. A commit is in the operating system's hands, which survives the death of every
 * process but not that of the machine; so after another start the log may lack what it acknowledged.
 */
import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'

/** Linux has an id for it; elsewhere the minute of the start serves. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return `minute ${Math.round((Date.now() / 1_000 - uptime()) / 60)}`
  }
}

/** Whether two ids name one start; a minute may come out as its neighbour. */
export function isSameBoot(one: string, other: string): boolean {
  const [minute, otherMinute] = [one, other].map((id) => /^minute (\d+)$/.exec(id)?.[1])
  if (minute === undefined || otherMinute === undefined) return one === other
  return Math.abs(Number(minute) - Number(otherMinute)) <= 1
}
