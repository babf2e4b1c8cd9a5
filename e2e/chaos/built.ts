/** What a spec imports by name is the sources, and the client for pages. These are the built packages, as Node gets them. */
async function built(name: string) {
  return import(new URL(`../../packages/${name}/dist/index.js`, import.meta.url).href)
}

export const { createPeer }: typeof import('@protoo-kit/client-core') = await built('client-core')
export const { Room, WebSocketServer }: typeof import('@protoo-kit/server-lite') = await built('server-lite')
