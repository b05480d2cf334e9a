// Opening and keeping a job's cache. Whatever is wrong with it, the answer is a run without it: it only saves work.

import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type CacheHead, cacheVersion } from './cache-format.ts'
import { CacheDamagedError, CacheReader } from './cache-reader.ts'

export interface OpenCache {
  readonly head: CacheHead
  readonly bodyPath: string
  readonly treeIds: Buffer
}

const headMaxBytes = 64 * 1024

/** The cache of this job in this repository, or undefined when there is none that can be used. */
export function openCache(cacheFile: string, owner: { repository: string; device: string; job: string }): OpenCache | undefined {
  const head = readHead(cacheFile)
  if (!head || head.repository !== owner.repository || head.device !== owner.device || head.job !== owner.job) return undefined
  const bodyPath = join(dirname(cacheFile), head.body)
  try {
    const reader = new CacheReader(bodyPath)
    try {
      return { head, bodyPath, treeIds: reader.treeIds() }
    } finally {
      reader.close()
    }
  } catch (error) {
    if (error instanceof CacheDamagedError || (error as NodeJS.ErrnoException).code !== undefined) return undefined
    throw error
  }
}

export function newBodyPath(cacheFile: string): string {
  mkdirSync(dirname(cacheFile), { recursive: true, mode: 0o700 })
  return `${cacheFile}.${randomUUID()}`
}

/** Replaces the head, durably and whole, and removes bodies that no head names. */
export function keepCache(cacheFile: string, head: CacheHead): void {
  mkdirSync(dirname(cacheFile), { recursive: true, mode: 0o700 })
  const temporary = `${headPath(cacheFile)}.new`
  const fd = openSync(temporary, 'w', 0o600)
  writeSync(fd, JSON.stringify(head))
  fsyncSync(fd)
  closeSync(fd)
  renameSync(temporary, headPath(cacheFile))
  removeOtherBodies(cacheFile, head.body)
}

function removeOtherBodies(cacheFile: string, kept: string): void {
  const prefix = `${basename(cacheFile)}.`
  for (const name of readdirSync(dirname(cacheFile))) {
    const isBody = name.startsWith(prefix) && /^[0-9a-f-]{36}$/.test(name.slice(prefix.length))
    if (isBody && name !== kept) unlinkSync(join(dirname(cacheFile), name))
  }
}

function readHead(cacheFile: string): CacheHead | undefined {
  try {
    const text = readFileSync(headPath(cacheFile), 'utf8')
    const head = text.length <= headMaxBytes ? (JSON.parse(text) as CacheHead) : undefined
    return head?.version === cacheVersion ? head : undefined
  } catch {
    return undefined // absent, unreadable or not JSON: the run reads everything
  }
}

function headPath(cacheFile: string): string {
  return `${cacheFile}.head`
}
