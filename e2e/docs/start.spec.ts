/** The pages "Start in five minutes", done as they say: their files, run. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { test as base, expect, type Page } from '@playwright/test'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import sirv from 'sirv'
import { build, type PluginOption } from 'vite'
import { readSamples } from '../../test/markdown-samples.js'

const root = join(import.meta.dirname, '../..')

/** ms for what waits for the next attempt, which may be 12 s away. */
const back = { timeout: 45_000 }

/** A folder with the files of one start page, and what it has run. */
class Project {
  readonly processes: ChildProcess[] = []
  readonly servers: Server[] = []

  constructor(
    readonly folder: string,
    readonly port: number,
  ) {}

  /** Writes the page's files, with a port of their own, since tests run side by side. */
  async write(page: string): Promise<string[]> {
    const samples = readSamples(`docs/start/${page}.md`).filter(({ name }) => name)
    for (const { name = '', code } of samples) {
      const path = join(this.folder, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, code.replaceAll('4000', String(this.port)))
    }
    return samples.map(({ name = '' }) => name)
  }

  run(...args: string[]): ChildProcess {
    const child = spawn(process.execPath, args, { cwd: this.folder, stdio: ['pipe', 'pipe', 'inherit'] })
    this.processes.push(child)
    return child
  }

  /** `node server.mjs`, once it listens. */
  async startServer(): Promise<ChildProcess> {
    const child = this.run('server.mjs')
    for (;;) {
      const socket = connect(this.port, 'localhost')
      const listens = await Promise.race([
        once(socket, 'connect').then(() => true),
        once(socket, 'error').then(
          () => false,
          () => false,
        ),
      ]).catch(() => false)
      socket.destroy()
      if (listens) return child
      expect(child.exitCode, 'the server has ended').toBeNull()
      await delay(50)
    }
  }

  /** Builds `src/App`, in what the template of Vite puts around it, and serves it. */
  async startPage(main: string, plugins: PluginOption[]): Promise<string> {
    const html = '<!doctype html><html lang="en"><title>Chat</title><div id="root"></div>'
    await writeFile(join(this.folder, 'index.html'), `${html}<script type="module" src="/src/main"></script>`)
    await writeFile(join(this.folder, 'src/main.js'), main)
    const outDir = join(this.folder, 'dist')
    await build({ root: this.folder, configFile: false, plugins, logLevel: 'warn', build: { outDir } })
    const files = sirv(outDir)
    const http = createServer((request, response) => files(request, response)).listen(0, 'localhost')
    this.servers.push(http)
    await once(http, 'listening')
    return `http://localhost:${(http.address() as AddressInfo).port}/`
  }

  async end(): Promise<void> {
    for (const http of this.servers) {
      http.closeAllConnections()
      http.close()
    }
    await Promise.all(this.processes.map(kill))
    await rm(this.folder, { recursive: true })
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

base.setTimeout(180_000)

const test = base.extend<{ project: Project }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here
  project: async ({}, use) => {
    const free = createServer().listen(0)
    await once(free, 'listening')
    const { port } = free.address() as AddressInfo
    free.close()
    await once(free, 'close')
    const project = new Project(await mkdtemp(join(root, 'node_modules', '.start-')), port)
    await use(project)
    await project.end()
  },
})

/** Two windows hear each other; a server that goes and comes back is told of, and then all is as before. */
async function expectConversation(project: Project, url: string, pages: [Page, Page]): Promise<void> {
  const server = await project.startServer()
  const [ann, ben] = pages
  const problems: string[] = []
  for (const page of pages) page.on('pageerror', (error) => problems.push(String(error)))
  await ann.goto(url)
  await ben.goto(`${url}?name=Ben`)
  await say(ann, 'Hello')
  await expect(ann.getByText('Heard by 2')).toBeVisible()
  await say(ben, 'Hi Ann')
  for (const page of pages) {
    await expect(page.getByRole('listitem').filter({ hasText: 'Ann: Hello' })).toBeVisible()
    await expect(page.getByRole('listitem').filter({ hasText: 'Ben: Hi Ann' })).toBeVisible()
  }

  await kill(server)
  for (const page of pages) await expect(page.getByText('Connection lost').last()).toBeVisible()
  await project.startServer()
  // It is back by itself.
  for (const page of pages) await expect(page.getByText('Connection lost').last()).toBeHidden(back)
  await say(ben, 'Back again')
  for (const page of pages)
    await expect(page.getByRole('listitem').filter({ hasText: 'Ben: Back again' })).toBeVisible()
  expect(problems).toEqual([])
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.getByRole('button', { name: 'Say it' }).click()
}

test('React', async ({ project, page, context }) => {
  expect(await project.write('react')).toEqual(['server.mjs', 'src/App.tsx'])
  const main = `
    import { createElement, StrictMode } from 'react'
    import { createRoot } from 'react-dom/client'
    import App from './App'
    createRoot(document.getElementById('root')).render(createElement(StrictMode, null, createElement(App)))`
  await expectConversation(project, await project.startPage(main, [react()]), [page, await context.newPage()])
})

test('Vue', async ({ project, page, context }) => {
  expect(await project.write('vue')).toEqual(['server.mjs', 'src/App.vue'])
  const main = `
    import { createApp } from 'vue'
    import App from './App.vue'
    createApp(App).mount('#root')`
  await expectConversation(project, await project.startPage(main, [vue()]), [page, await context.newPage()])
})

test('a plain page', async ({ project, page, context }) => {
  expect(await project.write('page')).toEqual(['server.mjs', 'index.html'])
  // What npm would have put there.
  const client = 'node_modules/@protoo-kit/client-core/dist'
  await cp(join(root, 'packages/client-core/dist'), join(project.folder, client), { recursive: true })
  await expectConversation(project, `http://localhost:${project.port}/`, [page, await context.newPage()])
})

test('Node', async ({ project }) => {
  expect(await project.write('node')).toEqual(['server.mjs', 'client.mjs'])
  const server = await project.startServer()
  const [ann, ben] = ['ann', 'ben'].map((name) => {
    const child = project.run('client.mjs', name)
    const lines: string[] = []
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
    return { child, lines }
  }) as [{ child: ChildProcess; lines: string[] }, { child: ChildProcess; lines: string[] }]
  const countOf = (lines: string[], line: string) => lines.filter((other) => other === line).length

  for (const { lines } of [ann, ben]) await expect.poll(() => lines).toContain('(open)')
  ann.child.stdin?.write('Hello\n')
  await expect.poll(() => ann.lines).toContain('heard by 2')
  await expect.poll(() => ben.lines).toContain('ann: Hello')

  await kill(server)
  for (const { lines } of [ann, ben]) await expect.poll(() => lines).toContain('(waiting)')
  await project.startServer()
  for (const { lines } of [ann, ben]) await expect.poll(() => countOf(lines, '(open)'), back).toBe(2)

  // Its input ends, and so does it.
  ann.child.stdin?.end()
  await expect.poll(() => ann.child.exitCode).toBe(0)
})
