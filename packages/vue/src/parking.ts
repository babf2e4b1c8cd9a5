import { sameByValue } from '@protoo-kit/client-core'
import type { Connection } from './connection.js'
import type { Settings } from './settings.js'

interface Parked {
  connection: Connection
  /** The component that left it. */
  owner: unknown
  timer: ReturnType<typeof setTimeout>
}

/** Connections whose component is gone, for one macrotask. */
const parked = new Set<Parked>()

/** Closes a connection a macrotask later, unless the same component comes back for it: hot reload takes it off and puts it on again. */
export function park(connection: Connection, owner: unknown): void {
  const timer = setTimeout(() => {
    parked.delete(entry)
    connection.peer.close()
  })
  const entry: Parked = { connection, owner, timer }
  parked.add(entry)
}

/** Takes one back that the same component has left, with the same settings. */
export function unpark(settings: Settings, owner: unknown): Connection | undefined {
  for (const entry of parked) {
    const { connection, timer } = entry
    // Who comes back to one that is closed wants another.
    if (entry.owner !== owner || connection.peer.closed || !sameByValue(connection.settings, settings))
      continue
    clearTimeout(timer)
    parked.delete(entry)
    connection.settings = settings
    return connection
  }
  return undefined
}
