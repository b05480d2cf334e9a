// Work on the next things while this one is being used: results in order, at most so many begun ahead of whoever takes them.

/**
 * `work` is begun for at most `ahead` tasks beyond the one whose result is out. Whoever stops taking ends the tasks; work that was
 * begun by then is left to itself.
 */
export async function* workAhead<Task, Result>(
  tasks: AsyncGenerator<Task>,
  work: (task: Task) => Promise<Result>,
  ahead: number,
): AsyncGenerator<Result> {
  // A generator answers its questions in their order, also those that are asked before it has answered the last one.
  const begin = async (): Promise<{ readonly result: Promise<Result> } | undefined> => {
    const { value, done } = await tasks.next()
    if (done) return undefined
    const result = work(value)
    result.catch(() => undefined) // met when its turn comes, or not at all when nobody reads on
    return { result }
  }
  const begun: ReturnType<typeof begin>[] = []
  const beginNext = () => {
    const next = begin()
    next.catch(() => undefined)
    begun.push(next)
  }
  for (let count = 0; count < ahead; count++) beginNext()
  try {
    for (;;) {
      beginNext()
      const next = await begun.shift()
      if (!next) return
      yield await next.result
    }
  } finally {
    tasks.return(undefined).catch(() => undefined)
  }
}
