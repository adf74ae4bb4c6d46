import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { encodeKey } from '../src/key.ts'
import { sampleKeys } from './key-arbitrary.ts'

const SEED = 20_260_101

test('two processes in different places of the world encode the same keys alike', async () => {
  const script = fileURLToPath(new URL('encode-sample.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@hotpath/source', script, String(SEED)],
    {
      env: { ...process.env, TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8' },
      timeout: 30_000,
      maxBuffer: 64 * 1024 * 1024,
    },
  )
  const here = sampleKeys(SEED).map(encodeKey)
  expect(new Set(here).size).toBeGreaterThan(400)
  expect(JSON.parse(stdout)).toEqual(here)
}, 40_000)
