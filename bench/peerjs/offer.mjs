// An OFFER as a page with a camera makes it, with a number in it by which it is known again.
import { frame } from './wire.mjs'

/** As many as Chromium lists, and of the same length. */
const CODECS = Array.from(
  { length: 20 },
  (_, index) =>
    `a=rtpmap:${96 + index} VP8/90000\r\na=rtcp-fb:${96 + index} goog-remb\r\na=rtcp-fb:${96 + index} nack pli\r\n`,
).join('')

const SDP = `v=0\r\no=- 7614219274584779017 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=msid-semantic: WMS\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:4ZcD\r\na=ice-pwd:2/1muCWoOi3uLifh0NuRHlFZ\r\na=fingerprint:sha-256 7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08\r\na=setup:actpass\r\na=mid:0\r\n${CODECS}`

const DIGITS = 10
/** What follows the number in the text. */
const END = '","label":"call","reliable":false,"serialization":"binary"}'

/**
 * @param {string} dst
 * @param {number} number
 */
export function offer(dst, number) {
  const bytes = frame(
    `{"type":"OFFER","payload":{"sdp":{"type":"offer","sdp":${JSON.stringify(SDP)}},"type":"data","connectionId":"dc_${'0'.repeat(DIGITS)}${END},"dst":"${dst}"}`,
  )
  renumber(bytes, dst, number)
  return bytes
}

/**
 * @param {Buffer} bytes of an offer to `dst`
 * @param {string} dst
 * @param {number} number
 */
export function renumber(bytes, dst, number) {
  const end = bytes.length - `${END},"dst":"${dst}"}`.length
  bytes.write(String(number).padStart(DIGITS, '0'), end - DIGITS, 'latin1')
}

/**
 * The number of an offer as a broker has relayed it: the payload comes last then.
 *
 * @param {Buffer} bytes
 * @param {number} end
 */
export function numberOf(bytes, end) {
  const stop = end - END.length - 1
  let number = 0
  for (let index = stop - DIGITS; index < stop; index++) number = number * 10 + (bytes[index] ?? 0) - 0x30
  return number
}
