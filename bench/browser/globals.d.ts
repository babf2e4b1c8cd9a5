/** What a page offers to whoever measures it. */
declare var bench: {
  requests(amount: { count: number; inFlight: number }): Promise<{ right: number; waits: number[] }>
  take(): { received: number; wrong: number }
  /** ms, of those since it was last asked. */
  longTasks(): number[]
}
