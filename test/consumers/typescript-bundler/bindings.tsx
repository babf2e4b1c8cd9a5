import { createProtooHooks, ReconnectBanner } from '@protoo-kit/react'
import { createProtooComposables } from '@protoo-kit/vue'

interface Hello {
  server: { requests: { hello(data: { from: string }): { text: string } } }
}

const { useRequest } = createProtooHooks<Hello>()
export const composables = createProtooComposables<Hello>()

export function Greeting() {
  const hello = useRequest('hello')
  return (
    <>
      <ReconnectBanner />
      <button type="button" onClick={() => hello.run({ from: 'react' })}>
        {hello.data?.text}
      </button>
    </>
  )
}
