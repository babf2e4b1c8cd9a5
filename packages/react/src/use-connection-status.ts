import {
  type ConnectionStatus,
  type ConnectionStatusOptions,
  connectionStatus,
  type StatusSource,
  shallowEqual,
} from '@protoo-kit/client-core'
import { useKept } from './use-kept.js'
import { useLatest } from './use-latest.js'
import { useSource } from './use-peer.js'
import { useStore } from './use-store.js'

export interface UseConnectionStatusOptions extends ConnectionStatusOptions {
  /** Instead of the provider's. */
  peer?: StatusSource | undefined
}

type Select<T> = (status: ConnectionStatus) => T
type IsEqual<T> = (one: T, other: T) => boolean

/** What a page says about its connection: `visible`, `secondsLeft`, `retryNow` and more. Options are the last argument. */
export function useConnectionStatus(options?: UseConnectionStatusOptions): ConnectionStatus
/**
 * A part of it. Renders only when that changes: objects and arrays are the same by what is in them, one level deep.
 * @param selector may return a new object each time
 */
export function useConnectionStatus<T>(selector: Select<T>, options?: UseConnectionStatusOptions): T
/** A part of it, which is the same as before when `isEqual` says so. */
export function useConnectionStatus<T>(
  selector: Select<T>,
  isEqual?: IsEqual<T>,
  options?: UseConnectionStatusOptions,
): T
export function useConnectionStatus(
  first?: Select<unknown> | UseConnectionStatusOptions,
  second?: IsEqual<unknown> | UseConnectionStatusOptions,
  third?: UseConnectionStatusOptions,
): unknown {
  const selector = typeof first === 'function' ? first : all
  const isEqual = typeof second === 'function' ? second : shallowEqual
  const { peer, showAfter, signIn, clock } =
    third ?? (typeof second === 'object' ? second : typeof first === 'object' ? first : {})
  // Whatever is given or provided as a peer is one: both places are typed.
  const source = useSource(peer) as StatusSource
  const latest = useLatest(signIn)
  const store = useKept([source, showAfter, !signIn], shallowEqual, () =>
    connectionStatus(source, { showAfter, clock, signIn: signIn && (() => latest.current?.()) }),
  )
  return useStore(store, selector, isEqual)
}

const all = (status: ConnectionStatus) => status
