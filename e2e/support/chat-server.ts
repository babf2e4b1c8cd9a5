import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** The chat's server, in a process of its own. */
export class ChatServer {
  private constructor(
    private readonly child: ChildProcess,
    /** Ends with a slash. */
    readonly url: string,
  ) {}

  /** @param port 0 takes any free one */
  static async start(port = 0): Promise<ChatServer> {
    const child = fork(join(import.meta.dirname, 'chat-process.mjs'), [String(port)])
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`the chat's server exited with ${code}`)
    })
    const [{ url }] = await Promise.race([once(child, 'message'), failed])
    failed.catch(() => {})
    return new ChatServer(child, url)
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  closeRoom(room: string): void {
    this.child.send({ closeRoom: room })
  }

  /** As by `kill -9`: nobody is told goodbye. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    this.child.kill('SIGKILL')
    await once(this.child, 'exit')
  }
}
