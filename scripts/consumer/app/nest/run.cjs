/** Compiles the application and starts it. */
const { execFileSync } = require('node:child_process')

execFileSync(process.execPath, [require.resolve('typescript-5.4/bin/tsc'), '-p', __dirname], { stdio: 'inherit' })
require('./dist/main.js')
