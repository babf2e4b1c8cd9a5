import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '@protoo-kit/protocol'
import { Refusal as HttpRefusal, sendRefusal } from '@protoo-kit/server-lite/parts'
import { type WebSocket, WebSocketServer } from 'ws'
import { Admission, type Entrant } from './admission.js'
import type { Broker, Refusal } from './broker.js'
import { ClientSocket, ClientSockets } from './client-socket.js'
import { Line } from './line.js'
import type { AnyServer, ResolvedOptions } from './options.js'
import { Origins } from './origins.js'
import { ignoreError, routeUpgrades } from './upgrade-router.js'

type Verdict = Entrant | Refusal

export interface EndpointParts {
  readonly server: AnyServer
  /** Of the WebSocket. */
  readonly path: string
  readonly options: ResolvedOptions
  readonly broker: Broker
  readonly failed: (error: unknown) => void
  /** Told what goes wrong with `server` itself. */
  readonly serverFailed: (error: Error) => void
  readonly clock: Clock
}

/** ms that clients have to answer a close before their connections are destroyed. */
const CLOSE_TIMEOUT = 1000

/** Where clients come in: from an upgrade request to a {@link Line} of the broker's (J1). */
export class WebSocketEndpoint {
  private readonly origins: Origins
  private readonly admission: Admission
  private readonly sockets: ClientSockets
  private readonly webSockets: WebSocketServer
  private readonly detach: (() => void) | undefined
  private readonly verdicts = new WeakMap<IncomingMessage, Verdict>()

  constructor(private readonly parts: EndpointParts) {
    const { server, path, options, broker, failed, serverFailed, clock } = parts
    this.sockets = new ClientSockets(broker)
    this.origins = new Origins(options)
    this.admission = new Admission(options, failed, clock)
    const maxPayload = options.maxReceivedMessageSize
    if (options.createWebSocketServer) {
      const verifyClient = this.verifyClient
      // It listens to the errors of `server`, and has them for its own.
      this.webSockets = options.createWebSocketServer({ path, server, verifyClient, maxPayload })
      this.webSockets.on('error', serverFailed)
      this.webSockets.on('connection', (webSocket: WebSocket, request: IncomingMessage) => {
        this.takeCustom(webSocket, request)
      })
    } else {
      this.webSockets = new WebSocketServer({
        noServer: true,
        maxPayload,
        perMessageDeflate: false,
        WebSocket: ClientSocket,
      })
      const unroute = routeUpgrades(server, path, this.upgrade)
      server.on('error', serverFailed)
      this.detach = () => {
        unroute()
        server.off('error', serverFailed)
      }
    }
  }

  /** Lets nobody in any more. @returns once every connection is closed */
  async close(): Promise<void> {
    this.detach?.()
    // One of the application's may keep no list.
    const clients: Iterable<WebSocket> = this.webSockets.clients ?? []
    for (const webSocket of clients) webSocket.close(1012, 'server is stopping')
    const timer = setTimeout(() => {
      for (const webSocket of clients) webSocket.terminate()
    }, CLOSE_TIMEOUT)
    await new Promise<void>((resolve) => this.webSockets.close(() => resolve()))
    clearTimeout(timer)
  }

  private readonly upgrade = (request: IncomingMessage, head: Buffer): void => {
    this.decide(request, (verdict) => {
      if (verdict instanceof HttpRefusal) sendRefusal(request, verdict)
      else {
        // `ws` listens from here on.
        request.socket.off('error', ignoreError)
        this.webSockets.handleUpgrade(request, request.socket, head, (webSocket) =>
          this.take(webSocket, verdict, request.socket),
        )
      }
    })
  }

  /** For a WebSocket server of the application's. */
  private readonly verifyClient = (
    { req }: { req: IncomingMessage },
    answer: (allowed: boolean, code?: number, message?: string) => void,
  ): void => {
    this.decide(req, (verdict) => {
      if (verdict instanceof HttpRefusal) answer(false, verdict.status, verdict.reason)
      else {
        this.verdicts.set(req, verdict)
        answer(true)
      }
    })
  }

  /** At once, unless the application takes its time. An HTTP refusal means that there is to be no WebSocket. */
  private decide(request: IncomingMessage, answer: (verdict: Verdict | HttpRefusal) => void): void {
    const fail = (error: unknown): void => {
      this.parts.failed(error)
      answer(new HttpRefusal(500, 'the server could not decide about this client'))
    }
    const judge = (reason: string | undefined): void => {
      if (reason !== undefined) {
        answer(new HttpRefusal(403, reason))
        return
      }
      const verdict = this.admission.check(request)
      if (verdict instanceof Promise) verdict.then(answer).catch(fail)
      else answer(verdict)
    }
    const reason = this.origins.refusal(request)
    if (reason instanceof Promise) reason.then(judge).catch(fail)
    else judge(reason)
  }

  private takeCustom(webSocket: WebSocket, request: IncomingMessage): void {
    const verdict = this.verdicts.get(request)
    if (verdict) {
      this.take(webSocket, verdict)
      return
    }
    this.parts.failed(
      new Error('createWebSocketServer must pass on the option verifyClient: without it nobody is checked'),
    )
    webSocket.close(1011, 'not checked')
  }

  /** @param socket what `webSocket` writes to, if it does no more than to write frames */
  private take(webSocket: WebSocket, verdict: Verdict, socket?: Socket): void {
    const { broker, failed } = this.parts
    webSocket.on('error', failed)
    const refusal = 'type' in verdict ? verdict : broker.admit(verdict)
    if (refusal || 'type' in verdict) {
      webSocket.send(JSON.stringify(refusal))
      webSocket.close()
      return
    }
    const { id, token } = verdict
    const line = new Line(webSocket, socket, broker.lines)
    this.sockets.listen(broker.connect({ id, token }, line), line)
  }
}
