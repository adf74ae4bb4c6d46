/** A page in a frame whose storage is denied: what the library makes of that, posted to the page around it. */
import { createTabs, readCapabilities } from '@hotpath/web'
import { openDatabase } from '@hotpath/web/database'

const outcome = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: { readonly code?: string }) => error.code ?? String(error),
  )

export async function report(): Promise<object> {
  const database = openDatabase({ name: 'denied', stores: ['entries'] })
  const tabs = createTabs({ name: 'denied' })
  const result = {
    localStorage: readCapabilities().localStorage,
    put: await outcome(database.put('entries', 'a', 1)),
    get: await outcome(database.get('entries', 'a')),
    transaction: await outcome(database.transaction(['entries'], async () => 1)),
    destroy: await outcome(database.destroy()),
    isLeader: await tabs.confirm(),
  }
  tabs.close()
  await database.close()
  return result
}

if (parent !== globalThis.window) parent.postMessage(await report(), '*')
