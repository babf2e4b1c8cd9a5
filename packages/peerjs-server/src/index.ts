export type { IClient } from './client.js'
export { type IMessage, MessageType } from './message.js'
export type { Authenticate, IConfig, PeerServerOptions } from './options.js'
export {
  ExpressPeerServer,
  PeerServer,
  type PeerServerApp,
  type PeerServerControl,
  type PeerServerEvents,
} from './peer-server.js'
export { version } from './version.js'
