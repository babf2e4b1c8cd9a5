import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import {
  BufferFullError,
  ConnectionLostError,
  MessageTooLargeError,
  NotConnectedError,
  PeerClosedError,
  ProtocolError,
  ProtooError,
  RequestError,
  RequestTimeoutError,
  SessionLostError,
} from './errors.js'

const errors: [name: string, error: ProtooError, code: unknown, message: string][] = [
  ['RequestError', new RequestError(404, 'no room'), 404, 'no room'],
  ['RequestTimeoutError', new RequestTimeoutError(), 408, 'request timeout'],
  ['ConnectionLostError', new ConnectionLostError(), 'CONNECTION_LOST', 'connection lost'],
  ['NotConnectedError', new NotConnectedError(), 'NOT_CONNECTED', 'not connected'],
  ['PeerClosedError', new PeerClosedError(), 'PEER_CLOSED', 'peer closed'],
  ['SessionLostError', new SessionLostError(), 'SESSION_LOST', 'session lost'],
  ['BufferFullError', new BufferFullError(), 'BUFFER_FULL', 'buffer full'],
  [
    'MessageTooLargeError',
    new MessageTooLargeError('message over 1000 bytes'),
    'MESSAGE_TOO_LARGE',
    'message over 1000 bytes',
  ],
  ['ProtocolError', new ProtocolError('INVALID_JSON', '{'), 'INVALID_JSON', 'dropped a frame: INVALID_JSON'],
]

describe.each(errors)('%s', (name, error, code, message) => {
  it('has a name, a code and a message', () => {
    expect(error).toMatchObject({ name, code, message })
  })

  it('is an Error and a ProtooError, and shows its name', () => {
    expect(error).toBeInstanceOf(Error)
    expect(error).toBeInstanceOf(ProtooError)
    expect(String(error)).toBe(`${name}: ${message}`)
    expect(error.stack).toContain(message)
  })

  it('has no cause of its own', () => {
    expect(error).not.toHaveProperty('cause')
  })
})

describe('errors', () => {
  it('are told apart by their class', () => {
    expect(new RequestTimeoutError()).not.toBeInstanceOf(RequestError)
    expect(new NotConnectedError()).not.toBeInstanceOf(ConnectionLostError)
    expect(new SessionLostError()).not.toBeInstanceOf(ConnectionLostError)
  })

  it('carry what caused them', () => {
    const cause = new Error('ECONNRESET')
    expect(new ConnectionLostError('lost', { cause }).cause).toBe(cause)
    expect(new SessionLostError('lost', { cause }).cause).toBe(cause)
  })

  it('carry data and an empty reason', () => {
    expect(new RequestError(409, undefined, { name: 'Ann' })).toMatchObject({
      message: '',
      data: { name: 'Ann' },
    })
  })

  it('carry another message', () => {
    expect(new PeerClosedError('transport closed').message).toBe('transport closed')
    expect(new RequestTimeoutError('too late').message).toBe('too late')
    expect(new NotConnectedError('not now').message).toBe('not now')
    expect(new SessionLostError('server restarted').message).toBe('server restarted')
    expect(new BufferFullError('too much').message).toBe('too much')
  })

  it('carry the first 200 characters of a frame', () => {
    expect(new ProtocolError('INVALID_JSON', 'x'.repeat(1000)).excerpt).toHaveLength(200)
    expect(new ProtocolError('BINARY_FRAME').excerpt).toBe('')
  })

  it('keep their names when minified', async () => {
    const { outputFiles } = await build({
      entryPoints: [new URL('errors.ts', import.meta.url).pathname],
      format: 'esm',
      minify: true,
      bundle: true,
      write: false,
    })
    const code = outputFiles[0]?.text ?? ''
    const minified = await import(`data:text/javascript,${encodeURIComponent(code)}`)
    const error = new minified.PeerClosedError()
    expect(error.name).toBe('PeerClosedError')
    expect(error.constructor.name).not.toBe('PeerClosedError')
  })
})
