/**
 * V8 throws away what it has optimized for the objects of a class when a full collection finds none of them alive, as is
 * usual between two bursts of calls. So one of each is kept, and the calls after a collection are as fast as those before.
 * It is made with the first policy that needs it rather than at load: to import one function must not bring along all
 * classes.
 */
const kept = new Map<unknown, object>()

/** Keeps one object of a class alive. */
export function keepOne(type: unknown, make: () => object): void {
  if (!kept.has(type)) kept.set(type, make())
}
