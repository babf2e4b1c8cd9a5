import { run } from './run.mjs'

/** Builds the chat and the packages that it is made of, as far as that is needed. @returns {Promise<number>} exit code */
export function buildChat() {
  return run('turbo', [
    'run',
    'build',
    '--filter=@protoo-kit/example-chat-app...',
    '--output-logs=errors-only',
  ])
}
