import { createProtooHooks, ProtooProvider, ReconnectBanner } from '@protoo-kit/react'
import { createRoot } from 'react-dom/client'
import '@protoo-kit/react/reconnect-banner.css'

interface Hello {
  server: { requests: { hello(data: { from: string }): { text: string } } }
}

const { useOpen, useRequest } = createProtooHooks<Hello>()

function Greeting() {
  const { data, run } = useRequest('hello')
  useOpen(() => run({ from: 'react' }))
  return <output>{data?.text}</output>
}

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <ProtooProvider url={`${location.origin.replace('http', 'ws')}/?peerId=ann`}>
      <ReconnectBanner />
      <Greeting />
    </ProtooProvider>,
  )
