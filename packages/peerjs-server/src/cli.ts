#!/usr/bin/env node
import { readCommandLine, UsageError } from './cli-options.js'
import { PeerServer, type PeerServerApp } from './peer-server.js'

/** ms after a signal, at most, until the process ends. */
const PATIENCE = 5000

function main(): void {
  const { options, unknown } = readCommandLine(process.argv.slice(2), process.env)
  if (unknown.length > 0) process.stderr.write(`protoo-peerjs: unknown and ignored: ${unknown.join(', ')}\n`)
  const app = PeerServer(options, (server) => {
    const address = server.address()
    const [host, port] = typeof address === 'object' && address ? [address.address, address.port] : []
    console.log('Started PeerServer on %s, port: %s, path: %s', host, port, options.path)
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop(app))
  })
  app.on('connection', (client) => console.log('Client connected: %s', printable(client.getId())))
  app.on('disconnect', (client) => console.log('Client disconnected: %s', printable(client.getId())))
  app.on('error', (error) => onError(error))
}

function stop(app: PeerServerApp): void {
  setTimeout(() => process.exit(1), PATIENCE).unref()
  void app.close().then(() => console.log('Http server closed.'))
}

/** What clients do wrong is a line of the log; a server that cannot listen ends the process. */
function onError(error: Error & { code?: string; syscall?: string }): void {
  console.error('Error: %s', printable(error.message))
  if (error.syscall === 'listen' || error.syscall === 'getaddrinfo') process.exit(1)
}

/** An id may hold anything, line breaks and terminal commands too. */
function printable(text: string): string {
  return text.slice(0, 200).replace(/\p{C}/gu, '?')
}

try {
  main()
} catch (error) {
  process.stderr.write(`protoo-peerjs: ${error instanceof Error ? error.message : String(error)}\n`)
  if (error instanceof UsageError) process.stderr.write('See protoo-peerjs --help\n')
  process.exitCode = 1
}
