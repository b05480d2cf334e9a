/**
 * What code asks of the file system, in order, for tests of durability: a power cut cannot be had in a test, but what makes it harmless
 * is an order of calls. Wraps node's own functions, so that code under test needs no seam of its own.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { setTimeout as wait } from 'node:timers/promises'

export type FileStep =
  | { readonly kind: 'written' | 'synced' | 'unlinked'; readonly path: string }
  | { readonly kind: 'named'; readonly from: string; readonly path: string }
  /** A crash point, or whatever else the test wants to see among them. */
  | { readonly kind: 'point'; readonly path: string }

export interface RecordedFiles extends AsyncDisposable {
  readonly steps: FileStep[]
}

type Call = (this: unknown, ...given: never[]) => Promise<unknown>

/** A slow disk: what does not wait for its syncs is ahead of them, and is seen to be. */
const syncMs = 100

export async function recordFiles(): Promise<RecordedFiles> {
  const steps: FileStep[] = []
  const restore: (() => void)[] = []
  const paths = new WeakMap<object, string>()
  const probe = await fs.promises.open(import.meta.filename, 'r')
  const prototype = Object.getPrototypeOf(probe) as Record<string, Call>
  await probe.close()

  const wrap = (owner: Record<string, Call>, name: string, note: (self: unknown, given: unknown[], answer: unknown) => void) => {
    const original = owner[name]!
    owner[name] = async function (this: unknown, ...given: never[]) {
      const answer = await original.apply(this, given)
      note(this, given, answer)
      return answer
    }
    restore.push(() => {
      owner[name] = original
    })
  }
  const promises = fs.promises as unknown as Record<string, Call>
  wrap(promises, 'open', (_self, [path], handle) => paths.set(handle as object, String(path)))
  for (const name of ['rename', 'link'])
    wrap(promises, name, (_self, [from, to]) => steps.push({ kind: 'named', from: String(from), path: String(to) }))
  wrap(promises, 'unlink', (_self, [path]) => steps.push({ kind: 'unlinked', path: String(path) }))
  const noteHandle = (kind: 'written' | 'synced') => (self: unknown) => {
    const path = paths.get(self as object)
    if (path !== undefined) steps.push({ kind, path })
  }
  for (const name of ['write', 'writeFile', 'writev', 'appendFile']) wrap(prototype, name, noteHandle('written'))
  for (const name of ['sync', 'datasync']) {
    const original = prototype[name]!
    prototype[name] = async function (this: unknown, ...given: never[]) {
      const answer = await original.apply(this, given)
      await wait(syncMs)
      noteHandle('synced')(this)
      return answer
    }
    restore.push(() => {
      prototype[name] = original
    })
  }
  syncBuiltinESMExports()
  return {
    steps,
    [Symbol.asyncDispose]: async () => {
      for (const undo of restore) undo()
      syncBuiltinESMExports()
    },
  }
}
