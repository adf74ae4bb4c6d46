import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createItem, type Item, SENT } from '../src/batch/item.ts'
import { createWaitingKeys } from '../src/batch/waiting-keys.ts'

const action = fc.oneof(
  fc.record({ type: fc.constant('add' as const), level: fc.nat(3) }),
  fc.record({ type: fc.constant('raise' as const), which: fc.nat(), level: fc.nat(3) }),
  fc.record({ type: fc.constant('leave' as const), which: fc.nat() }),
  fc.record({ type: fc.constant('take' as const), max: fc.integer({ min: 1, max: 3 }) }),
)

/** The most urgent first, and among equals who came there first. */
class Model {
  readonly levels: Item<number>[][] = [[], [], [], []]

  get waiting(): Item<number>[] {
    return this.levels.flat()
  }

  remove(item: Item<number>): void {
    for (const level of this.levels) if (level.includes(item)) level.splice(level.indexOf(item), 1)
  }
}

test('levels give out what waits in the order of its urgency, each once, whatever is raised and leaves', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200, size: 'large' }), (actions) => {
      const levels = createWaitingKeys<number>()
      const model = new Model()
      let keys = 0
      for (const one of actions) {
        const { waiting } = model
        if (one.type === 'add') {
          const item = createItem(keys, keys++, levels.groupOf(one.level))
          levels.add(item)
          model.levels[one.level]?.push(item)
        } else if (one.type === 'take') {
          const taken = levels.take(one.max)
          const expected = waiting.slice(0, one.max)
          expect(taken.keys).toEqual(expected.map(({ key }) => key))
          expect(taken.items).toEqual(expected)
          expect(expected.every(({ group }) => group === taken.group && group.level === SENT)).toBe(true)
          for (const item of expected) model.remove(item)
        } else if (waiting.length > 0) {
          const item = waiting[one.which % waiting.length] as Item<number>
          if (one.type === 'leave') {
            model.remove(item)
            item.isOver = true
            levels.left()
          } else if (one.level < item.group.level) {
            model.remove(item)
            model.levels[one.level]?.push(item)
            levels.raise(item, one.level)
          }
        }
        expect(levels.size).toBe(model.waiting.length)
      }
    }),
    { numRuns: 500 },
  )
})

test('what is left of one that was raised does not stand in the way of what comes later', () => {
  const levels = createWaitingKeys<string>()
  const raised = createItem('raised', 'raised', levels.groupOf(2))
  levels.add(raised)
  levels.raise(raised, 1)
  expect(levels.take(1).items).toEqual([raised])
  const group = levels.groupOf(3)
  const later = createItem('later', 'later', group)
  levels.add(later)
  const taken = levels.take(1)
  expect(taken.items).toEqual([later])
  // Taken whole, without a look at each item.
  expect(taken.group).toBe(group)
})
