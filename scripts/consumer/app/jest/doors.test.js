const { useDoors } = require('../doors.cjs')

// Both share the modules of this file: what the first does must not break the second.
test('the packages work', useDoors)
test('the packages work once more', useDoors)
