import { type KeyboardEvent, type RefObject, type SubmitEvent, useEffect } from 'react'
import { MAX_TEXT } from '../shared/chat-model.js'
import type { Chat } from '../shared/chat-state.js'
import { useProtooPeer } from './protoo.js'

interface ComposerProps {
  ref: RefObject<HTMLTextAreaElement | null>
  chat: Chat
  draft: string
}

export function Composer({ ref, chat, draft }: ComposerProps) {
  const { connected } = useProtooPeer()

  // Not `autoFocus`, which leaves the caret before what was kept over a reload.
  useEffect(() => {
    const input = ref.current
    input?.focus()
    input?.setSelectionRange(input.value.length, input.value.length)
  }, [ref])

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    chat.send(draft)
  }
  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    event.currentTarget.form?.requestSubmit()
  }

  return (
    <form className="composer" onSubmit={submit}>
      <div>
        <label className="visually-hidden" htmlFor="text">
          Message
        </label>
        <textarea
          id="text"
          ref={ref}
          rows={1}
          maxLength={MAX_TEXT}
          placeholder="Write a message"
          enterKeyHint="send"
          value={draft}
          onChange={({ target }) => chat.setDraft(target.value)}
          onKeyDown={press}
        />
        {/* Not `disabled`, which would drop the focus. */}
        <button className="primary" type="submit" aria-label="Send" aria-disabled={!connected}>
          <svg
            viewBox="0 0 20 20"
            fill="none"
            stroke="currentColor"
            strokeWidth="2.2"
            strokeLinecap="round"
            strokeLinejoin="round"
            aria-hidden="true"
          >
            <path d="M10 16.5v-13M4.5 9 10 3.5 15.5 9" />
          </svg>
        </button>
      </div>
    </form>
  )
}
