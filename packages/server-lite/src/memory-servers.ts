import type { BackplaneServer, ServerLink } from './backplane.js'

/** The servers of one process. */
export class MemoryServers {
  private readonly servers = new Map<string, { server: BackplaneServer; watchers: Set<() => void> }>()
  private count = 0

  connect(server: BackplaneServer): ServerLink {
    const address = String(++this.count)
    const entry = { server, watchers: new Set<() => void>() }
    this.servers.set(address, entry)
    const ask = async (of: string, question: string): Promise<string | undefined> =>
      this.servers.get(of)?.server.answer(question)
    return {
      address,
      ask,
      askAll: async (question) => {
        for (const other of this.servers.keys()) {
          const answer = other === address ? undefined : await ask(other, question)
          if (answer !== undefined) return answer
        }
        return undefined
      },
      watch: (of, gone) => {
        const { watchers } = this.servers.get(of) ?? {}
        if (watchers) watchers.add(gone)
        else queueMicrotask(gone)
        return () => watchers?.delete(gone)
      },
      close: () => {
        this.servers.delete(address)
        for (const gone of entry.watchers) gone()
        entry.watchers.clear()
      },
    }
  }
}
