import type { BannerMessages, StatusSource } from '@protoo-kit/client-core'

/**
 * Puts a banner into the page.
 *
 * @returns what gives it other words
 */
export type MountBanner = (
  container: HTMLElement,
  source: StatusSource,
  signIn: (() => void) | undefined,
) => (messages: Partial<BannerMessages>) => void
