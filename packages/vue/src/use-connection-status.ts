import {
  type ConnectionStatus,
  type ConnectionStatusOptions,
  connectionStatus,
  shallowEqual,
} from '@protoo-kit/client-core'
import { computed, type Ref } from 'vue'
import { useStore } from './follow.js'
import { findPeer, type StatusPeerSource } from './peer-source.js'

export interface UseConnectionStatusOptions extends ConnectionStatusOptions {
  /** Instead of the one that is provided. */
  peer?: StatusPeerSource | undefined
}

type Equality<T> = (one: T, other: T) => boolean

export interface UseConnectionStatus {
  (options?: UseConnectionStatusOptions): Readonly<Ref<ConnectionStatus>>
  /**
   * @param selector picks what the component shows; refs that it reads are watched
   * @param isEqual whether nothing has changed for it. Default: the same value, or objects whose properties are
   */
  <T>(
    selector: (status: ConnectionStatus) => T,
    isEqual?: Equality<T>,
    options?: UseConnectionStatusOptions,
  ): Readonly<Ref<T>>
  <T>(selector: (status: ConnectionStatus) => T, options: UseConnectionStatusOptions): Readonly<Ref<T>>
}

/** Where the connection stands, for people. A component renders only when the part that it selects changes. */
export const useConnectionStatus: UseConnectionStatus = <T>(
  first?: UseConnectionStatusOptions | ((status: ConnectionStatus) => T),
  second?: UseConnectionStatusOptions | Equality<T>,
  third?: UseConnectionStatusOptions,
) => {
  const options = [first, second, third].find((each) => typeof each === 'object')
  const status = useStore(findPeer(options), (peer) => connectionStatus(peer, options))
  if (typeof first !== 'function') return status
  const isEqual = typeof second === 'function' ? second : shallowEqual
  return computed<T>((before) => {
    const selected = first(status.value)
    return before !== undefined && isEqual(before, selected) ? before : selected
  })
}
