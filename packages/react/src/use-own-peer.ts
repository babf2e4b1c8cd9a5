import {
  createPeer,
  type Peer,
  sameByValue,
  type TransportOptions,
  type UrlSource,
} from '@protoo-kit/client-core'
import { useEffect, useInsertionEffect, useRef, useState } from 'react'
import { useKept } from './use-kept.js'

/** What a connection is made of. Another one is made when a part of it changes, by value. */
export interface Connection {
  url?: UrlSource | undefined
  options?: TransportOptions | undefined
  connectionKey?: string | number | undefined
}

interface Own {
  peer: Peer
  /** What the newest render gave, for its functions. */
  given: Connection
  closing?: ReturnType<typeof setTimeout>
  close(): void
  closed: boolean
}

/**
 * A peer of the component's own: there from the first render, dialled once mounted, and closed a macrotask after the
 * unmount, unless it is mounted again by then, as under StrictMode and at a hot reload.
 *
 * @returns undefined without a URL
 */
export function useOwnPeer(given: Connection): Peer | undefined {
  const [life, beginLife] = useState(0)
  const own = useKept({ ...given, life }, sameByValue, createOwn)
  const mounted = useRef(own)

  useInsertionEffect(() => {
    if (own) own.given = given
  })

  useEffect(() => {
    const before = mounted.current
    mounted.current = own
    // One after the other: a server may know both by the same id.
    if (before !== own) before?.close()
    if (!own) return
    clearTimeout(own.closing)
    // Shown again, after having been hidden with its state kept.
    if (own.closed) beginLife((lives) => lives + 1)
    else if (own.given.options?.autoConnect ?? true) own.peer.connect()
    return () => {
      own.closing = setTimeout(own.close)
    }
  }, [own])

  return own?.peer
}

function createOwn(given: Connection): Own | undefined {
  const { url, options } = given
  if (url === undefined) return undefined
  const peer = createPeer(typeof url === 'function' ? newest(() => own.given.url, url) : url, {
    ...withNewest(options, () => own.given.options),
    autoConnect: false,
  })
  const own: Own = {
    peer,
    given,
    closed: false,
    close() {
      own.closed = true
      peer.close()
    },
  }
  return own
}

/** The options, with functions that call those of the newest options. */
function withNewest(
  options: TransportOptions = {},
  get: () => TransportOptions | undefined,
): TransportOptions {
  const entries = Object.entries(options).map(([key, value]) => [
    key,
    typeof value === 'function' ? newest(() => get()?.[key as keyof TransportOptions], value) : value,
  ])
  return Object.fromEntries(entries)
}

/** A function, or a class, that stands for the newest of several. */
function newest<F extends (...args: never[]) => unknown>(get: () => unknown, first: F): F {
  const current = (): F => {
    const value = get()
    return typeof value === 'function' ? (value as F) : first
  }
  return new Proxy(first, {
    apply: (_, self, args) => Reflect.apply(current(), self, args),
    construct: (_, args) => Reflect.construct(current(), args),
  })
}
