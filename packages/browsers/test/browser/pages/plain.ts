/** A page with the storage that all tabs of a profile share. */

export function remember(name: string, value: string): void {
  localStorage.setItem(name, value)
}

export function recall(name: string): string | null {
  return localStorage.getItem(name)
}

export async function heldLocks(): Promise<readonly (string | undefined)[]> {
  const { held = [] } = await navigator.locks.query()
  return held.map(({ name }) => name)
}

/** Takes a lock and keeps it as long as the page lives. */
export async function takeLock(name: string): Promise<void> {
  await new Promise<void>((resolve) => {
    void navigator.locks.request(name, () => {
      resolve()
      return new Promise(() => {})
    })
  })
}

export function clockStepMs(): number {
  let step = Number.POSITIVE_INFINITY
  let last = performance.now()
  for (let changes = 0; changes < 50; ) {
    const now = performance.now()
    if (now === last) continue
    step = Math.min(step, now - last)
    last = now
    changes++
  }
  return step
}

/** Stores that many bytes in IndexedDB; resolves to the name of the error that this fails with. */
export function store(bytes: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const opening = indexedDB.open('plain')
    opening.onupgradeneeded = () => void opening.result.createObjectStore('bytes')
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('bytes', 'readwrite')
      transaction.objectStore('bytes').put(crypto.getRandomValues(new Uint8Array(bytes)), 0)
      transaction.addEventListener('complete', () => resolve(undefined))
      transaction.addEventListener('abort', () => resolve(transaction.error?.name))
    }
  })
}
