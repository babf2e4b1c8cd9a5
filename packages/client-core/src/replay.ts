import { type Message, ProtocolError, parse } from '@protoo-kit/protocol'
import { sameByValue } from './compare.js'
import { type RecordedEvent, type Recording, readRecording } from './recording.js'

/** The server's end of a connection. */
export interface ReplaySocket {
  send(frame: string): void
  close(code: number, reason: string): void
}

/** What is left of a recorded event: those of a session's own frames are not replayed. */
type Step =
  | { type: 'open' }
  | { type: 'sent' | 'received'; message: Message }
  | { type: 'closed'; code: number; reason: string }

/**
 * Plays the server's part of a recorded exchange: what it received is waited for, in whatever order the client sends what it sent
 * at one time, and then what it sent follows. Time is not replayed. What the client sends beyond the recording is refused (501), and listed in {@link unexpected}.
 */
export class Replay {
  /** What the client sent that is not in the recording, or not at this point. */
  readonly unexpected: Message[] = []
  /** Resolves when all of the recording has been played. */
  readonly done: Promise<void>
  private finish: () => void = () => {}
  private readonly steps: Step[]
  /** What the server says next. */
  private due: Step[] = []
  private timer: ReturnType<typeof setTimeout> | undefined
  private socket: ReplaySocket | undefined
  /** Ids of requests in the recording, and those of this time: each end numbers its own. */
  private readonly ids = new Map<number, number>()

  /** @throws TypeError when it is no recording, or one that is cut */
  constructor(recording: Recording) {
    this.steps = readRecording(recording).events.flatMap(step)
    this.done = new Promise((resolve) => {
      this.finish = resolve
    })
  }

  /** What has not been played yet. */
  get remaining(): number {
    return this.steps.length + this.due.length
  }

  connected(socket: ReplaySocket): void {
    this.socket = socket
    this.ids.clear()
    this.due = []
    // Attempts that failed at the time leave no trace here.
    while (this.steps[0]?.type === 'closed') this.steps.shift()
    if (this.steps[0]?.type === 'open') this.steps.shift()
    this.play()
  }

  receive(frame: unknown): void {
    const message = parse(frame)
    if (message instanceof ProtocolError) return
    const index = this.expected(message)
    if (index < 0) {
      this.unexpected.push(message)
      if ('request' in message)
        this.send({ response: true, id: message.id, ok: false, ...notRecorded(message.method) })
      return
    }
    const [found] = this.steps.splice(index, 1)
    if (found?.type === 'sent' && 'id' in found.message && 'request' in message)
      this.ids.set(found.message.id, message.id)
    this.play()
  }

  /** Among what the client sent at one time: up to where the server said something. */
  private expected(message: Message): number {
    for (const [index, step] of this.steps.entries()) {
      if (step.type !== 'sent') return -1
      if (alike(step.message, message)) return index
    }
    return -1
  }

  private play(): void {
    for (
      let next = this.steps[0];
      next && next.type !== 'sent' && next.type !== 'open';
      next = this.steps[0]
    ) {
      this.steps.shift()
      this.due.push(next)
    }
    if (this.due.length > 0) this.timer ??= setTimeout(this.next)
    else if (this.steps.length === 0) this.finish()
  }

  /** One at a time, as they come from a network: what awaits an answer goes on before the next one is heard. */
  private readonly next = (): void => {
    this.timer = undefined
    const step = this.due.shift()
    if (step?.type === 'closed') this.close(step.code, step.reason)
    else if (step && 'message' in step) this.send(step.message)
    this.play()
  }

  private send(message: Message): void {
    const own = 'response' in message ? (this.ids.get(message.id) ?? message.id) : undefined
    this.socket?.send(JSON.stringify(own === undefined ? message : { ...message, id: own }))
  }

  private close(code: number, reason: string): void {
    const { socket } = this
    this.socket = undefined
    socket?.close(code, reason)
  }
}

function notRecorded(method: string): { errorCode: number; errorReason: string } {
  return { errorCode: 501, errorReason: `not in the recording: ${method}` }
}

function step(event: RecordedEvent, index: number): Step[] {
  switch (event.type) {
    case 'dial':
      return []
    case 'open':
      return [{ type: 'open' }]
    case 'closed':
      // What the client did at the time it does by itself.
      return event.local ? [] : [{ type: 'closed', code: event.code, reason: event.reason }]
    case 'sent':
    case 'received': {
      if (event.cut !== undefined)
        throw new TypeError(`events[${index}] was too long to be recorded whole, and cannot be replayed`)
      const message = parse(event.frame)
      return message instanceof ProtocolError ? [] : [{ type: event.type, message }]
    }
  }
}

/** Whether it is the same but for the number. */
function alike(recorded: Message, message: Message): boolean {
  return sameByValue({ ...recorded, id: 0 }, { ...message, id: 0 })
}
