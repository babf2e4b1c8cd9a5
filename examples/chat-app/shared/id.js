/** 96 random bits in hex. Not `crypto.randomUUID()`, which only secure pages have. */
export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(12))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}
