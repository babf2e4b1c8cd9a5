import { afterEach, describe, expect, it, vi } from 'vitest'
import { setLogger } from '../src/index.js'
import { answer, connect, handshake, lite, serveRoom } from './support.js'

/** What a logger is told, each with its level. */
function listen() {
  const lines: string[] = []
  const level = (name: string) => (message: string) => void lines.push(`${name} ${message}`)
  const logger = { debug: level('debug'), warn: level('warn'), error: level('error') }
  setLogger(logger)
  return { lines, logger }
}

afterEach(() => {
  setLogger(undefined)
  vi.restoreAllMocks()
})

describe('setLogger()', () => {
  it('has the logger told what happens, at three levels', async () => {
    const consoleWarn = vi.spyOn(console, 'warn')
    const { lines } = listen()
    const bed = await serveRoom(lite)
    const client = await connect(bed.port, '/?peerId=ann')
    const peer = await bed.joined('ann')
    peer.on('notification', () => {
      throw new Error('BOOM')
    })
    client.send('{')
    client.send({ notification: true, method: 'x' })
    client.send({ request: true, id: 1, method: 'nobody' })
    await client.next()
    peer.close()
    await client.closed
    expect(lines).toContainEqual(expect.stringMatching(/^debug Room: createPeer\(\) \[peer:ann/))
    expect(lines).toContainEqual(expect.stringMatching(/^warn Peer: dropped a frame \[peer:ann\]/))
    expect(lines).toContainEqual(
      expect.stringMatching(/^error protoo: listener failed: notification Error: BOOM/),
    )
    expect(lines).toContainEqual('debug Peer: close() [peer:ann]')
    await answer(handshake(bed.port, { Origin: 'https://evil.example' }))
    expect(lines).toContainEqual(expect.stringMatching(/^warn WebSocketServer: refused: 403/))
    expect(lines).toContainEqual(expect.stringMatching(/^warn .*evil\.example/))
    expect(consoleWarn).not.toHaveBeenCalled()
  })

  it('escapes what clients say', async () => {
    const { lines } = listen()
    const bed = await serveRoom(lite)
    await connect(bed.port, `/?peerId=${encodeURIComponent('a\nerror forged')}`)
    await bed.joined('a\nerror forged')
    expect(lines).toContainEqual(expect.stringContaining('[peer:a\\u000aerror forged'))
    expect(lines.filter((line) => line.includes('\n'))).toEqual([])
  })

  it('goes on when the logger fails, and says so', async () => {
    const consoleError = vi.spyOn(console, 'error').mockImplementation(() => {})
    const fail = () => {
      throw new Error('disk full')
    }
    setLogger({ debug: fail, warn: fail, error: fail })
    const bed = await serveRoom(lite)
    const client = await connect(bed.port, '/?peerId=ann')
    client.send({ request: true, id: 1, method: 'nobody' })
    expect(await client.next()).toMatchObject({ id: 1, errorCode: 501 })
    expect(consoleError).toHaveBeenCalledWith('protoo: logger failed:', new Error('disk full'))
  })

  it('goes back to debug and the console', async () => {
    const { lines } = listen()
    setLogger(undefined)
    const consoleWarn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const bed = await serveRoom(lite)
    await answer(handshake(bed.port, { Origin: 'https://evil.example' }))
    expect(consoleWarn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('evil.example'))
    expect(lines).toEqual([])
  })

  it.each<object | null>([null, {}, { warn() {} }, { debug() {}, warn() {}, error: 1 }])(
    'refuses %o',
    (logger) => {
      // As JavaScript may call it.
      expect(() => setLogger(logger as Console)).toThrow('logger must have the methods debug, warn and error')
    },
  )
})
