import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import {
  ConnectionLostError,
  NotConnectedError,
  PeerClosedError,
  ProtocolError,
  ProtooError,
  RequestError,
  RequestTimeoutError,
} from './errors.js'

const errors: [name: string, error: ProtooError, code: unknown, message: string][] = [
  ['RequestError', new RequestError(404, 'no room'), 404, 'no room'],
  ['RequestTimeoutError', new RequestTimeoutError(), 408, 'request timeout'],
  ['ConnectionLostError', new ConnectionLostError(), 'CONNECTION_LOST', 'connection lost'],
  ['NotConnectedError', new NotConnectedError(), 'NOT_CONNECTED', 'cannot send while not connected'],
  ['PeerClosedError', new PeerClosedError(), 'PEER_CLOSED', 'peer closed'],
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
  })

  it('carry what caused them', () => {
    const cause = new Error('ECONNRESET')
    expect(new ConnectionLostError('lost', { cause }).cause).toBe(cause)
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
