import type { Store } from '@protoo-kit/client-core'
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'

/** What `selector` takes of a store. Renders only when `isEqual` says that it is another. */
export function useStore<T, Selection>(
  store: Store<T>,
  selector: (value: T) => Selection,
  isEqual: (one: Selection, other: Selection) => boolean,
): Selection {
  const shown = useRef<{ selection: Selection } | undefined>(undefined)
  const [get, getInitial] = useMemo(() => {
    let last: { value: T; selection: Selection } | undefined
    const select = (value: T): Selection => {
      if (last && Object.is(last.value, value)) return last.selection
      const selection = selector(value)
      // An equal one is the one of before: a new object each time would be rendered without end.
      const before = last ?? shown.current
      last = {
        value,
        selection: before && isEqual(before.selection, selection) ? before.selection : selection,
      }
      return last.selection
    }
    return [() => select(store.get()), () => select(store.getInitial())]
  }, [store, selector, isEqual])
  const selection = useSyncExternalStore(store.subscribe, get, getInitial)
  useEffect(() => {
    shown.current = { selection }
  }, [selection])
  return selection
}
