import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createItem, type Item, SENT } from '../src/batch/item.ts'
import { createBatchLanes } from '../src/batch/waiting-keys.ts'

const action = fc.oneof(
  fc.record({ type: fc.constant('add' as const), lane: fc.nat(3) }),
  fc.record({ type: fc.constant('raise' as const), which: fc.nat(), lane: fc.nat(3) }),
  fc.record({ type: fc.constant('leave' as const), which: fc.nat() }),
  fc.record({ type: fc.constant('take' as const), max: fc.integer({ min: 1, max: 3 }) }),
)

/** The most urgent first, and among equals who came there first. */
class Model {
  readonly lanes: Item<number>[][] = [[], [], [], []]

  get waiting(): Item<number>[] {
    return this.lanes.flat()
  }

  remove(item: Item<number>): void {
    for (const lane of this.lanes) if (lane.includes(item)) lane.splice(lane.indexOf(item), 1)
  }
}

test('lanes give out what waits in the order of its urgency, each once, whatever is raised and leaves', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200, size: 'large' }), (actions) => {
      const lanes = createBatchLanes<number>()
      const model = new Model()
      let keys = 0
      for (const one of actions) {
        const { waiting } = model
        if (one.type === 'add') {
          const item = createItem(keys, keys++, lanes.groupOf(one.lane))
          lanes.add(item)
          model.lanes[one.lane]?.push(item)
        } else if (one.type === 'take') {
          const taken = lanes.take(one.max)
          const expected = waiting.slice(0, one.max)
          expect(taken.keys).toEqual(expected.map(({ key }) => key))
          expect(taken.items).toEqual(expected)
          expect(expected.every(({ group }) => group === taken.group && group.lane === SENT)).toBe(true)
          for (const item of expected) model.remove(item)
        } else if (waiting.length > 0) {
          const item = waiting[one.which % waiting.length] as Item<number>
          if (one.type === 'leave') {
            model.remove(item)
            item.isOver = true
            lanes.left()
          } else if (one.lane < item.group.lane) {
            model.remove(item)
            model.lanes[one.lane]?.push(item)
            lanes.raise(item, one.lane)
          }
        }
        expect(lanes.size).toBe(model.waiting.length)
      }
    }),
    { numRuns: 500 },
  )
})

test('what is left of one that was raised does not stand in the way of what comes later', () => {
  const lanes = createBatchLanes<string>()
  const raised = createItem('raised', 'raised', lanes.groupOf(2))
  lanes.add(raised)
  lanes.raise(raised, 1)
  expect(lanes.take(1).items).toEqual([raised])
  const group = lanes.groupOf(3)
  const later = createItem('later', 'later', group)
  lanes.add(later)
  const parcel = lanes.take(1)
  expect(parcel.items).toEqual([later])
  // Taken whole, without a look at each item.
  expect(parcel.group).toBe(group)
})
