import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Room, WebSocketServer } from '@protoo-kit/server-lite'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { build } from 'vite'
import { readSamples } from '../../test/markdown-samples.js'
import { expect, test } from '../support/test.js'

const mains: Record<string, string> = {
  tsx: `import { createElement } from 'react'
    import { createRoot } from 'react-dom/client'
    import { App } from './sample.tsx'
    createRoot(document.getElementById('app')).render(createElement(App))`,
  vue: `import { createApp } from 'vue'
    import Sample from './sample.vue'
    createApp(Sample).mount('#app')`,
}

const html = '<!doctype html><div id="app"></div><script type="module" src="main.js"></script>'

/** The first sample of a README as a script for a page, with a server that is there. */
async function bundleFirstSample(readme: string, port: number, folder: string): Promise<string> {
  const sample = readSamples(readme).find(({ language }) => mains[language])
  if (!sample) throw new Error(`${readme} has no sample`)
  await mkdir(folder, { recursive: true })
  const entry = join(folder, 'main.js')
  await writeFile(entry, mains[sample.language] ?? '')
  const code = sample.code.replace('wss://example.org', `ws://127.0.0.1:${port}`)
  await writeFile(join(folder, `sample.${sample.language}`), code)
  const output = await build({
    root: folder,
    configFile: false,
    logLevel: 'warn',
    plugins: [react(), vue()],
    build: { write: false, rolldownOptions: { input: entry } },
  })
  if (!('output' in output)) throw new Error('nothing was built')
  return output.output[0].code
}

for (const [readme, button, method, data] of [
  ['packages/react/README.md', 'Say hello', 'say', { text: 'Hello' }],
  ['packages/vue/README.md', /Wave to/, 'wave', {}],
] as const)
  test(`the first sample of ${readme} works as it stands`, async ({ serve, page }, testInfo) => {
    const heard: unknown[] = []
    const room = new Room()
    let script = ''
    const port = await serve((http) => {
      http.on('request', ({ url }, response) => {
        const wanted = url === '/main.js'
        response.setHeader('Content-Type', wanted ? 'text/javascript' : 'text/html')
        response.end(wanted ? script : html)
      })
      new WebSocketServer(http).on('connectionrequest', ({ request }, accept) => {
        const id = new URL(request.url ?? '', 'ws://host').searchParams.get('peerId') ?? ''
        const peer = room.createPeer(id, accept())
        peer.handle('join', (data) => {
          heard.push(['join', peer.id, data])
          return { members: ['Ann', 'Ben'] }
        })
        peer.on('notification', ({ method, data }) => heard.push([method, peer.id, data]))
      })
    })
    script = await bundleFirstSample(readme, port, testInfo.outputPath('page'))
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(String(error)))
    await page.goto(`http://127.0.0.1:${port}/`)
    await page.getByRole('button', { name: button }).click()
    await expect.poll(() => heard.length).toBe(2)
    expect(heard).toEqual([
      ['join', 'ann', { name: 'Ann' }],
      [method, 'ann', data],
    ])
    expect(problems).toEqual([])

    await expect(page.getByRole('status')).toHaveText('')
    room.close()
    await expect(page.getByRole('status')).toHaveText('The server closed the connection')
    await expect(page.getByRole('button', { name: button })).toBeDisabled()
  })
