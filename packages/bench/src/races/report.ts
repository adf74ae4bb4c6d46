/** Prints what the races said as Markdown: a table, the reasons, and what was installed. */
import { readFileSync } from 'node:fs'
import { fail, type Outcome } from './outcome.ts'
import type { Peer } from './peer.ts'
import type { Race } from './race-list.ts'

export type Results = ReadonlyMap<Race, ReadonlyMap<Peer, Outcome>>

export function report(results: Results, peers: readonly Peer[]): void {
  row(['race', ...peers.map(({ name }) => name)])
  row(['---', ...peers.map(() => '---')])
  for (const [{ name }, outcomes] of results) row([name, ...peers.map((peer) => outcomes.get(peer)?.verdict ?? '')])
  console.log('\nWhat happened:\n')
  row(['', '', 'races', 'reason'])
  row(['---', '---', '---', '---'])
  for (const peer of peers) {
    for (const [reason, { verdict, names }] of reasonsOf(results, peer)) {
      row([peer.name, verdict, names.join('; '), reason.replaceAll('|', String.raw`\|`)])
    }
  }
  console.log('\nSet up as:\n')
  row(['', 'versions', 'as'])
  row(['---', '---', '---'])
  for (const { name, packages, setup } of peers) {
    row([name, packages.map((each) => `${each} ${versionOf(each)}`).join(', '), setup])
  }
}

/** Each reason once, with the races that it explains. */
function reasonsOf(results: Results, peer: Peer): Map<string, { verdict: string; names: string[] }> {
  const reasons = new Map<string, { verdict: string; names: string[] }>()
  for (const [{ name }, outcomes] of results) {
    const { verdict, reason } = outcomes.get(peer) ?? fail('it did not run')
    if (verdict === 'pass') continue
    const known = reasons.get(reason)
    if (known === undefined) reasons.set(reason, { verdict, names: [name] })
    else known.names.push(name)
  }
  return reasons
}

function row(cells: readonly string[]): void {
  console.log(`| ${cells.join(' | ')} |`)
}

function versionOf(name: string): string {
  const manifest = readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { readonly version: string }).version
}
