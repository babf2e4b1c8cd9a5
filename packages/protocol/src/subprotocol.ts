/** The subprotocol of protoo v4. */
export const SUBPROTOCOL = 'protoo'

/** The extension whose sessions survive a dropped connection (PROTOCOL.md §7). */
export const SESSION_SUBPROTOCOL = 'protoo-session.v1'

const RESUME_PREFIX = 'protoo-resume.'
const AUTH_PREFIX = 'protoo-auth.'
/** Longest encoded credentials, in characters: proxies cut off longer headers. */
const MAX_AUTH_LENGTH = 4096

/**
 * Credentials as a subprotocol name, the one header that a browser lets a page
 * set: `protoo-auth.` and the unpadded base64url of the token's UTF-8.
 *
 * @throws TypeError when they are longer than 4 KiB encoded
 * @throws URIError for half a surrogate pair
 */
export function encodeAuthToken(token: string): string {
  // UTF-8 as one character a byte, which is what btoa takes: the one use that the old `unescape` has left.
  const encoded = btoa(unescape(encodeURIComponent(token)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=/g, '')
  if (encoded.length > MAX_AUTH_LENGTH) throw new TypeError('authToken over 4 KiB')
  return AUTH_PREFIX + encoded
}

/**
 * The credentials among the offered subprotocols.
 * @returns the token, or undefined when there is none or it is not what {@link encodeAuthToken} makes
 */
export function decodeAuthToken(subprotocols: Iterable<string>): string | undefined {
  for (const name of subprotocols) {
    if (!name.startsWith(AUTH_PREFIX)) continue
    const encoded = name.slice(AUTH_PREFIX.length)
    if (encoded.length > MAX_AUTH_LENGTH || !/^[\w-]*$/.test(encoded)) return
    try {
      const bytes = Uint8Array.from(atob(encoded.replace(/-/g, '+').replace(/_/g, '/')), (c) =>
        c.charCodeAt(0),
      )
      // `ignoreBOM` keeps U+FEFF at the start, which is left out otherwise.
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      return
    }
  }
}

/** What a client says to have its session back. */
export interface Resume {
  token: string
  /** How many messages of this session it has received. */
  received: number
  /** Rises with each of its dials. */
  attempt: number
  /** The last `seq` that it has seen, if any. */
  seq?: string
}

/** {@link Resume} as a subprotocol name. */
export function encodeResume(
  ...resume: [token: string, received: number, attempt: number, seq?: string | undefined]
): string {
  return RESUME_PREFIX + resume.filter((part) => part != null).join('.')
}

/** @returns the first among the offered subprotocols, or undefined when there is none or it is not what {@link encodeResume} makes */
export function decodeResume(subprotocols: Iterable<string>): Resume | undefined {
  for (const name of subprotocols) {
    if (!name.startsWith(RESUME_PREFIX)) continue
    const [, token, received, attempt, seq] =
      /^([0-9a-f]{32})\.(\d{1,15})\.(\d{1,15})(?:\.([\w-]{1,99}))?$/.exec(name.slice(RESUME_PREFIX.length)) ??
      []
    if (!token) return
    const resume: Resume = { token, received: Number(received), attempt: Number(attempt) }
    return seq ? { ...resume, seq } : resume
  }
  return
}

/** Whether an offered name carries a secret, and must be neither echoed, logged nor shown on. */
export function isCredential(name: string): boolean {
  return name.startsWith(AUTH_PREFIX) || name.startsWith(RESUME_PREFIX)
}

/** Whether a header that lists offered names may hold one that {@link isCredential}: if not, it need not be taken apart. */
export function mayHoldCredentials(header: string): boolean {
  return header.includes(AUTH_PREFIX) || header.includes(RESUME_PREFIX)
}
