/** One at a time for each name, in the order in which they came. What a crash leaves behind is nobody's: only this process takes turns. */
export interface Turns {
  readonly run: <Result>(name: string, work: () => Promise<Result>) => Promise<Result>
}

export function createTurns(): Turns {
  /** The end of the last one in line. */
  const ends = new Map<string, Promise<unknown>>()
  return {
    run: (name, work) => {
      const result = (ends.get(name) ?? Promise.resolve()).then(work)
      const end = result.catch(() => {})
      ends.set(name, end)
      void end.then(() => {
        if (ends.get(name) === end) ends.delete(name)
      })
      return result
    },
  }
}
