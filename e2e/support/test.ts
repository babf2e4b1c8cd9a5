import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test as base, expect } from '@playwright/test'
import { type ChatOptions, ChatPage, type FrontEnd, frontEnds } from './chat-page.js'
import { ChatServer } from './chat-server.js'
import { everywhere } from './everywhere.js'
import { SleepyBrowser } from './sleepy-browser.js'
import { TcpProxy } from './tcp-proxy.js'

interface Fixtures {
  /** Starts a chat server; it is gone when the test is over. */
  startServer(port?: number): Promise<ChatServer>
  server: ChatServer
  /** Between the pages and `server`. */
  wire: TcpProxy
  /** Starts a server that behaves as `set` says. @returns its port */
  serve(set: (http: Server) => void): Promise<number>
  sleepy: SleepyBrowser
  /**
   * Somebody comes to a room, with a browser of their own. When the test is over,
   * no such page may have logged or thrown anything.
   */
  visit(name: string, url: string, options?: ChatOptions): Promise<ChatPage>
  /** One person at each front end, who are called as it is. */
  openAll(url: string, options?: Omit<ChatOptions, 'frontEnd'>): Promise<Record<FrontEnd, ChatPage>>
  /** The same, once they all see each other. What they record begins then. */
  visitAll: Fixtures['openAll']
}

interface WorkerFixtures {
  /** Pages that nobody uses at present. */
  idle: ChatPage[]
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  idle: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here
    async ({}, use) => {
      const pages: ChatPage[] = []
      await use(pages)
      for (const { page } of pages) await page.context().close()
    },
    { scope: 'worker' },
  ],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here
  startServer: async ({}, use) => {
    const servers: ChatServer[] = []
    await use(async (port) => {
      const server = await ChatServer.start(port)
      servers.push(server)
      return server
    })
    for (const server of servers) await server.kill()
  },

  server: async ({ startServer }, use) => use(await startServer()),

  wire: async ({ server }, use) => {
    const wire = await TcpProxy.start(server.port)
    await use(wire)
    await wire.close()
  },

  // biome-ignore lint/correctness/noEmptyPattern: as above
  serve: async ({}, use) => {
    const servers: Server[] = []
    await use(async (set) => {
      const http = createServer()
      servers.push(http)
      set(http)
      http.listen(0, '127.0.0.1')
      await once(http, 'listening')
      return (http.address() as AddressInfo).port
    })
    for (const http of servers) http.close()
  },

  sleepy: async ({ launchOptions }, use) => {
    const browser = await SleepyBrowser.launch(launchOptions)
    await use(browser)
    await browser.close()
  },

  visit: async ({ browser, idle }, use) => {
    const visitors: ChatPage[] = []
    await use(async (name, url, options) => {
      const visitor = idle.pop() ?? (await ChatPage.of(await (await browser.newContext()).newPage()))
      visitors.push(visitor)
      await visitor.enter(name, url, options)
      return visitor
    })
    for (const visitor of visitors) {
      expect(visitor.problems).toEqual([])
      if (await visitor.leave()) idle.push(visitor)
    }
  },

  openAll: async ({ visit }, use) => {
    await use(async (url, options) => {
      const opened = frontEnds.map(
        async (frontEnd) => [frontEnd, await visit(frontEnd, url, { ...options, frontEnd })] as const,
      )
      return Object.fromEntries(await Promise.all(opened)) as Record<FrontEnd, ChatPage>
    })
  },

  visitAll: async ({ openAll }, use) => {
    await use(async (url, options) => {
      const people = await openAll(url, options)
      await everywhere(people, async (person) => {
        for (const name of frontEnds) await expect(person.member(name)).toBeVisible()
        // On a slow machine it is a while until there is a connection.
        await expect(person.state).toHaveText('Connected')
        await expect(person.banner).toBeHidden()
        person.record.clear()
      })
      return people
    })
  },
})

export { expect }
