const { useDoors } = require('../doors.cjs')

/** For machines that are slow or busy. */
const TIMEOUT_MS = 60_000

// Both share the modules of this file: what the first does must not break the second.
test('the packages work', useDoors, TIMEOUT_MS)
test('the packages work once more', useDoors, TIMEOUT_MS)
