import { type RefObject, useInsertionEffect, useRef } from 'react'

/** The value of the latest render that was committed, for what is called later. */
export function useLatest<T>(value: T): Readonly<RefObject<T>> {
  const latest = useRef(value)
  // Before every other effect of the same commit; unlike a layout effect it does not warn on a server.
  useInsertionEffect(() => {
    latest.current = value
  })
  return latest
}
