/** What is exported has its own name, and stays what it was, whatever is called. Arguments: every entry point. */
const assert = require('node:assert/strict')
const { useDoors } = require('./doors.cjs')

const names = process.argv.slice(2)
const before = names.map((name) => ({ ...require(name) }))

async function main() {
  for (const name of names) {
    assertClassNames(require(name))
    assertClassNames(await import(name))
  }
  await useDoors()
  await useDoors()
  for (const name of names) await callAll(require(name))
  for (const [index, name] of names.entries()) {
    for (const [key, value] of Object.entries(before[index])) {
      assert.equal(require(name)[key], value, `\`${key}\` of \`${name}\` is something else than it was`)
    }
    assert.deepEqual(Object.keys(require(name)), Object.keys(before[index]))
  }
}

function assertClassNames(exported) {
  for (const [key, value] of Object.entries(exported)) {
    if (typeof value === 'function' && `${value}`.startsWith('class ')) assert.equal(value.name, key)
  }
}

/** Calls every function without arguments. Most refuse that, but only after they have begun. */
async function callAll(exported) {
  for (const value of Object.values(exported)) {
    if (typeof value !== 'function') continue
    try {
      await value()
    } catch {}
    try {
      Reflect.construct(value, [])
    } catch {}
  }
}

void main().then(() => process.exit())
