import { readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'

const bundle = await readFile(createRequire(import.meta.url).resolve('@protoo-kit/client-core/protoo.min.js'))

const page = `<!doctype html><title>A peer</title><script type="module">
  import { createPeer } from '/protoo.min.js'
  Object.assign(window, { ticks: 0, events: [], received: [] })
  setInterval(() => ticks++, 100)
  window.peer = createPeer(location.href.replace('http', 'ws'), { retry: { minTimeout: 100, maxTimeout: 100 } })
  for (const event of ['open', 'failed', 'disconnected', 'close'])
    peer.on(event, (details) => events.push(details?.resumed ? 'resumed' : event))
  peer.on('notification', ({ data }) => received.push(data.n))
</script>`

/**
 * Serves a page with a peer and nothing to see: `peer`, `events` (with `resumed` for an `open` that says so), the `n` of each
 * notification `received`, and `ticks` of a timer, ten a second.
 */
export function servePeerPage(http: Server): void {
  http.on('request', ({ url }, response) => {
    const script = url === '/protoo.min.js'
    response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html').end(script ? bundle : page)
  })
}
