'use client'

import { createProtooHooks, ProtooProvider, ReconnectBanner } from '@protoo-kit/react'

interface Hello {
  server: { requests: { hello(data: { from: string }): { text: string } } }
}

const { useOpen, useProtooPeer, useRequest } = createProtooHooks<Hello>()

function Greeting() {
  const { status } = useProtooPeer()
  const { data, run } = useRequest('hello')
  useOpen(() => run({ from: 'next' }))
  return (
    <>
      <p id="state">{status.state}</p>
      <output>{data?.text}</output>
    </>
  )
}

export function Room({ url }: { url: string }) {
  return (
    <ProtooProvider url={url}>
      <ReconnectBanner />
      <Greeting />
    </ProtooProvider>
  )
}
