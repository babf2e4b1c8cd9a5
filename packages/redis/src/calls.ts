import {
  BackplaneUnavailableError,
  BufferFullError,
  ConnectionLostError,
  PeerClosedError,
  PeerNotFoundError,
  RequestError,
  RequestTimeoutError,
} from '@protoo-kit/server-lite'

/** What one node asks another. */
export interface NodeRequest {
  readonly kind: 'call' | 'yield' | 'server' | 'servers'
  readonly room: string
  readonly peer: string
  // What `JSON.parse` gives: of a call a PeerCall, of a yield whether to replace, of servers what they ask.
  readonly body: unknown
}

interface Failure {
  readonly name: string
  readonly code: number | string
  readonly message: string
  readonly data?: unknown
}

type Envelope =
  | { readonly id: number; readonly from: string; readonly ask: NodeRequest }
  | { readonly re: number; readonly result?: unknown; readonly failure?: Failure }

interface Pending {
  readonly node: string
  /** How many may still answer, where all were asked: known once the question has gone out. */
  left?: number
  readonly timer: ReturnType<typeof setTimeout>
  resolve(result: unknown): void
  reject(error: Error): void
}

export interface CallsPort {
  /** This node's name. */
  readonly node: string
  /** @returns whether that node is listening */
  send(node: string, message: string): Promise<boolean>
  /** Does what another node asks. */
  perform(request: NodeRequest): Promise<unknown>
}

/** Most calls to other nodes that wait for their answers. */
const MAX_PENDING = 10_000

/** Errors that mean the same here as where they were thrown. */
const KNOWN: ReadonlyMap<unknown, new (message: string) => Error> = new Map<
  unknown,
  new (
    message: string,
  ) => Error
>([
  ['BACKPLANE_UNAVAILABLE', BackplaneUnavailableError],
  ['BUFFER_FULL', BufferFullError],
  ['CONNECTION_LOST', ConnectionLostError],
  ['PEER_CLOSED', PeerClosedError],
  ['PEER_NOT_FOUND', PeerNotFoundError],
])

/** Questions between nodes, and their answers. */
export class Calls {
  private readonly pending = new Map<number, Pending>()
  private lastId = 0

  /** @param travel ms for which an answer may be on its way, once the time of the request itself is over */
  constructor(
    private readonly port: CallsPort,
    private readonly travel: number,
  ) {}

  /** @throws BackplaneUnavailableError, RequestTimeoutError (rejects), and what the other node failed with */
  async ask(node: string, request: NodeRequest, timeout: number): Promise<unknown> {
    if (this.pending.size >= MAX_PENDING)
      throw new BackplaneUnavailableError('too many calls to other nodes wait for their answers')
    const id = ++this.lastId
    const answer = new Promise<unknown>((resolve, reject) => {
      const late = () => this.settle(id)?.reject(new RequestTimeoutError())
      const timer = setTimeout(late, Math.min(timeout + this.travel, 2 ** 31 - 1)).unref()
      this.pending.set(id, { node, timer, resolve, reject })
    })
    // It may be rejected while this still sends.
    answer.catch(() => {})
    try {
      const envelope: Envelope = { id, from: this.port.node, ask: request }
      if (!(await this.port.send(node, JSON.stringify(envelope))))
        throw new BackplaneUnavailableError('the node of the peer cannot be reached')
    } catch (error) {
      this.settle(id)
      throw error
    }
    return await answer
  }

  /**
   * Asks all nodes.
   * @param publish resolves with how many have heard it
   * @param timeout ms for which those that are silent are waited for
   * @returns the first result; undefined when nobody has one
   */
  async askAll(
    publish: (message: string) => Promise<number>,
    request: NodeRequest,
    timeout: number,
  ): Promise<unknown> {
    if (this.pending.size >= MAX_PENDING)
      throw new BackplaneUnavailableError('too many calls to other nodes wait for their answers')
    const id = ++this.lastId
    const answer = new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => this.settle(id)?.resolve(undefined), timeout).unref()
      this.pending.set(id, { node: '', timer, resolve, reject, left: 0 })
    })
    answer.catch(() => {})
    try {
      const envelope: Envelope = { id, from: this.port.node, ask: request }
      const count = await publish(JSON.stringify(envelope))
      this.count(id, count)
    } catch (error) {
      this.settle(id)
      throw error
    }
    return await answer
  }

  /** Of those who were asked, so many more (or fewer) may have an answer. Some have answered before it is known how many there are. */
  private count(id: number, change: number): void {
    const pending = this.pending.get(id)
    if (pending?.left === undefined) return
    pending.left += change
    if (pending.left === 0) this.settle(id)?.resolve(undefined)
  }

  /** A message on this node's channel. */
  receive(message: string): void {
    // Whoever may write to Redis is trusted, as are the nodes' own words.
    const envelope: Envelope = JSON.parse(message)
    if ('ask' in envelope) void this.answer(envelope.id, envelope.from, envelope.ask)
    else if (envelope.result === undefined && this.pending.get(envelope.re)?.left !== undefined)
      this.count(envelope.re, -1)
    else if (envelope.failure) this.settle(envelope.re)?.reject(revive(envelope.failure))
    else this.settle(envelope.re)?.resolve(envelope.result)
  }

  /** Answers that were on their way will not come. */
  fail(error: Error, node?: string): void {
    for (const [id, pending] of this.pending)
      if (node === undefined || pending.node === node) this.settle(id)?.reject(error)
  }

  private async answer(re: number, from: string, request: NodeRequest): Promise<void> {
    let envelope: Envelope
    try {
      envelope = { re, result: await this.port.perform(request) }
    } catch (error) {
      envelope = { re, failure: describe(error) }
    }
    // If it cannot be sent the other one learns that too, by the same means.
    await this.port.send(from, JSON.stringify(envelope)).catch(() => {})
  }

  private settle(id: number): Pending | undefined {
    const pending = this.pending.get(id)
    this.pending.delete(id)
    clearTimeout(pending?.timer)
    return pending
  }
}

function describe(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', code: 500, message: String(error) }
  const { name, message, code, data } = error as Error & { code?: number | string; data?: unknown }
  return { name, message, code: code ?? 500, data }
}

function revive({ name, code, message, data }: Failure): Error {
  if (name === 'RequestTimeoutError') return new RequestTimeoutError(message)
  const known = KNOWN.get(code)
  if (known) return new known(message)
  return new RequestError(typeof code === 'number' ? code : 500, message, data)
}
