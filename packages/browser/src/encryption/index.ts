export { createEncryption } from './encryption.ts'
export type { Encryption, EncryptionOptions } from './encryption.ts'
export type { ValueCipher } from '../store/cipher.ts'
