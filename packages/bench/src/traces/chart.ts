/** Bars per class of trace and policy, as an SVG. */
const WIDTH = 720
const BAR = 14
const GAP = 22
const LEFT = 130
const TOP = 30

export interface Bars {
  readonly title: string
  readonly bars: readonly { readonly name: string; readonly value: number; readonly isOurs: boolean }[]
}

export function chart(heading: string, groups: readonly Bars[]): string {
  const parts: string[] = []
  let y = TOP
  for (const { title, bars } of groups) {
    y += GAP
    parts.push(`<text x="0" y="${y}" font-weight="bold">${title}</text>`)
    y += 6
    for (const { name, value, isOurs } of bars) {
      const width = Math.round(value * (WIDTH - LEFT - 60))
      parts.push(
        `<text x="${LEFT - 8}" y="${y + BAR - 3}" text-anchor="end">${name}</text>`,
        `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR - 2}" fill="${isOurs ? '#d2452d' : '#8fa3b8'}"/>`,
        `<text x="${LEFT + width + 6}" y="${y + BAR - 3}">${value.toFixed(3)}</text>`,
      )
      y += BAR
    }
  }
  const height = y + 10
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    `<text x="0" y="16" font-size="13">${heading}</text>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}
