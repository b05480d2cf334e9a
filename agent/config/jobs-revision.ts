import { createHash } from 'node:crypto'
import { readSmallFile } from '../state/read-small-file.ts'
import { replaceFileSync } from '../state/replace-file.ts'
import type { Job } from './configuration.ts'
import { emptyConfiguration } from './configuration.ts'
import { configurationXml } from './write-configuration.ts'

/*
 * Which state of the jobs an edit from afar was made on. The hash tells whether they are the same, the counter which of two is later;
 * a file that was edited by hand counts up as well, when this program reads it next.
 */

const hashCharacters = 16
const fileMaxBytes = 4096

export function jobsHash(jobs: readonly Job[]): string {
  const text = configurationXml({ ...emptyConfiguration, jobs })
  return createHash('sha256').update(text).digest('hex').slice(0, hashCharacters)
}

export function jobsRevision(jobs: readonly Job[], path: string): string {
  const hash = jobsHash(jobs)
  const known = readRevision(path)
  if (known?.hash === hash) return `${known.counter}-${hash}`
  const counter = (known?.counter ?? 0) + 1
  replaceFileSync(path, `${JSON.stringify({ counter, hash })}\n`, { mode: 0o600 })
  return `${counter}-${hash}`
}

function readRevision(path: string): { readonly counter: number; readonly hash: string } | undefined {
  try {
    const bytes = readSmallFile(path, fileMaxBytes)
    const { counter, hash } = JSON.parse(bytes?.toString('utf8') ?? '{}') as {
      readonly counter?: unknown
      readonly hash?: unknown
    }
    return Number.isSafeInteger(counter) && typeof hash === 'string' ? { counter: counter as number, hash } : undefined
  } catch {
    return undefined
  }
}
