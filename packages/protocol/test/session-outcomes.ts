import { expect } from 'vitest'
import type { AcceptRequest, RejectRequest } from '../src/answer.js'
import { listenersOf } from './ends.js'
import { Client, type ServerPeer } from './session-ends.js'
import type { Step } from './session-steps.js'

/** A request that arrived, and waits for its answer. */
export interface Held {
  token: number
  accept: AcceptRequest
  reject: RejectRequest
}

/** A request that was made, and what became of it. */
export class Made {
  /** Whether it was not sent, since too much waited. */
  refused = false
  readonly controller = new AbortController()
  private readonly settlements: unknown[] = []
  private readonly due: number
  /** Whether it was made in a session. */
  private readonly connected: boolean
  private readonly lossesBefore: number

  constructor(
    private readonly step: Extract<Step, { do: 'request' }>,
    private readonly actor: Client | ServerPeer,
    readonly token: number,
    now: number,
  ) {
    this.due = now + step.timeout
    this.connected = !!actor.half
    this.lossesBefore = this.losses
  }

  /** How many sessions its maker has lost by now. */
  private get losses(): number {
    return this.actor instanceof Client ? this.actor.losses : Number(this.actor.ended)
  }

  send(): void {
    const { actor, token, settlements } = this
    const { method, retry, whenOpen, timeout } = this.step
    const options = { retry, whenOpen, timeout, signal: this.controller.signal }
    actor.end.rpc.request(method, { token }, options).then(
      (data) => settlements.push({ answer: data.token }),
      (error) => settlements.push(error),
    )
  }

  /** Whether it was settled once, by what can have become of it. */
  check(now: number): void {
    const { token, settlements, connected, refused } = this
    const { side, retry, whenOpen } = this.step
    expect(settlements).toHaveLength(1)
    expect(listenersOf(this.controller.signal)).toBe(0)
    const [result] = settlements as [{ name?: string; message?: string } | string]
    if (typeof result === 'string') {
      expect(result).toBe('aborted')
      return
    }
    const lost = this.losses > this.lossesBefore
    switch (result.name) {
      case undefined:
        expect(result).toEqual({ answer: token })
        break
      case 'RequestError':
        expect(result).toMatchObject({ code: 400, message: String(token) })
        break
      case 'RequestTimeoutError':
        expect(now).toBeGreaterThanOrEqual(this.due)
        break
      case 'NotConnectedError':
        expect({ side, connected, whenOpen }).toEqual({ side: 'client', connected: false, whenOpen: false })
        break
      case 'BufferFullError':
        expect({ side, refused }).toEqual({ side: 'client', refused: true })
        break
      case 'SessionLostError':
        expect({ side, retry, lost }).toEqual({ side: 'client', retry: false, lost: true })
        break
      case 'PeerClosedError':
        expect({ side, lost }).toEqual({ side: 'server', lost: true })
        break
      default:
        expect.fail(`unexpected: ${String(result)}`)
    }
  }
}
