/** Cities without a library: each is loaded when it is first shown, and all of them again when they are invalidated. What this costs is the framework's. */
import { type City, loadCity } from './cities.ts'

/** A city that is on screen. */
interface Shown {
  city: City | undefined
  readonly listeners: Set<() => void>
}

const shown = new Map<number, Shown>()

export function bareCity(id: number): City | undefined {
  return shown.get(id)?.city
}

/** Calls when the city is another one, until the function that it returns is called. */
export function onBareCity(id: number, listener: () => void): () => void {
  const known = shown.get(id) ?? { city: undefined, listeners: new Set() }
  shown.set(id, known)
  known.listeners.add(listener)
  if (known.city === undefined) void load(id, known)
  return () => known.listeners.delete(listener)
}

export function invalidateBare(): void {
  for (const [id, known] of shown) if (known.listeners.size > 0) void load(id, known)
}

export function forgetBare(): void {
  for (const [id, { listeners }] of shown) if (listeners.size === 0) shown.delete(id)
}

async function load(id: number, known: Shown): Promise<void> {
  known.city = await loadCity(id)
  for (const listener of known.listeners) listener()
}
