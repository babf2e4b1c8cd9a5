import { useState } from 'react'

/** What `make` made for the first of several equal keys. Unlike a memo it is never forgotten. */
export function useKept<Key, Value>(
  key: Key,
  same: (one: Key, other: Key) => boolean,
  make: (key: Key) => Value,
): Value {
  const [kept, keep] = useState(() => ({ key, value: make(key) }))
  if (same(kept.key, key)) return kept.value
  const next = { key, value: make(key) }
  // While rendering: React begins this component again at once, before anything is shown.
  keep(next)
  return next.value
}
