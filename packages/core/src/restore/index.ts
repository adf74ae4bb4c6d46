export { hotKeys } from './hot-keys.ts'
export { readAhead } from './read-ahead.ts'
export { restoreHeld } from './restore-held.ts'
