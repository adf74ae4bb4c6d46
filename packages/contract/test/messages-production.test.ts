/** What an error of a page says, whose message was left out of the build. */
import { expect, it } from 'vitest'
import { messageOf } from '../src/messages.production.ts'

it('names the code, what is known of the subject, and where the rest is written', () => {
  expect(messageOf('ERR_LOAD_TIMEOUT', { key: 'city:42' })).toBe(
    'ERR_LOAD_TIMEOUT: key `city:42`. See `ERR_LOAD_TIMEOUT` in docs/errors.md of Hotpath.',
  )
  expect(messageOf('ERR_CONFIG_OPTION', { option: 'ttl' }, '`ttl` is wrong.')).toBe(
    'ERR_CONFIG_OPTION: `ttl` is wrong. See `ERR_CONFIG_OPTION` in docs/errors.md of Hotpath.',
  )
  expect(messageOf('ERR_CACHE_CLOSED')).toBe('ERR_CACHE_CLOSED See `ERR_CACHE_CLOSED` in docs/errors.md of Hotpath.')
})
