import { createFakeClock, createRandom, type FakeClock } from '@hotpath/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTabs } from '../src/index.ts'
import { createFakeLifecycle, createFakeTabs, type FakeTab, type FakeTabs } from '../src/testing/index.ts'
import { standInPage } from './page.ts'

let clock: FakeClock
let browser: FakeTabs
let tabs: FakeTab[]

beforeEach(() => {
  clock = createFakeClock()
  browser = createFakeTabs({ clock })
  tabs = []
})

function open(count: number): void {
  for (let index = 0; index < count; index++) tabs.push(browser.open({ name: 'shop', watchdog: '4s' }))
}

function leaders(): number[] {
  return tabs.flatMap(({ tabs }, index) => (tabs.isLeader ? [index] : []))
}

/** Lets time pass in small steps, and looks after each whether two tabs lead. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    await clock.advanceAsync(100)
    expect(leaders().length).toBeLessThan(2)
  }
}

describe('messages', () => {
  it('reach the other tabs of the name, and those alone', async () => {
    open(2)
    const other = browser.open({ name: 'other' })
    const heard: unknown[] = []
    for (const [index, { tabs: one }] of [...tabs, other].entries()) {
      one.on('message', ({ data }) => heard.push([index, data]))
    }
    tabs[0]?.tabs.post({ price: 3 })
    await pass(0)
    await clock.advanceAsync(0)
    expect(heard).toEqual([[1, { price: 3 }]])
  })

  it('go on when a listener throws, which is an event', async () => {
    open(2)
    const heard: unknown[] = []
    tabs[1]?.tabs.on('message', () => {
      throw new Error('mine')
    })
    tabs[1]?.tabs.on('message', ({ data }) => heard.push(data))
    tabs[1]?.tabs.on('fault', ({ error }) => heard.push(error.code))
    tabs[0]?.tabs.post(1)
    await clock.advanceAsync(0)
    expect(heard).toEqual(['ERR_LISTENER_THREW', 1])
  })

  it('end with close', async () => {
    open(2)
    const heard: unknown[] = []
    tabs[1]?.tabs.on('*', (event) => heard.push(event))
    tabs[1]?.tabs.close()
    tabs[0]?.tabs.post(1)
    await clock.advanceAsync(0)
    expect(heard).toEqual([])
  })

  it('are posted to nobody after close', async () => {
    open(2)
    const heard: unknown[] = []
    tabs[1]?.tabs.on('message', (event) => heard.push(event))
    tabs[0]?.tabs.close()
    tabs[0]?.tabs.post(1)
    await clock.advanceAsync(0)
    expect(heard).toEqual([])
  })
})

describe('the leader', () => {
  it('is the first tab, and says so', async () => {
    open(3)
    const heard: unknown[] = []
    for (const [index, { tabs: one }] of tabs.entries()) one.on('leader', () => heard.push(index))
    await pass(1_000)
    expect(leaders()).toEqual([0])
    expect(heard).toEqual([0])
  })

  it('stays for hours, with its timers alone', async () => {
    open(3)
    for (let hour = 0; hour < 10; hour++) {
      await clock.advanceAsync(360_000)
      expect(leaders()).toEqual([0])
    }
  })

  it('is replaced at once when its tab closes', async () => {
    open(3)
    await pass(500)
    tabs[0]?.tabs.close()
    await clock.advanceAsync(0)
    expect(leaders()).toEqual([1])
  })

  it('is replaced at once when its tab crashes', async () => {
    open(2)
    await pass(500)
    tabs[0]?.crash()
    tabs.shift()
    await clock.advanceAsync(0)
    expect(leaders()).toEqual([0])
  })

  it('is replaced when it hangs, and never leads together with its successor', async () => {
    open(3)
    await pass(500)
    const lost: unknown[] = []
    tabs[0]?.tabs.on('follower', () => lost.push('lost'))
    tabs[0]?.hang()
    await pass(15_000)
    expect(leaders()).toHaveLength(1)
    expect(leaders()).not.toContain(0)
    expect(lost).toEqual([])
    tabs[0]?.wake()
    expect(leaders()).not.toContain(0)
    await pass(15_000)
    expect(lost).toEqual(['lost'])
    expect(leaders()).toHaveLength(1)
  })

  it('keeps the lead through a short hang', async () => {
    open(3)
    await pass(500)
    tabs[0]?.hang()
    await pass(3_000)
    expect(leaders()).toEqual([])
    tabs[0]?.wake()
    await pass(1_100)
    expect(leaders()).toEqual([0])
  })

  it('knows after a hang only by asking', async () => {
    open(1)
    await pass(500)
    const [tab] = tabs
    tab?.hang()
    await clock.advanceAsync(60_000)
    expect(tab?.tabs.isLeader).toBe(false)
    tab?.wake()
    await expect(tab?.tabs.confirm()).resolves.toBe(true)
    expect(tab?.tabs.isLeader).toBe(true)
  })

  it.each([
    ['frozen', (tab: FakeTab) => tab.lifecycle.freeze(), (tab: FakeTab) => tab.lifecycle.resume()],
    [
      'left for a page that it may come back from',
      (tab: FakeTab) => tab.lifecycle.leave(),
      (tab: FakeTab) => tab.lifecycle.restore(),
    ],
  ])('is replaced at once when its page is %s, and follows when it comes back', async (_, leave, comeBack) => {
    open(2)
    await pass(500)
    const [first] = tabs as [FakeTab]
    leave(first)
    expect(first.tabs.isLeader).toBe(false)
    await clock.advanceAsync(0)
    expect(leaders()).toEqual([1])
    await pass(60_000)
    comeBack(first)
    await pass(15_000)
    expect(leaders()).toEqual([1])
    tabs[1]?.crash()
    tabs.pop()
    await clock.advanceAsync(0)
    expect(leaders()).toEqual([0])
  })

  it('is not taken from a tab by one that hung itself', async () => {
    open(2)
    await pass(500)
    for (let round = 0; round < 5; round++) {
      tabs[1]?.hang()
      await pass(20_000)
      tabs[1]?.wake()
      await pass(500)
      expect(leaders()).toEqual([0])
    }
  })

  it('is at most one, whatever hangs, wakes, freezes, crashes and opens', async () => {
    for (let seed = 1; seed <= 30; seed++) {
      clock = createFakeClock()
      browser = createFakeTabs({ clock })
      tabs = []
      open(4)
      const random = createRandom(seed)
      for (let step = 0; step < 60; step++) {
        const tab = tabs[Math.floor(random() * tabs.length)] as FakeTab
        const deeds = [
          () => tab.hang(),
          () => tab.wake(),
          () => tab.wake(),
          () => tab.lifecycle.freeze(),
          () => tab.lifecycle.show(),
          () => tab.lifecycle.leave(),
          () => tab.lifecycle.restore(),
          () => void tab.tabs.confirm(),
          () => {
            tab.crash()
            tabs.splice(tabs.indexOf(tab), 1)
            open(1)
          },
        ]
        deeds[Math.floor(random() * deeds.length)]?.()
        await pass(Math.floor(random() * 3_000))
      }
      for (const tab of tabs) {
        tab.wake()
        tab.lifecycle.show()
        tab.lifecycle.restore()
      }
      await pass(20_000)
      expect(leaders(), `seed ${seed}`).toHaveLength(1)
    }
  })
})

describe('without a part of the browser', () => {
  const lifecycle = createFakeLifecycle()

  it('has no leader where there are no locks', async () => {
    const one = createTabs({ name: 'shop', clock, lifecycle, locks: false, openChannel: false })
    await clock.advanceAsync(60_000)
    expect([one.canLead, one.isLeader, await one.confirm()]).toEqual([false, false, false])
    one.post('nobody hears it')
    one.close()
    expect(clock.pending).toBe(0)
  })

  it('leaves no timer behind', async () => {
    open(2)
    await pass(5_000)
    for (const { tabs: one } of tabs) one.close()
    await clock.advanceAsync(60_000)
    expect(clock.pending).toBe(0)
  })
})

it('ignores what another program posts to its channel', async () => {
  const listeners: ((event: { readonly data: unknown }) => void)[] = []
  const one = createTabs({
    name: 'shop',
    clock,
    lifecycle: createFakeLifecycle(),
    locks: false,
    openChannel: () => ({
      postMessage() {},
      addEventListener: (type, listener) => void (type === 'message' && listeners.push(listener)),
      close() {},
    }),
  })
  const heard: unknown[] = []
  one.on('*', (event) => heard.push(event))
  const posted = [undefined, null, 5, 'beat', [], {}, { election: 'abdicate' }, { election: { steal: true } }]
  for (const data of [...posted, { data: 'ours' }]) for (const listener of listeners) listener({ data })
  expect(heard).toEqual([{ type: 'message', data: 'ours' }])
  one.close()
})

it('is alone where the browser denies channels', () => {
  vi.stubGlobal('BroadcastChannel', () => expect.fail('denied'))
  const one = createTabs({ name: 'shop', clock, lifecycle: createFakeLifecycle(), locks: false })
  expect(() => one.post('to nobody')).not.toThrow()
  one.close()
  vi.unstubAllGlobals()
})

it('refuses a name that is empty, and options that it does not know', () => {
  expect(() => createTabs({ name: '' })).toThrow('`name` must be a string that is not empty')
  expect(() => createTabs({ name: 'a', watchDog: '1s' } as never)).toThrow('Did you mean `watchdog`?')
})

describe('a page that is about to be left', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('gives up the lead before, so that the browser can keep it, and takes it again if the user stays', async () => {
    const page = standInPage()
    open(2)
    await pass(100)
    expect(leaders()).toEqual([0])
    // Both tabs of the fake browser hear it.
    page.fire('window', 'beforeunload')
    await pass(500)
    expect(leaders()).toEqual([])
    await pass(1_000)
    expect(leaders()).toEqual([0])
    for (const { tabs: one } of tabs) one.close()
    page.fire('window', 'beforeunload')
    await pass(2_000)
    expect(leaders()).toEqual([])
  })
})
