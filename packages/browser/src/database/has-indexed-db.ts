/** Whether there is IndexedDB. Where settings deny it, some browsers say so at the first use alone. */
export function hasIndexedDb(): boolean {
  try {
    // Reading it throws in others.
    return (globalThis.indexedDB as IDBFactory | undefined) !== undefined
  } catch {
    return false
  }
}
