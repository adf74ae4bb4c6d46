import { useState } from 'react'

/** Something that a component keeps: made once, and anew when what it was made of is another. */
export function useMade<Made>(of: readonly unknown[], make: () => Made): Made {
  const [kept, setKept] = useState(() => ({ of, made: make() }))
  if (kept.of.every((one, index) => Object.is(one, of[index]))) return kept.made
  const next = { of, made: make() }
  setKept(next)
  return next.made
}
