import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ConnectionLostError } from './errors.js'
import { frameTexts } from './frame.js'
import { FrameWriter } from './frame-writer.js'

class Writer extends FrameWriter {
  writable = true
}

class FakeSocket extends Socket {
  readonly chunks: Buffer[] = []

  override _write(chunk: Buffer, _encoding: unknown, done: () => void): void {
    this.chunks.push(chunk)
    done()
  }
}

const options = { threshold: 1000, masked: false }

function setup() {
  const socket = new FakeSocket()
  return { socket, writer: new Writer(socket, options) }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('FrameWriter', () => {
  it('writes what one turn sends in one piece, and in its order', async () => {
    const { socket, writer } = setup()
    const shared = frameTexts(['shared'], options)
    writer.write('one')
    writer.write(shared)
    queueMicrotask(() => writer.write('two'))
    expect(socket.chunks).toEqual([])
    await turn()
    expect(socket.chunks).toEqual([frameTexts(['one', shared, 'two'], options)])
    writer.write('three')
    await turn()
    expect(socket.chunks.slice(1)).toEqual([frameTexts(['three'], options)])
  })

  it('hands a shared frame on as it is', async () => {
    const { socket, writer } = setup()
    const shared = frameTexts(['shared'], options)
    writer.write(shared)
    await turn()
    expect(socket.chunks[0]).toBe(shared)
  })

  it('does not wait for the end of the turn with much, nor when told to', () => {
    const { socket, writer } = setup()
    writer.write('x'.repeat(1023))
    expect(socket.chunks).toHaveLength(0)
    expect(writer.waiting).toBe(1023)
    writer.write('x')
    expect(socket.chunks).toHaveLength(1)
    writer.write('y')
    writer.flush()
    expect(socket.chunks).toHaveLength(2)
    writer.flush()
    expect(socket.chunks).toHaveLength(2)
  })

  it('tells each sender that it has gone out', async () => {
    const { writer } = setup()
    const told: unknown[] = []
    writer.write('a', (error) => told.push('a', error ?? undefined))
    writer.write('b')
    writer.write('c', (error) => told.push('c', error ?? undefined))
    expect(told).toEqual([])
    await turn()
    expect(told).toEqual(['a', undefined, 'c', undefined])
  })

  it('tells each sender that it cannot go out any more, and writes nothing after a close', async () => {
    const { socket, writer } = setup()
    const told: unknown[] = []
    writer.write('a', (error) => told.push(error))
    writer.write('b', (error) => told.push(error))
    writer.writable = false
    await turn()
    expect(told).toEqual([expect.any(ConnectionLostError), expect.any(ConnectionLostError)])
    expect(socket.chunks).toEqual([])
  })

  it('serves the others when a socket is gone', async () => {
    const one = setup()
    const other = setup()
    one.socket.on('error', () => {})
    one.socket.destroy()
    const told: unknown[] = []
    one.writer.write('a', (error) => told.push(error))
    other.writer.write('b')
    await turn()
    expect(told).toEqual([expect.any(Error)])
    expect(other.socket.chunks).toHaveLength(1)
  })
})
