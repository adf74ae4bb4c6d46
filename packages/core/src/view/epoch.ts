import type { Random } from '@hotpath/contract'

/** Makes the random identity of one life of a log: 20 characters, safe in URLs, cookies and tokens. */
export function newEpoch(random: Random): string {
  let epoch = ''
  while (epoch.length < 20)
    epoch += Math.floor(random() * 36 ** 5)
      .toString(36)
      .padStart(5, '0')
  return epoch
}
