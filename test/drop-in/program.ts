// A TypeScript program written for the stock packages and their @types. It is compiled against
// those, and, with the two names mapped to ours, against ours.
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ProtooNotification as ClientNotification, ProtooRequest as ClientRequest } from 'protoo-client'
import * as protooClient from 'protoo-client'
import type {
  AcceptFn,
  ConnectionRequestAcceptFn,
  ConnectionRequestInfo,
  ConnectionRequestRejectFn,
  Peer,
  ProtooNotification,
  ProtooRequest,
  RejectFn,
  WebSocketServerOptions,
  WebSocketTransport,
} from 'protoo-server'
import * as protooServer from 'protoo-server'

const options: WebSocketServerOptions = { maxReceivedFrameSize: 960_000, keepaliveInterval: 30_000 }

export class Lobby {
  readonly room = new protooServer.Room()
  private readonly httpServer = http.createServer()
  private readonly server = new protooServer.WebSocketServer(this.httpServer, options)

  constructor() {
    this.server.on('connectionrequest', (info, accept, reject) => this.welcome(info, accept, reject))
    this.room.on('close', () => this.server.stop())
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.httpServer.listen(0, '127.0.0.1', () => resolve()))
    return `ws://127.0.0.1:${(this.httpServer.address() as AddressInfo).port}`
  }

  close(): void {
    this.room.close()
    this.httpServer.close()
  }

  private welcome(
    info: ConnectionRequestInfo,
    accept: ConnectionRequestAcceptFn,
    reject: ConnectionRequestRejectFn,
  ): void {
    const peerId: string | undefined = info.request.url?.slice(1)
    if (!peerId) {
      reject(403, 'Not Allowed')
      return
    }
    if (info.origin === 'https://evil.example') {
      reject(new Error('evil'))
      return
    }
    const transport: WebSocketTransport = accept()
    const peer: Peer = this.room.createPeer(peerId, transport)
    peer.data.address = info.socket.remoteAddress
    peer.on('request', (request: ProtooRequest, accept: AcceptFn, reject: RejectFn) => {
      if (request.method === 'sum') accept({ sum: request.data.a + request.data.b })
      else reject(404, `no ${request.method}`)
    })
    peer.on('notification', (notification: ProtooNotification) => {
      for (const other of this.room.peers) {
        if (other !== peer) other.notify(notification.method, notification.data).catch(() => {})
      }
    })
    peer.on('close', () => this.room.hasPeer(peer.id))
  }
}

async function main(): Promise<void> {
  const lobby = new Lobby()
  const url = await lobby.listen()
  const transport = new protooClient.WebSocketTransport(`${url}/bob`, {
    retry: { retries: 2, factor: 1, minTimeout: 10 },
    headers: { 'user-agent': 'test' },
  })
  const peer = new protooClient.Peer(transport)
  peer.on('failed', (currentAttempt: number) => console.log('failed', currentAttempt))
  peer.on('request', (request: ClientRequest, accept, reject) => {
    if (request.method === 'hello') accept()
    else reject(new Error('no'))
  })
  peer.on('notification', (notification: ClientNotification) => console.log(notification.method))
  await new Promise<void>((resolve) => peer.on('open', () => resolve()))
  const { sum } = await peer.request('sum', { a: 1, b: 2 })
  const bob = lobby.room.peers[0]
  await bob?.request('hello')
  peer.on('close', () =>
    console.log(JSON.stringify({ sum, closed: peer.closed, transport: transport.closed })),
  )
  lobby.close()
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
