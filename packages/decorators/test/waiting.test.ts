import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('A program that waits for a decorated method does not end before it', { timeout: 60_000 }, async () => {
  const program = fileURLToPath(new URL('fixtures/waiting.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--conditions=@hotpath/source',
    '--no-warnings',
    program,
  ])
  expect(stdout).toBe('retried\nERR_REQUEST_TIMEOUT\n')
})
