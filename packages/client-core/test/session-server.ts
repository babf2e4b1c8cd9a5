import { notification, request, type SessionHarness, token } from './session-harness.js'

/**
 * A server's end of one session, written from the protocol's text and not from our code. What either end
 * sends stays under way until {@link read} or {@link deliver}, and is lost with its connection.
 */
export class SessionServer {
  /** The messages received in this session, and those sent. */
  readonly received: string[] = []
  readonly sent: string[] = []
  /** How many frames of this connection were read. */
  private consumed = 0
  /** Frames on their way to the client. */
  private outgoing: string[] = []
  private known = false

  constructor(private readonly harness: SessionHarness) {}

  /** Accepts the last dial. */
  accept(): void {
    const { harness, sent, received } = this
    this.consumed = 0
    harness.welcome({ token, resumed: this.known, received: received.length })
    // The client's count says what is on its way no more.
    this.outgoing = this.known ? sent.slice(harness.received) : []
    this.known = true
  }

  notify(method: string): void {
    this.send(notification(method))
  }

  request(id: number, method: string): void {
    this.send(request(id, method))
  }

  ack(echo?: true): void {
    this.outgoing.push(JSON.stringify({ ack: this.received.length, echo }))
  }

  /** Reads so many frames of those under way, and answers the requests among them. */
  read(count: number): void {
    for (const text of this.harness.last().sent.slice(this.consumed, this.consumed + count)) {
      this.consumed++
      const frame = JSON.parse(text)
      if (frame.ack !== undefined) {
        if (frame.echo) this.ack()
        continue
      }
      this.received.push(text)
      if (frame.request)
        this.send(JSON.stringify({ response: true, id: frame.id, ok: true, data: { id: frame.id } }))
    }
  }

  /** Lets so many frames arrive. */
  deliver(count: number): void {
    for (const frame of this.outgoing.splice(0, count)) this.harness.says(frame)
  }

  private send(text: string): void {
    this.sent.push(text)
    this.outgoing.push(text)
  }
}
