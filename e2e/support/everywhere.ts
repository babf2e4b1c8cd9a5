import { type Locator, test } from '@playwright/test'
import type { ChatPage, FrontEnd } from './chat-page.js'

/** Does the same at each front end, side by side. */
export async function everywhere(
  people: Record<FrontEnd, ChatPage>,
  act: (person: ChatPage, frontEnd: FrontEnd) => Promise<void>,
): Promise<void> {
  const entries = Object.entries(people) as [FrontEnd, ChatPage][]
  await Promise.all(entries.map(([frontEnd, person]) => test.step(frontEnd, () => act(person, frontEnd))))
}

/**
 * Does the same at one front end after the other, each in front meanwhile: in Firefox nothing else gets or loses the
 * focus as it does for people.
 */
export async function inTurn(
  people: Record<FrontEnd, ChatPage>,
  act: (person: ChatPage, frontEnd: FrontEnd) => Promise<void>,
): Promise<void> {
  for (const [frontEnd, person] of Object.entries(people) as [FrontEnd, ChatPage][])
    await test.step(frontEnd, async () => {
      await person.page.bringToFront()
      await act(person, frontEnd)
    })
}

/** Whether what is typed in the page would go there. toBeFocused() asks for a window in front, which only one is in Firefox. */
export function isActive(locator: Locator): Promise<boolean> {
  return locator.evaluate((node) => (node.getRootNode() as Document | ShadowRoot).activeElement === node)
}
