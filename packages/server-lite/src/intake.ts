import {
  ConnectionLostError,
  createErrorResponse,
  ErrorCode,
  encode,
  type Message,
  PeerClosedError,
  ProtocolError,
} from '@protoo-kit/protocol'
import type { FrameRefusal } from './allowance.js'
import { createLogger } from './logger.js'
import { readFrame } from './read-frame.js'
import { mayBeRequest } from './request-limits.js'
import type { WebSocketTransport } from './websocket-transport.js'

const logger = createLogger('Peer')

/** Takes a client's frames in: hands on what is within the limits, and answers the requests that are not. */
export class Intake {
  /** Requests of the client that wait for an answer, and answers that it owes. */
  private inFlight = 0
  private owed = 0

  /** @param peerId whose client it is */
  constructor(
    private readonly peerId: string,
    private readonly transport: WebSocketTransport,
    private readonly take: (frame: unknown, message: Message | ProtocolError) => void,
  ) {}

  /** An answer was sent, or a request. */
  sent(answer: boolean | undefined): void {
    if (answer) this.inFlight--
    else this.owed++
  }

  receive(frame: unknown): void {
    this.safely(() => {
      const message = readFrame(frame)
      const inFlight = 'request' in message ? this.inFlight : 0
      const refusal = 'method' in message ? this.transport.refusalOf(message, inFlight) : undefined
      if (refusal) this.answer(message, refusal)
      else this.hand(frame, message)
    })
  }

  /** One that is over a limit. */
  refuse(frame: unknown, refusal: FrameRefusal): void {
    // What is over the rate is not read, if it needs no answer.
    if (refusal.code === ErrorCode.TooManyRequests && !mayBeRequest(frame)) return
    this.safely(() => this.answer(readFrame(frame), refusal))
  }

  /** Whether it is an answer that was asked for. */
  expects(frame: unknown): boolean {
    // Read twice, but only above the rate.
    return this.owed > 0 && 'response' in readFrame(frame)
  }

  /** Nothing in it throws but on a connection that is ending; and if it ever did, a client must not be able to end the process. */
  private safely(run: () => void): void {
    try {
      run()
    } catch (error) {
      if (!(error instanceof ConnectionLostError || error instanceof PeerClosedError))
        logger.error('receiving a frame failed [peer:%s]: %o', this.peerId, error)
    }
  }

  private hand(frame: unknown, message: Message | ProtocolError): void {
    if ('request' in message) this.inFlight++
    else if ('response' in message && this.owed > 0) {
      this.owed--
      this.transport.notCounted()
    }
    this.take(frame, message)
  }

  private answer(message: Message | ProtocolError, { code, reason }: FrameRefusal): void {
    if (message instanceof ProtocolError || !('request' in message)) return
    this.transport.sendText(encode(createErrorResponse(message.id, code, reason)))
  }
}
