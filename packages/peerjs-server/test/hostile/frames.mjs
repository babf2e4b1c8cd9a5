// What no client should send.

/** @typedef {import('./random.mjs').Random} Random */

const TYPES = [
  'OFFER',
  'ANSWER',
  'CANDIDATE',
  'LEAVE',
  'EXPIRE',
  'HEARTBEAT',
  'OPEN',
  'ID-TAKEN',
  'ERROR',
  '',
]
const IDS = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'a', '', ' ', '\u0000', '\u202e', '😀']

/**
 * A frame that is one, of a message that is none.
 *
 * @param {Random} random
 */
export function hostileFrame(random) {
  return encode(random, random.pick([1, 1, 1, 2]), Buffer.from(text(random)))
}

/**
 * What is no frame, no text, or nothing whole: it may end the connection (RFC 6455 §5.2, §8.1).
 *
 * @param {Random} random
 */
export function brokenFrame(random) {
  const kind = random.below(3)
  if (kind === 0) return random.bytes(1 + random.below(60))
  if (kind === 1) return encode(random, random.below(16), random.bytes(random.below(200)))
  return encode(random, random.below(3), Buffer.from(text(random)), random.pick([0, 0xc0, 0x90]))
}

/** @param {Random} random */
function text(random) {
  const kind = random.below(6)
  if (kind === 0)
    return random.pick(['', 'null', '[]', '5', '"x"', '{', '{}', 'true', '\u0000', '{"type":', '[[[['])
  if (kind === 1) return nested(random.pick(['[', '{"a":']), 1 + random.below(5000))
  const valid = JSON.stringify(message(random))
  if (kind > 3) return valid
  const at = random.below(valid.length)
  return (
    valid.slice(0, at) +
    random.pick(['', '"', '\\', '}', ',"dst":', '\uffff', '\u0000']) +
    valid.slice(at + 1)
  )
}

/** @param {Random} random */
function message(random) {
  return {
    type: random.pick([...TYPES, ...IDS, 5, null, {}, ['OFFER']]),
    payload: value(random, 3),
    dst: random.pick([...IDS, 7, true, null, {}, [], 'x'.repeat(random.below(2000))]),
    [random.pick(IDS)]: value(random, 1),
  }
}

/**
 * @param {Random} random
 * @param {number} depth
 * @returns {unknown}
 */
function value(random, depth) {
  if (depth === 0 || random.below(3) === 0) return random.pick([null, 1e308, -0, true, 'é😀\u2028', ...IDS])
  if (random.below(2) === 0) return Array.from({ length: random.below(4) }, () => value(random, depth - 1))
  return Object.fromEntries([[random.pick(IDS), value(random, depth - 1)]])
}

/**
 * @param {string} open
 * @param {number} depth
 */
function nested(open, depth) {
  const end = open === '[' ? ']' : '}'
  return `{"type":"OFFER","dst":"a","payload":${open.repeat(depth)}${open === '[' ? '' : '1'}${end.repeat(depth)}}`
}

/**
 * @param {Random} random
 * @param {number} opcode
 * @param {Buffer} payload
 * @param {number} flags
 */
function encode(random, opcode, payload, flags = 0x80) {
  const mask = random.bytes(4)
  const length =
    payload.length < 126
      ? [payload.length]
      : payload.length < 0x10000
        ? [126, ...big(payload.length, 2)]
        : [127, ...big(payload.length, 8)]
  const [first = 0, ...rest] = length
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))
  return Buffer.concat([Buffer.from([flags | opcode, 0x80 | first, ...rest]), mask, masked])
}

/**
 * @param {number} number
 * @param {number} size
 */
function big(number, size) {
  return Array.from({ length: size }, (_, index) => Math.floor(number / 256 ** (size - 1 - index)) % 256)
}

/**
 * A request as it goes over the wire.
 *
 * @param {Random} random
 */
export function hostileRequest(random) {
  const id = () =>
    random.pick([...IDS.map(encodeURIComponent), '%', '%ff%fe', '%00', 'x'.repeat(random.below(4000))])
  const query = random.pick([
    `key=peerjs&id=${id()}&token=${id()}`,
    `id=${id()}&id=${id()}&key=${id()}&token`,
    `__proto__=1&constructor=2&key[]=peerjs&id[a]=${id()}`,
    '????&&&===',
    random
      .bytes(40)
      .toString('latin1')
      .replace(/[\r\n]/g, '.'),
  ])
  const path = random.pick([
    '/peerjs',
    '/peerjs',
    '/peerjs/',
    '//peerjs',
    '/%70eerjs',
    '/',
    '*',
    'http://x/peerjs',
    '/../peerjs',
    '/peerjs/id',
    '/peerjs/peers',
    `/${id()}/id`,
  ])
  const headers = [
    'Host: x',
    random.pick(['Connection: Upgrade', 'Connection: close', 'Connection: keep-alive, Upgrade']),
    random.pick(['Upgrade: websocket', 'Upgrade: h2c', 'Upgrade: websocket, x', 'X: y']),
    `Sec-WebSocket-Key: ${random.pick(['AAAAAAAAAAAAAAAAAAAAAA==', 'no', ''])}`,
    `Sec-WebSocket-Version: ${random.pick(['13', '8', '99', 'x'])}`,
    random.pick([
      'Origin: null',
      'Origin: \u00ff',
      'Origin: https://x.example',
      `Cookie: ${'a'.repeat(500)}`,
    ]),
    random.pick([
      'Sec-WebSocket-Protocol: a, a',
      'Sec-WebSocket-Extensions: x;;',
      'X-Forwarded-For: ,,,',
      'Y: z',
    ]),
  ]
  const method = random.pick(['GET', 'GET', 'GET', 'POST', 'OPTIONS', 'HEAD', 'PROPFIND', 'G@T'])
  return Buffer.from(`${method} ${path}?${query} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`, 'latin1')
}
