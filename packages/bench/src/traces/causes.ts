/** Why least recently used is ahead, for those traces where it is. */
const CAUSES: Readonly<Record<string, string>> = {
  'lirs-zigzag': 'there and back again: what was used last is used first',
  'lirs-backf': 'there and back again: what was used last is used first',
  'shifting hot set': 'what was popular goes on counting until it has faded',
  'fading keys': 'what was popular goes on counting until it has faded',
}

export function causeOf(trace: string): string {
  return CAUSES[trace] ?? 'no single cause: popular and recent keys overlap'
}
