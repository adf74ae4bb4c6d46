/** Starts the server, plays the story against it, prints what happened, and ends. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { openCityApi } from './api.ts'
import { createCityServer } from './server.ts'
import { tell } from './story.ts'

const cityServer = createCityServer()
cityServer.server.listen(0, '127.0.0.1')
await once(cityServer.server, 'listening')
const { port } = cityServer.server.address() as AddressInfo

const cityApi = openCityApi(`http://127.0.0.1:${port}`)
const chapters = await tell(cityApi, cityServer)
console.log(`${'calls'.padStart(5)}  ${'requests'.padStart(8)}  ${'bytes'.padStart(6)}`)
for (const { title, calls, asked, sentBytes, result } of chapters) {
  const numbers = `${String(calls).padStart(5)}  ${String(asked.length).padStart(8)}  ${String(sentBytes).padStart(6)}`
  console.log(`${numbers}  ${title}: ${result}`)
  console.log(`${' '.repeat(25)}${asked.join('; ')}`)
}
await cityApi[Symbol.asyncDispose]()
cityServer.server.close()
