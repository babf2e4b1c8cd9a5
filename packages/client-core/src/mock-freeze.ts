/** Frames that one connection holds while the server is frozen: as with a real one, there is an end to it. */
const MOST_HELD = 10_000

/** What goes over one connection, either way. */
export interface Line {
  /** Does it now or, while the gate is closed, once it opens: in the order in which it came. */
  pass(deliver: () => void): void
  /** Nothing more passes. */
  cut(): void
}

/** Stands between the server and its connections. */
export class Gate {
  private closed = false
  private held: { line: Line; deliver: () => void }[] = []

  close(): void {
    this.closed = true
  }

  open(): void {
    this.closed = false
    // What is delivered may close it again.
    while (!this.closed) {
      const next = this.held.shift()
      if (!next) return
      next.deliver()
    }
  }

  forget(): void {
    this.held = []
  }

  line(): Line {
    const line: Line = {
      pass: (deliver) => {
        if (!this.closed && this.held.length === 0) return deliver()
        if (this.held.length >= MOST_HELD)
          throw new Error(`the mock server holds ${MOST_HELD} frames while it is frozen: call serves()`)
        this.held.push({ line, deliver })
      },
      cut: () => {
        this.held = this.held.filter((entry) => entry.line !== line)
      },
    }
    return line
  }
}
