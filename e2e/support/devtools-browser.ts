import { once } from 'node:events'
import type { LaunchOptions } from '@playwright/test'
import { WebSocket } from 'ws'
import { launchBrowser } from './browser-process.js'

interface Reply {
  id?: number
  result?: Record<string, unknown>
  error?: { message: string }
}

/**
 * A browser driven over the bare DevTools protocol. Playwright keeps all of its pages visible and their
 * timers running; here a tab behind another one is hidden and throttled, as it is for people.
 */
export class DevToolsBrowser {
  private lastId = 0
  private readonly pending = new Map<number, (reply: Reply) => void>()

  private constructor(
    private readonly socket: WebSocket,
    readonly close: () => Promise<void>,
  ) {
    socket.on('message', (data) => {
      const reply: Reply = JSON.parse(data.toString())
      if (reply.id !== undefined) this.pending.get(reply.id)?.(reply)
    })
  }

  static async launch(options: LaunchOptions): Promise<DevToolsBrowser> {
    const { address, stop } = await launchBrowser(options)
    const socket = new WebSocket(address)
    await once(socket, 'open')
    return new DevToolsBrowser(socket, async () => {
      socket.terminate()
      await stop()
    })
  }

  /** Opens a page in front of all others. */
  async newTab(url: string): Promise<Tab> {
    const { targetId } = await this.send('Target.createTarget', { url })
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true })
    await this.send('Target.activateTarget', { targetId })
    return {
      evaluate: async (expression) => {
        const options = { expression, awaitPromise: true, returnByValue: true }
        const { result } = await this.send('Runtime.evaluate', options, sessionId)
        return (result as { value?: unknown }).value
      },
    }
  }

  private async send(method: string, params: object, sessionId?: unknown): Promise<Record<string, unknown>> {
    const id = ++this.lastId
    const replied = new Promise<Reply>((resolve) => this.pending.set(id, resolve))
    this.socket.send(JSON.stringify({ id, method, params, sessionId }))
    const { result, error } = await replied
    this.pending.delete(id)
    if (!result) throw new Error(`${method}: ${error?.message}`)
    return result
  }
}

export interface Tab {
  /** What an expression comes to in the page, promises awaited. */
  evaluate(expression: string): Promise<unknown>
}
