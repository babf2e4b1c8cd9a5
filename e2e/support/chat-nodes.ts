import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** The chat's server as several processes behind one port. */
export class ChatNodes {
  private constructor(
    private readonly child: ChildProcess,
    /** Ends with a slash. */
    readonly url: string,
  ) {}

  static async start(): Promise<ChatNodes> {
    const child = fork(join(import.meta.dirname, 'chat-nodes-process.mjs'))
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`the chat exited with ${code}`)
    })
    const [{ url }] = await Promise.race([once(child, 'message'), failed])
    failed.catch(() => {})
    return new ChatNodes(child, url)
  }

  /** Those that serve now, in the order in which they are given visitors. */
  async pids(): Promise<number[]> {
    const answer = once(this.child, 'message')
    this.child.send({})
    const [{ nodes }] = await answer
    return nodes
  }

  /** Tells everybody goodbye. */
  async stop(): Promise<void> {
    const gone = once(this.child, 'exit')
    this.child.disconnect()
    await gone
  }
}
