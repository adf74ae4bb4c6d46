export const counts = { loads: 0 }

/** As the page loads it. */
export async function loadCity() {
  counts.loads++
  return { name: 'Bern of the page', seen: new Date(0) }
}

/** As the server loads it. */
export async function loadCityOnServer() {
  return { name: 'Bern of the server', seen: new Date() }
}
