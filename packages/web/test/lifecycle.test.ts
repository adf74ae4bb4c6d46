import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLifecycle } from '../src/index.ts'
import { createFakeLifecycle } from '../src/testing/index.ts'
import { standInPage } from './page.ts'

afterEach(() => vi.unstubAllGlobals())

describe('a lifecycle', () => {
  it('is visible where there is no page', () => {
    expect(createLifecycle().state).toBe('visible')
  })

  it('reports each event of the page with its state', () => {
    const page = standInPage()
    const lifecycle = createLifecycle()
    const heard: unknown[] = []
    lifecycle.on('*', (event) => heard.push([lifecycle.state, event]))
    page.document.visibilityState = 'hidden'
    page.fire('document', 'visibilitychange')
    page.fire('document', 'freeze')
    page.fire('document', 'resume')
    page.document.visibilityState = 'visible'
    page.fire('document', 'visibilitychange')
    page.fire('window', 'pagehide', { persisted: true })
    page.document.visibilityState = 'hidden'
    page.fire('document', 'visibilitychange')
    page.document.visibilityState = 'visible'
    page.fire('document', 'visibilitychange')
    page.fire('window', 'pageshow', { persisted: true })
    expect(heard).toEqual([
      ['hidden', { type: 'hidden' }],
      ['frozen', { type: 'frozen' }],
      ['hidden', { type: 'resumed' }],
      ['visible', { type: 'visible' }],
      ['left', { type: 'pagehide', restorable: true }],
      ['left', { type: 'hidden' }],
      ['visible', { type: 'visible' }],
      ['visible', { type: 'pageshow', restored: true }],
    ])
  })

  it('goes on when a listener throws', () => {
    const page = standInPage()
    const lifecycle = createLifecycle()
    const heard: unknown[] = []
    lifecycle.on('hidden', () => {
      throw new Error('mine')
    })
    lifecycle.on('hidden', () => heard.push('second'))
    lifecycle.on('fault', ({ error }) => heard.push(error.message))
    page.document.visibilityState = 'hidden'
    page.fire('document', 'visibilitychange')
    expect(heard).toEqual([
      'A listener for `hidden` threw. The page went on; handle the error inside it. Cause: mine',
      'second',
    ])
  })

  it('hears nothing after close', () => {
    const page = standInPage()
    const lifecycle = createLifecycle()
    const heard: unknown[] = []
    lifecycle.on('*', (event) => heard.push(event))
    lifecycle.close()
    page.fire('document', 'freeze')
    expect(heard).toEqual([])
    expect(lifecycle.state).toBe('visible')
  })
})

describe('the fake', () => {
  it('emits what browsers emit', () => {
    const lifecycle = createFakeLifecycle()
    const heard: string[] = []
    lifecycle.on('*', ({ type }) => heard.push(`${type} ${lifecycle.state}`))
    lifecycle.freeze()
    lifecycle.show()
    lifecycle.leave()
    lifecycle.hide()
    lifecycle.restore()
    expect(heard).toEqual([
      'hidden hidden',
      'frozen frozen',
      'resumed hidden',
      'visible visible',
      'pagehide left',
      'hidden left',
      'visible visible',
      'pageshow visible',
    ])
  })
})
