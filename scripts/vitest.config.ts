import { defineProject } from 'vitest/config'

// A machine may be busy with other things.
export default defineProject({ test: { name: 'scripts', include: ['*/test/**/*.test.ts'], testTimeout: 20_000 } })
