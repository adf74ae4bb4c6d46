const READS = [
  ['/search?q=ber', 'places whose name begins with “ber”'],
  ['/countries/DE/biggest', 'the biggest places of Germany'],
  ['/nearest?lat=48.86&amp;lon=2.35', 'the places nearest to the middle of Paris'],
  ['/cities/2950159', 'Berlin'],
]

/** A short list of what there is to try. */
export function homePage(): string {
  const rows = READS.map(
    ([path, meaning]) => `<li>${link(`/plain${path}`)} or ${link(`/fast${path}`)}: ${meaning}</li>`,
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>City API</title>
<h1>City API</h1>
<p>Each address twice: plain, and fast with Hotpath.</p>
<ul>
${rows.join('\n')}
<li>PUT /fast/cities/2950159 with {"population": 4000000}: a write; the next answers are new</li>
<li>${link('/stats')}: what the cache has done</li>
</ul>
<p>Places: <a href="https://www.geonames.org">GeoNames</a>, CC BY 4.0.</p>
</html>
`
}

function link(path: string): string {
  return `<a href="${path}">${path}</a>`
}
