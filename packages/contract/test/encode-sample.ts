/** Run by key-processes.test.ts in a process of its own: encodes the keys of a seed and prints them as JSON. */
import { encodeKey } from '../src/key.ts'
import { sampleKeys } from './key-arbitrary.ts'

process.stdout.write(JSON.stringify(sampleKeys(Number(process.argv[2])).map(encodeKey)))
