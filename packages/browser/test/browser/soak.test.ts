import { expect, it } from 'vitest'
import { soakBrowser } from '../soak/browser-soak.ts'

it('six tabs that are killed, frozen and reloaded read nothing stale, and lose nothing', async () => {
  const { stale, lost, reads, writes, faults } = await soakBrowser(30)
  expect({ stale, lost }).toEqual({ stale: [], lost: [] })
  expect(Math.min(reads, writes, Object.keys(faults).length)).toBeGreaterThan(3)
})
