import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { build } from 'esbuild'
import { findChromium } from '../../scripts/browsers.mjs'
import { EndProcess } from './processes.mjs'

const pages = join(import.meta.dirname, '../browser')
const kit = `import { protooKit } from '../systems/protoo-kit.mjs'`
/** @type {Record<string, string>} how a page comes by each system's `connect` */
const clients = {
  ws: `import { connect } from './web-socket.mjs'`,
  'protoo-kit': `${kit}; const { connect } = protooKit(false)`,
  'protoo-kit, sessions': `${kit}; const { connect } = protooKit(true)`,
  protoo: `import { connect } from '../systems/protoo.mjs'`,
  'socket.io': `import { connect } from '../systems/socket-io.mjs'`,
}

/** A server in a process of its own, and a page in Chromium that is connected to it. */
export class PagePair {
  /** @param {string} system */
  static async start(system) {
    const server = await EndProcess.start('server', system)
    const port = await server.do('listen', { port: 0 })
    await server.do('page', { script: await bundle(system) })
    const browser = await chromium.launch({
      executablePath: await findChromium(),
      chromiumSandbox: false,
      args: ['--disable-gpu', '--disable-background-networking', '--disable-component-update'],
    })
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${port}/`)
    await page.waitForFunction(() => 'bench' in globalThis)
    const devTools = await page.context().newCDPSession(page)
    await devTools.send('Performance.enable')
    return new PagePair(system, server, browser, page, devTools)
  }

  #browser
  #devTools

  /**
   * @param {string} name
   * @param {EndProcess} server
   * @param {import('@playwright/test').Browser} browser
   * @param {import('@playwright/test').Page} page
   * @param {import('@playwright/test').CDPSession} devTools
   */
  constructor(name, server, browser, page, devTools) {
    this.name = name
    this.server = server
    this.page = page
    this.#browser = browser
    this.#devTools = devTools
  }

  /** @returns µs that the page's main thread has been busy */
  async busy() {
    const { metrics } = await this.#devTools.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1e6
  }

  async kill() {
    await Promise.all([this.#browser.close(), this.server.kill()])
  }
}

/** @param {string} system */
async function bundle(system) {
  const none = join(pages, 'no-server.cjs')
  const { outputFiles } = await build({
    stdin: {
      contents: `${clients[system]}; import { start } from './page.mjs'; start(connect)`,
      resolveDir: pages,
    },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
    tsconfigRaw: {},
    define: { 'process.env.NODE_ENV': '"production"' },
    alias: { '@protoo-kit/server-lite': none, 'protoo-server': none, 'socket.io': none },
  })
  return outputFiles[0]?.text
}
