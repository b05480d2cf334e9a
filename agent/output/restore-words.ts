import type { RestoreOptions, RestoreResult } from '../../engine/index.ts'
import { jsonPath } from './json-values.ts'
import type { Words } from './words.ts'

/** Files named on the terminal that were kept or failed; the number is always told. */
export const namedMax = 20
/** And for programs. */
export const listedMax = 1_000

/** The last words of a restore: what is there now, what was left as it was, what failed. */
export function restoreLines(result: RestoreResult, overwrite: RestoreOptions['overwrite'], words: Words): readonly string[] {
  return [
    restoredLine(result, words),
    ...verifiedLines(result, words),
    ...keptLines(result, overwrite, words),
    ...failedLines(result, words),
    ...notSetLines(result, words),
    ...socketLines(result, words),
    ...(result.stopped ? [`Broken off: ${reasonText(result.stopped)}. What is not named was not tried.`] : []),
  ]
}

function restoredLine({ files, directories, symlinks, bytes, unchanged, elapsedMs }: RestoreResult, words: Words): string {
  const parts = [
    words.count(files, 'file'),
    words.count(directories, 'folder'),
    ...(symlinks > 0 ? [words.count(symlinks, 'link')] : []),
    words.size(bytes),
  ]
  const same = unchanged > 0 ? ` ${words.count(unchanged, 'was', 'were')} there already, the same.` : ''
  return `Restored ${parts.join(', ')}, in ${words.duration(elapsedMs)}.${same}`
}

function verifiedLines({ verified }: RestoreResult, words: Words): readonly string[] {
  if (!verified) return []
  return [`Read back and compared: ${words.count(verified.files, 'file')}, ${words.size(verified.bytes)}.`]
}

function keptLines({ kept, keptCount }: RestoreResult, overwrite: RestoreOptions['overwrite'], words: Words): readonly string[] {
  if (keptCount === 0) return []
  const hint = overwrite === 'never' ? ' To replace what differs: --overwrite changed.' : ''
  return [
    `Left as they are because something is there already: ${words.count(keptCount, 'file')}.${hint}`,
    ...named(kept, keptCount, words, ({ path, reason }) => `${words.path(path)} (${keepWords[reason]})`),
  ]
}

const keepWords: Readonly<Record<RestoreResult['kept'][number]['reason'], string>> = {
  exists: 'is there',
  'not-older': 'is not older',
  'other-kind': 'something of another kind is there',
  'not-held': 'it changed since the last backup',
  taken: 'its name was taken meanwhile',
}

function failedLines({ failed, failedCount }: RestoreResult, words: Words): readonly string[] {
  if (failedCount === 0) return []
  return [
    `Could not be restored: ${words.count(failedCount, 'file')}.`,
    ...named(failed, failedCount, words, ({ path, code, detail }) => `${words.path(path)} (${reasonText({ code, detail })})`),
  ]
}

/** The system's own words begin with their code. */
function reasonText({ code, detail }: { readonly code: string; readonly detail: string }): string {
  return detail.startsWith(`${code}: `) ? detail : `${code}: ${detail}`
}

function notSetLines({ notSet, notSetCount }: RestoreResult, words: Words): readonly string[] {
  if (notSetCount === 0) return []
  return [
    `Restored without all of their owners, modes, times or attributes: ${words.count(notSetCount, 'case')}.`,
    ...named(notSet, notSetCount, words, ({ path, what, detail }) => `${words.path(path)} (${what}: ${detail})`),
  ]
}

function socketLines({ sockets }: RestoreResult, words: Words): readonly string[] {
  if (sockets === 0) return []
  return [`Left out: ${words.count(sockets, 'socket')}. The programs that listen on them make them when they start.`]
}

function named<T>(items: readonly T[], count: number, words: Words, line: (item: T) => string): readonly string[] {
  const shown = items.slice(0, namedMax)
  const more = count - shown.length
  return [...shown.map((item) => `  ${line(item)}`), ...(more > 0 ? [`  … and ${words.count(more, 'more', 'more')}`] : [])]
}

/** For programs. */
export function restoreSummary(result: RestoreResult): Readonly<Record<string, unknown>> {
  const { kept, beside, failed, notSet, verified, stopped, ...counts } = result
  const listed = <T extends { readonly path: Buffer }>(items: readonly T[]) =>
    items.slice(0, listedMax).map((item) => ({ ...item, path: jsonPath(item.path) }))
  return {
    ...counts,
    elapsedMs: Math.round(counts.elapsedMs),
    kept: listed(kept),
    beside: listed(beside).map((item) => ({ ...item, name: item.name.toString() })),
    failed: listed(failed),
    notSet: listed(notSet),
    verified: verified ?? null,
    stopped: stopped ?? null,
  }
}
