import { afterEach, describe, expect, it, vi } from 'vitest'
import { createHints } from '../src/index.ts'
import { createFakeHints } from '../src/testing/index.ts'

afterEach(() => vi.unstubAllGlobals())

describe('hints', () => {
  it('ask for nothing where the browser reports nothing', () => {
    vi.stubGlobal('navigator', undefined)
    const { saveData, isSlow, memoryGb, cores } = createHints()
    expect({ saveData, isSlow, memoryGb, cores }).toEqual({
      saveData: false,
      isSlow: false,
      memoryGb: undefined,
      cores: undefined,
    })
  })

  it.each([
    ['slow-2g', true],
    ['2g', true],
    ['3g', true],
    ['4g', false],
  ])('take %s for slow: %s', (effectiveType, isSlow) => {
    vi.stubGlobal('navigator', { connection: Object.assign(new EventTarget(), { effectiveType }) })
    expect(createHints().isSlow).toBe(isSlow)
  })

  it('report a change once, and none after close', () => {
    const connection = Object.assign(new EventTarget(), { saveData: false, effectiveType: '4g' })
    vi.stubGlobal('navigator', { connection, deviceMemory: 4, hardwareConcurrency: 2 })
    const hints = createHints()
    const heard: unknown[] = []
    hints.on('change', (event) => heard.push(event))
    connection.dispatchEvent(new Event('change'))
    expect(heard).toEqual([])
    connection.saveData = true
    connection.dispatchEvent(new Event('change'))
    connection.dispatchEvent(new Event('change'))
    expect(heard).toEqual([{ type: 'change', saveData: true, isSlow: false, memoryGb: 4, cores: 2 }])
    hints.close()
    connection.saveData = false
    connection.dispatchEvent(new Event('change'))
    expect(heard).toHaveLength(1)
  })

  it('are set by the test in the fake', () => {
    const hints = createFakeHints()
    const heard: unknown[] = []
    hints.on('change', ({ isSlow, cores }) => heard.push([isSlow, cores]))
    hints.set({ isSlow: true })
    expect(heard).toEqual([[true, 8]])
    expect(hints.isSlow).toBe(true)
  })
})
