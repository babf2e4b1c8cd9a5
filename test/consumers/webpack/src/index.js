import { createPeer } from '@protoo-kit/client-core'

const peer = createPeer(`${location.origin.replace('http', 'ws')}/?peerId=ann`)
const output = document.querySelector('output')
peer.on('open', async () => {
  output.textContent = (await peer.request('hello', { from: 'webpack' })).text
})
