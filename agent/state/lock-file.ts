import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { findProcess, isSameProcess, type ProcessIdentity } from './process-identity.ts'

/*
 * A lock that a file stands for: who made it is written in it. It is made by a hard link of a finished file, so that nobody ever
 * reads half a lock; one whose process is gone is stale and is taken over.
 */

export interface HeldLock {
  release(): void
}

export type LockAttempt =
  | { readonly kind: 'held'; readonly lock: HeldLock }
  /** Somebody else has it. */
  | { readonly kind: 'taken'; readonly holder: LockHolder }

export interface LockHolder {
  readonly pid: number
  readonly sinceMs: number
}

interface LockText extends ProcessIdentity {
  readonly sinceMs: number
}

const takeoversMax = 8

export function takeLock(options: {
  readonly path: string
  readonly processId: number
  readonly nowMs: number
  readonly randomBytes: (length: number) => Buffer
}): LockAttempt {
  const { path } = options
  const own = ownText(options.processId, options.nowMs)
  for (let attempt = 0; attempt < takeoversMax; attempt += 1) {
    const aside = `${path}.${options.processId}-${options.randomBytes(6).toString('hex')}`
    if (create(path, aside, own)) return { kind: 'held', lock: { release: () => removeIf(path, own) } }
    const found = readText(path)
    if (found === undefined) continue
    const holder = parse(found)
    if (holder && isSameProcess(holder, findProcess(holder.pid)))
      return { kind: 'taken', holder: { pid: holder.pid, sinceMs: holder.sinceMs } }
    removeStale(path, aside, found)
  }
  throw new Error(`the lock ${path} changes hands all the time`)
}

function ownText(processId: number, nowMs: number): string {
  const identity = findProcess(processId)
  if (!identity) throw new Error('this system does not tell when a process started')
  return `${JSON.stringify({ ...identity, sinceMs: nowMs } satisfies LockText)}\n`
}

function create(path: string, aside: string, text: string): boolean {
  writeFileSync(aside, text, { mode: 0o600, flag: 'wx' })
  try {
    linkSync(aside, path)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

/**
 * Two may find the same stale lock. Renaming gives it to one of them; who gets another lock than the one that was read has taken a
 * living one, and puts it back.
 */
function removeStale(path: string, aside: string, stale: string): void {
  try {
    renameSync(path, aside)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return
    throw error
  }
  if (readText(aside) === stale) rmSync(aside, { force: true })
  else renameSync(aside, path)
}

function removeIf(path: string, expected: string): void {
  if (readText(path) === expected) rmSync(path, { force: true })
}

function parse(text: string): LockText | undefined {
  try {
    const { pid, bootId, startTime, sinceMs } = JSON.parse(text) as Partial<LockText>
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined
    if (typeof bootId !== 'string' || typeof startTime !== 'string' || typeof sinceMs !== 'number') return undefined
    return { pid, bootId, startTime, sinceMs }
  } catch {
    return undefined
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
