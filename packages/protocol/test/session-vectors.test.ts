import { describe, expect, it } from 'vitest'
import { encode } from '../src/message.js'
import { parse } from '../src/parse.js'
import { readWelcome } from '../src/session.js'
import { decodeResume, SESSION_SUBPROTOCOL } from '../src/subprotocol.js'
import { type Exchange, exchangesOf, Placeholders, session } from './session-vectors.js'

const shared = [
  'remote',
  'binary',
  'subject',
  'connection',
  'closes',
  'clock',
  'application',
  'result',
  'event',
]
const kinds = {
  client: [...shared, 'dial', 'accept', 'refuse'],
  server: [...shared, 'upgrade', 'status'],
}
const events = {
  client: ['notification', 'protocolerror', 'open', 'failed', 'disconnected', 'close'],
  server: [
    'notification',
    'protocolerror',
    'connectionrequest',
    'authorize',
    'disconnected',
    'resumed',
    'close',
  ],
}

const placeholders = new Placeholders((number) => number.padStart(32, 'a'))
const fill = (text: string) => placeholders.fill(text)

/** The frames of the steps, by who sends them. */
function framesOf({ steps }: Exchange, by: 'remote' | 'subject'): string[] {
  return steps.flatMap((step) => (by in step ? [fill(String(Reflect.get(step, by)))] : []))
}

/** The names that a client offers, of each of its connections. */
function offers({ steps }: Exchange): string[][] {
  return steps.flatMap((step) => ('dial' in step ? [step.dial] : 'upgrade' in step ? [step.upgrade] : []))
}

it('are of this protocol, for either end, each under a name of its own', () => {
  expect(session.protocol).toBe(SESSION_SUBPROTOCOL)
  const names = session.exchanges.map(({ subject, name }) => `${subject}: ${name}`)
  expect(new Set(names).size).toBe(names.length)
  expect(exchangesOf('client').length + exchangesOf('server').length).toBe(names.length)
})

describe.each(['client', 'server'] as const)('exchanges of a %s', (subject) => {
  it.each(exchangesOf(subject))('$name', (exchange) => {
    const { steps } = exchange
    expect(steps.map(({ n }) => n)).toEqual(steps.map((_, index) => index + 1))
    const known = new Set<string>()
    let connections = 0
    for (const step of steps) {
      const [, kind] = Object.keys(step)
      expect(kinds[subject]).toContain(kind)
      if ('event' in step) expect(events[subject]).toContain(step.event)
      if (kind === 'dial' || kind === 'upgrade') connections++
      if ('on' in step) expect([connections >= Number(step.on), Number(step.on) > 0]).toEqual([true, true])
      if ('as' in step && step.as) known.add(step.as)
      // Each is read once.
      if ('result' in step) expect(known.delete(step.result)).toBe(true)
    }
    expect([...known]).toEqual([])
  })

  it('has the subject send nothing but control frames, messages as they are written, and {}', () => {
    for (const frame of exchangesOf(subject).flatMap((exchange) => framesOf(exchange, 'subject'))) {
      const message = parse(frame)
      if (!(message instanceof Error)) expect(encode(message)).toBe(frame)
      else if (readWelcome(frame)) expect(subject).toBe('server')
      else expect(frame).toMatch(/^(\{\}|\{"ack":\d+(,"echo":true)?\})$/)
    }
  })

  it('shows a token in a session frame before it is offered', () => {
    for (const { steps } of exchangesOf(subject)) {
      const shown = new Set<string>()
      for (const step of steps) {
        for (const number of JSON.stringify(step).matchAll(/"\$t(\d+)\\"/g)) shown.add(String(number[1]))
        if (!('dial' in step || 'upgrade' in step)) continue
        for (const name of JSON.stringify(step).matchAll(/\.\$[tTs](\d+)\./g))
          expect(shown).toContain(name[1])
      }
    }
  })
})

it('has clients offer both subprotocols, and resume with numbers that rise', () => {
  for (const exchange of exchangesOf('client')) {
    let last = 0
    for (const names of offers(exchange)) {
      expect(names).toEqual(expect.arrayContaining([SESSION_SUBPROTOCOL, 'protoo']))
      const resume = decodeResume(names.map(fill))
      expect(resume !== undefined).toBe(names.some((name) => name.startsWith('protoo-resume.')))
      if (!resume) continue
      expect(resume.attempt).toBeGreaterThan(last)
      last = resume.attempt
    }
  }
})

it('has a session begin and be resumed at either end', () => {
  for (const [subject, by] of [
    ['client', 'remote'],
    ['server', 'subject'],
  ] as const) {
    const welcomes = exchangesOf(subject)
      .flatMap((exchange) => framesOf(exchange, by))
      .flatMap((frame) => readWelcome(frame) ?? [])
    expect(new Set(welcomes.map(({ resumed }) => resumed))).toEqual(new Set([false, true]))
  }
})
