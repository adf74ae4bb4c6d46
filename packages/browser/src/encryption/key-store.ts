import { openDatabase } from '@hotpath/web/database'

/** One database for the keys of an origin, apart from what they encrypt. */
const DATABASE = { name: 'hotpath:keys', stores: ['keys'], durability: 'strict', window: 0 } as const

/** The key of a name, made by the tab that asks first. Scripts can use it, and none can read it. */
export async function keyOf(name: string): Promise<CryptoKey> {
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const database = openDatabase(DATABASE)
  try {
    return await database.transaction(['keys'], async (transaction) => {
      const found = await transaction.get('keys', name)
      if (found instanceof CryptoKey) return found
      await transaction.put('keys', name, made)
      return made
    })
  } finally {
    await database.close()
  }
}

/** Deletes the key of a name: what it has encrypted cannot be read any more. */
export async function deleteKey(name: string): Promise<void> {
  const database = openDatabase(DATABASE)
  try {
    await database.delete('keys', name)
  } finally {
    await database.close()
  }
}
