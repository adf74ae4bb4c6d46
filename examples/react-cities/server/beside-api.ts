/** Starts the city API as its own program does, and the page beside it, on the port after that of the API. */
import { runProgram } from 'city-api-example/program'
import { startReactPage } from './server.ts'

await runProgram((service) => {
  const port = Number(new URL(service.url).port) + 1
  // Any other one where that is taken.
  return startReactPage({ port, service }).catch(() => startReactPage({ port: 0, service }))
})
