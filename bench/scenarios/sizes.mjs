// What a page downloads to use each client.
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** @type {[name: string, code: string][]} */
const clients = [
  ['protoo-kit, sessions', `export { Peer, WebSocketTransport } from '@protoo-kit/client-core'`],
  ['protoo', `export { Peer, WebSocketTransport } from 'protoo-client'`],
  ['socket.io', `export { io } from 'socket.io-client'`],
  ['reconnecting-websocket', `export { default } from 'reconnecting-websocket'`],
  ['partysocket', `export { WebSocket } from 'partysocket'`],
]

/** @returns {Promise<Record<string, { min: number, gzip: number, brotli: number }>>} bytes */
export async function sizes() {
  /** @type {Record<string, { min: number, gzip: number, brotli: number }>} */
  const result = {}
  for (const [name, contents] of clients) {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: import.meta.dirname },
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      legalComments: 'none',
      // The built files, and not the sources that a tsconfig maps them to.
      tsconfigRaw: {},
      logLevel: 'error',
      // protoo-client asks for it where it logs.
      define: { 'process.env.NODE_ENV': '"production"' },
    })
    const code = outputFiles[0]?.contents ?? new Uint8Array()
    result[name] = {
      min: code.length,
      gzip: gzipSync(code, { level: 9 }).length,
      brotli: brotliCompressSync(code).length,
    }
  }
  return result
}
