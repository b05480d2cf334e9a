import { setTimeout as wait } from 'node:timers/promises'

/** Asks until the answer is yes; false when it was not within the time. For what the operating system does not tell by itself. */
export async function waitUntil(
  isDone: () => boolean | Promise<boolean>,
  options: { readonly withinMs: number; readonly everyMs: number },
): Promise<boolean> {
  const attempts = Math.ceil(options.withinMs / options.everyMs)
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (await isDone()) return true
    await wait(options.everyMs)
  }
  return isDone()
}
