/**
 * The time zone of the process. Drivers write a `Date` in it, and read times without a zone in it, so that processes of
 * different zones get different rows for the same statement and parameters.
 */
export function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}
