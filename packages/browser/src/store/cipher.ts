/** What is done to values before they are stored, so that the disk does not show them. */
export interface ValueCipher {
  /** What is stored instead of a value: anything that can be cloned. */
  encrypt(value: unknown, key: string): Promise<unknown>
  /** The value again. Rejects for what was made by another key or for another cache key. */
  decrypt(stored: unknown, key: string): Promise<unknown>
}
