import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test as base, expect } from '@playwright/test'
import sirv from 'sirv'

export const folder = join(import.meta.dirname, '../../docs/.vitepress/dist')

/** The docs as `npm run docs:build` made them, on a server of files alone. */
export const test = base.extend<object, { site: string }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here
    async ({}, use) => {
      if (!existsSync(folder)) throw new Error('There is no site: npm run docs:build makes it.')
      const files = sirv(folder)
      const http = createServer((request, response) => files(request, response)).listen(0, '127.0.0.1')
      await once(http, 'listening')
      await use(`http://127.0.0.1:${(http.address() as AddressInfo).port}`)
      http.closeAllConnections()
      http.close()
    },
    { scope: 'worker' },
  ],
})

export { expect }
