import {
  createPeer,
  type Peer,
  sameByValue,
  type TransportOptions,
  type UrlSource,
} from '@protoo-kit/client-core'
import { markRaw, shallowRef, watch } from 'vue'
import type { PeerRef } from './peer-source.js'
import { type OptionsSetting, readSettings, type Settings, type UrlSetting } from './settings.js'

/** A peer that is made here, with the settings that count for it. */
export interface Connection {
  readonly peer: Peer
  settings: Settings
}

export interface OwnConnection {
  readonly peer: PeerRef
  /** The one of now. */
  current(): Connection
  /** Dials, and from then on makes a new connection when the settings change. To be called in a scope, which ends that. */
  start(): void
}

/** Makes a peer that is not dialled yet. */
export function createConnection(settings: Settings): Connection {
  const { url, options } = settings
  const own: TransportOptions = { ...options, autoConnect: false }
  // Asked again at each attempt, of which some are after a change that made no new connection.
  const address: UrlSource = typeof url === 'function' ? () => ask(connection.settings.url) : url
  if (typeof options.authToken === 'function')
    own.authToken = () => ask(connection.settings.options.authToken ?? '')
  const connection: Connection = { peer: markRaw(createPeer(address, own)), settings }
  return connection
}

export function ownConnection(
  url: UrlSetting,
  options: OptionsSetting | undefined,
  create: (settings: Settings) => Connection = createConnection,
): OwnConnection {
  const read = () => readSettings(url, options)
  let connection = create(read())
  const peer = shallowRef(connection.peer)

  const dial = () => {
    if (connection.settings.options.autoConnect ?? true) connection.peer.connect()
  }

  const change = (settings: Settings) => {
    const before = connection
    if (sameByValue(before.settings, settings)) before.settings = settings
    else {
      connection = createConnection(settings)
      // First, so that nobody listens to the old one any more.
      peer.value = connection.peer
      before.peer.close()
      dial()
    }
  }

  return {
    peer,
    current: () => connection,
    start() {
      // Something may have changed since.
      watch(read, change, { immediate: true })
      dial()
    },
  }
}

function ask(source: UrlSource): string | Promise<string> {
  return typeof source === 'function' ? source() : source
}
