import { once } from 'node:events'
import { encodeAuthToken } from '@protoo-kit/protocol'
import { describe, expect, it } from 'vitest'
import type { AllowedOrigins, ServerOptions } from '../src/index.js'
import { answer, handshake, lite, serve } from './support.js'

/** Where a handshake with these headers ends, and what was logged on the way. */
async function tryOrigin(
  allowedOrigins: AllowedOrigins | undefined,
  headers: Record<string, string | undefined>,
) {
  const warnings: string[] = []
  const { port, server, room } = await serve(lite, {
    allowedOrigins,
    logger: { warn: (message) => warnings.push(message) },
  })
  server.on('connectionrequest', (_info, accept) => void room.createPeer('ann', accept()))
  return { response: await answer(handshake(port, headers)), warnings, port }
}

describe('origin policy', () => {
  it('refuses with 403, naming the setting, and logs how to change it', async () => {
    const { response, warnings } = await tryOrigin(undefined, { Origin: 'https://evil.example' })
    expect(response.statusLine).toBe('HTTP/1.1 403 Forbidden')
    expect(response.headers['x-websocket-reject-reason']).toContain('allowedOrigins')
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('allowedOrigins: ["https://evil.example"]')
  })

  it('lets the same host in from any port, and who is no browser', async () => {
    for (const Origin of ['http://127.0.0.1', 'https://127.0.0.1:5173', undefined]) {
      const { response, warnings } = await tryOrigin(undefined, { Origin })
      expect(response.status).toBe(101)
      expect(warnings).toEqual([])
    }
  })

  it('reads the origin of version 8 as well, under either name', async () => {
    for (const header of ['Sec-WebSocket-Origin', 'Origin']) {
      const headers = { 'Sec-WebSocket-Version': '8', [header]: 'https://evil.example' }
      expect((await tryOrigin(undefined, headers)).response.status).toBe(403)
    }
  })

  it('does not ask the application about a refused origin', async () => {
    const { port, server } = await serve(lite, { logger: { warn() {} } })
    let asked = 0
    server.on('connectionrequest', () => asked++)
    await answer(handshake(port, { Origin: 'null' }))
    expect(asked).toBe(0)
  })
})

describe('credentials', () => {
  const token = 'sécret-token'
  const offer = `chat, ${encodeAuthToken(token)}, protoo`

  it('are decoded into info.authToken and nowhere else to be found', async () => {
    const { port, server } = await serve(lite)
    const asked = once(server, 'connectionrequest')
    const socket = handshake(port, { 'Sec-WebSocket-Protocol': offer })
    const [info, accept] = await asked
    expect(info.authToken).toBe(token)
    expect(info.request.headers['sec-websocket-protocol']).toBe('chat, protoo')
    expect(info.request.headersDistinct['sec-websocket-protocol']).toEqual(['chat, protoo'])
    expect(info.request.rawHeaders).toContain('chat, protoo')
    expect(info.request.rawHeaders.join()).not.toContain('protoo-auth')
    accept()
    const { text, headers } = await answer(socket)
    expect(headers['sec-websocket-protocol']).toBe('protoo')
    expect(text).not.toContain('protoo-auth')
  })

  it('are no subprotocol on their own, and a refusal does not repeat them', async () => {
    const { port, server } = await serve(lite)
    server.on('connectionrequest', (_info, accept) => void accept())
    const response = await answer(handshake(port, { 'Sec-WebSocket-Protocol': encodeAuthToken(token) }))
    expect(response.status).toBe(403)
    expect(response.text).not.toContain('protoo-auth')
  })

  it('are taken out of every header line', async () => {
    const { port, server } = await serve(lite)
    const asked = once(server, 'connectionrequest')
    // Two lines of the same name, in different case.
    handshake(port, {
      'Sec-WebSocket-Protocol': 'protoo',
      'sec-websocket-protocol': encodeAuthToken(token),
      'X-Last': 'kept',
    })
    const [{ request, authToken }] = await asked
    expect(authToken).toBe(token)
    expect(request.headers['sec-websocket-protocol']).toBe('protoo')
    expect(JSON.stringify([request.rawHeaders, request.headersDistinct])).not.toContain('protoo-auth')
    expect(request.headersDistinct['x-last']).toEqual(['kept'])
  })

  it('that cannot be decoded are taken out all the same', async () => {
    const { port, server } = await serve(lite)
    const asked = once(server, 'connectionrequest')
    handshake(port, { 'Sec-WebSocket-Protocol': 'protoo, protoo-auth.!!' })
    const [info] = await asked
    expect('authToken' in info).toBe(false)
    expect(info.request.headers['sec-websocket-protocol']).toBe('protoo')
  })
})

it('behind a trusted proxy the same host is the one that the proxy was asked for', async () => {
  const page = {
    Origin: 'https://app.example',
    'X-Forwarded-Host': 'app.example',
    'X-Forwarded-Proto': 'https',
  }
  const status = async (options: ServerOptions, headers: Record<string, string>) => {
    const bed = await serve(lite, { logger: { warn() {} }, ...options })
    bed.server.on('connectionrequest', ({ address, secure }, accept, reject) => {
      expect([address, secure]).toEqual(options.trustProxy ? ['203.0.113.9', true] : ['127.0.0.1', false])
      accept()
      reject()
    })
    return (await answer(handshake(bed.port, { 'X-Forwarded-For': '6.6.6.6, 203.0.113.9', ...headers })))
      .status
  }
  expect(await status({}, page)).toBe(403)
  expect(await status({ trustProxy: 1 }, page)).toBe(101)
  expect(await status({ trustProxy: ['127.0.0.0/8'] }, page)).toBe(101)
  expect(await status({ trustProxy: ['10.0.0.0/8'] }, page)).toBe(403)
  expect(await status({ trustProxy: 1 }, { ...page, Origin: 'https://evil.example' })).toBe(403)
  expect(await status({ allowedOrigins: '*' }, page)).toBe(101)
})
