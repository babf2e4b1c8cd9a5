// Texts that a hostile end may send, and what of them is a message: told by a model of its own, not by the code under test.
/** @typedef {import('../../packages/peerjs-server/test/hostile/random.mjs').Random} Random */
/** @typedef {'protoo' | 'router' | 'peerjs'} Dialect */

/** Fields and methods that are somebody's own, whatever they are called. */
const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  'valueOf',
  'toJSON',
  'then',
  'echo',
  'id',
  'ack',
  'session',
  '',
  '\u0000',
  '\u202e\u2066',
  '\r\nX-Injected: 1',
  '%s%d%o',
  '😀',
]
/** As JSON has them, however large. */
const NUMBERS = [
  '0',
  '-0',
  '1',
  '-1',
  '1.5',
  '1e308',
  '1e309',
  '-1e999',
  '9007199254740993',
  '123456789012345678901234567890',
  '1E-400',
  `${'9'.repeat(400)}`,
]
const WORDS = ['true', 'false', 'null', '[]', '{}', '""', '"x"', '[1,2]', '{"a":1}']
const RUBBISH = [
  '',
  ' ',
  'null',
  '[]',
  '5',
  '"request"',
  '{',
  '}',
  '{}',
  'true',
  'NaN',
  'undefined',
  '\u0000',
  '\ufeff{}',
  '{"request":true',
  "{'request':true}",
  '{"request":true,}',
  '{"a":1}{"b":2}',
  '[[[[',
  '"\\u12"',
  '"\\x41"',
  '01',
  '+1',
  '1.',
  '.5',
  '// {}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
]

/** Deeper than a server takes by default. */
export const DEPTH = 100
/** Longer than a server takes by default. */
const METHOD_LENGTH = 256

/**
 * @param {Random} random
 * @param {Dialect} dialect
 * @returns {string}
 */
export function hostileText(random, dialect) {
  const kind = random.below(20)
  if (kind < 3) return random.pick(RUBBISH)
  if (kind === 3) return deep(random, dialect)
  if (kind === 4) return mutated(random, messageText(random, dialect))
  if (kind === 5) return random.bytes(random.below(60)).toString('latin1')
  return messageText(random, dialect)
}

/**
 * Nearly a message: every field may be missing, twice there, or of another type.
 *
 * @param {Random} random
 * @param {Dialect} dialect
 */
export function messageText(random, dialect) {
  const fields = FIELDS[dialect]
    .filter(() => random.below(12) > 0)
    .map((/** @type {[string, string[]]} */ [name, usual]) => {
      const text = random.below(5) > 0 ? random.pick(usual) : value(random, 3)
      return `${JSON.stringify(name)}:${text}`
    })
  while (random.below(4) === 0) fields.push(`${JSON.stringify(random.pick(NAMES))}:${value(random, 3)}`)
  if (random.below(10) === 0) fields.reverse()
  return `{${fields.join(',')}}`
}

const METHODS = [
  '"echo"',
  '"echo"',
  ...NAMES.map((name) => JSON.stringify(name)),
  `"${'m'.repeat(METHOD_LENGTH + 1)}"`,
]
const IDS = ['1', '7', '4294967296', '-1', '1.5', '"7"']
const DATA = ['{}', '{"n":1}', '[]', '{"__proto__":{"polluted":true}}', '{"toJSON":1,"toString":2}']

/** Each with values that are right, or nearly. @type {Record<Dialect, [string, string[]][]>} */
const FIELDS = {
  protoo: [
    ['request', ['true', 'true', 'true', '1', '0']],
    ['response', ['false', 'false', 'false', 'true']],
    ['notification', ['false', 'true']],
    ['id', IDS],
    ['method', METHODS],
    ['ok', ['true', 'false']],
    ['errorCode', ['400', '"x"']],
    ['errorReason', ['"no"', '{"toString":5}']],
    ['data', DATA],
  ],
  router: [
    ['method', ['"get"', '"message"', ...METHODS]],
    ['path', ['"/echo"', '"/echo"', '"/%"', '"/users/__proto__"', '"echo"', '"/constructor/%ff"']],
    ['id', IDS],
    ['status', ['200', '99', '700', '"200"']],
    ['reason', ['"OK"', '"\\r\\nX: 1"']],
    ['data', DATA],
  ],
  peerjs: [
    [
      'type',
      ['"OFFER"', '"ANSWER"', '"CANDIDATE"', '"LEAVE"', '"EXPIRE"', '"HEARTBEAT"', '"OPEN"', '"__proto__"'],
    ],
    ['payload', DATA],
    ['dst', ['"absent"', '"__proto__"', '"constructor"', '""', 'null']],
    ['src', ['"somebody else"']],
  ],
}

/**
 * @param {Random} random
 * @param {number} depth
 * @returns {string}
 */
function value(random, depth) {
  const kind = random.below(depth > 0 ? 6 : 4)
  if (kind === 0) return random.pick(NUMBERS)
  if (kind === 1) return random.pick(WORDS)
  if (kind === 2) return JSON.stringify(random.pick(NAMES))
  if (kind === 3) return JSON.stringify(`${'x'.repeat(random.below(300))}${random.pick(NAMES)}`)
  const items = Array.from({ length: random.below(4) }, () => value(random, depth - 1))
  return kind === 4
    ? `[${items.join(',')}]`
    : `{${items.map((item) => `${JSON.stringify(random.pick(NAMES))}:${item}`).join(',')}}`
}

/**
 * A message, nested so deeply that not all programs could read it.
 *
 * @param {Random} random
 * @param {Dialect} dialect
 */
function deep(random, dialect) {
  const levels = random.pick([50, DEPTH, 2 * DEPTH, 2000])
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ])
  const data = `${open.repeat(levels)}${open === '[' ? '' : '1'}${close.repeat(levels)}`
  if (dialect === 'peerjs') return `{"type":"OFFER","dst":"absent","payload":${data}}`
  if (dialect === 'router') return `{"id":3,"method":"get","path":"/echo","data":{"a":${data}}}`
  return random.pick([
    `{"request":true,"id":3,"method":"echo","data":${data}}`,
    `{"notification":true,"method":"echo","data":${data}}`,
  ])
}

/**
 * With one character more, less or another.
 *
 * @param {Random} random
 * @param {string} text
 */
function mutated(random, text) {
  const at = random.below(text.length)
  const inserted = random.pick(['', '"', '\\', '}', '{', ',', ':', '\n', '\u0000', '\uffff', '1e', '-'])
  return text.slice(0, at) + inserted + text.slice(at + random.below(2))
}

/**
 * Whether it is of the session itself, and no message (PROTOCOL.md §7.2).
 *
 * @param {string} text
 */
export function isControl(text) {
  if (text[2] !== 'a' && text[2] !== 's') return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/**
 * What a server has to make of a text.
 *
 * @typedef {{ kind: 'invalid', code: string } | { kind: 'request', id: unknown } | { kind: 'other' } | { kind: 'limited', limit: string, id?: unknown }} Verdict
 * @param {string} text
 * @param {'protoo' | 'router'} dialect
 * @param {boolean} [limited] a client has no such limits
 * @returns {Verdict}
 */
export function judge(text, dialect, limited = true) {
  let json
  try {
    json = JSON.parse(text)
  } catch {
    return { kind: 'invalid', code: 'INVALID_JSON' }
  }
  const message = typeof json === 'object' && json !== null ? json : {}
  const verdict = dialect === 'protoo' ? judgeProtoo(message) : judgeRouter(message, Array.isArray(json))
  const id = verdict.kind === 'request' ? { id: verdict.id } : {}
  if (limited && isDeep(json, DEPTH)) return { kind: 'limited', limit: 'depth', ...id }
  if (verdict.kind === 'invalid' || verdict.kind === 'answer')
    return verdict.kind === 'answer' ? { kind: 'other' } : verdict
  if (limited && message.method.length > METHOD_LENGTH)
    return { kind: 'limited', limit: 'methodLength', ...id }
  return verdict.kind === 'request' ? verdict : { kind: 'other' }
}

const INVALID = /** @type {const} */ ({ kind: 'invalid', code: 'INVALID_MESSAGE' })
const ANSWER = /** @type {const} */ ({ kind: 'answer' })

/** @param {Record<string, any>} message */
function judgeProtoo({ request, response, notification, id, method }) {
  const numbered = typeof id === 'number' && Math.abs(id) <= Number.MAX_VALUE
  const named = typeof method === 'string'
  if (request) return numbered && named ? { kind: /** @type {const} */ ('request'), id } : INVALID
  if (response) return numbered ? ANSWER : INVALID
  if (notification) return named ? { kind: /** @type {const} */ ('other') } : INVALID
  return INVALID
}

/**
 * @param {Record<string, any>} message
 * @param {boolean} isList
 */
function judgeRouter({ id, method, path, status, reason = '', data }, isList) {
  const numbered = typeof id === 'string' ? id !== '' && id.length <= 128 : Number.isSafeInteger(id) && id > 0
  const filled = (data ?? undefined) === undefined || (typeof data === 'object' && !Array.isArray(data))
  if (isList || !numbered || !filled) return INVALID
  if (typeof method === 'string' && method !== '' && typeof path === 'string' && path.startsWith('/'))
    return { kind: /** @type {const} */ ('request'), id }
  const answered = Number.isInteger(status) && status >= 100 && status <= 699 && typeof reason === 'string'
  return method === undefined && answered ? ANSWER : INVALID
}

/**
 * @param {unknown} value
 * @param {number} limit
 * @returns {boolean}
 */
function isDeep(value, limit) {
  if (typeof value !== 'object' || value === null) return false
  return limit === 0 || Object.values(value).some((inner) => isDeep(inner, limit - 1))
}
