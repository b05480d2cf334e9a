import type { RestoreOptions, RestoreResult } from '../../engine/index.ts'
import { jsonPath } from './json-values.ts'
import type { Words } from './words.ts'

/** Files named on the terminal that were kept or failed; the number is always told. */
export const namedMax = 20
/** And for programs. */
export const listedMax = 1_000

/** The last words of a restore: what is there now, what was left as it was, what failed. */
export function restoreLines(result: RestoreResult, overwrite: RestoreOptions['overwrite'], words: Words): readonly string[] {
  const { files, directories, symlinks, bytes, kept, failed, verified, elapsedMs } = result
  const parts = [
    words.count(files, 'file'),
    words.count(directories, 'folder'),
    ...(symlinks > 0 ? [words.count(symlinks, 'link')] : []),
  ]
  return [
    `Restored ${parts.join(', ')}, ${words.size(bytes)}, in ${words.duration(elapsedMs)}.`,
    ...(verified
      ? [`Read back and compared: ${words.count(verified.files, 'file')}, ${words.size(verified.bytes)}, all the same.`]
      : []),
    ...(kept.length > 0 ? keptLines(result, overwrite, words) : []),
    ...(failed.length > 0 ? [`${words.count(failed.length, 'file')} failed:`] : []),
    ...named(failed, words, ({ path, code, detail }) => `  ${words.path(path)} (${code}: ${detail})`),
  ]
}

function keptLines({ kept }: RestoreResult, overwrite: RestoreOptions['overwrite'], words: Words): readonly string[] {
  const hint = overwrite === 'never' ? ' To replace them: --overwrite changed.' : ''
  return [
    `${words.count(kept.length, 'file that was', 'files that were')} there already ${kept.length === 1 ? 'was' : 'were'} left as ${kept.length === 1 ? 'it is' : 'they are'}.${hint}`,
    ...named(kept, words, ({ path, reason }) => `  ${words.path(path)} (${reason})`),
  ]
}

function named<T>(items: readonly T[], words: Words, line: (item: T) => string): readonly string[] {
  const more = items.length - namedMax
  return [...items.slice(0, namedMax).map(line), ...(more > 0 ? [`  … and ${words.count(more, 'more', 'more')}`] : [])]
}

/** For programs. */
export function restoreSummary(result: RestoreResult): Readonly<Record<string, unknown>> {
  const { kept, failed, verified, ...counts } = result
  return {
    ...counts,
    keptCount: kept.length,
    failedCount: failed.length,
    kept: kept.slice(0, listedMax).map((file) => ({ ...file, path: jsonPath(file.path) })),
    failed: failed.slice(0, listedMax).map((file) => ({ ...file, path: jsonPath(file.path) })),
    verified: verified ?? null,
  }
}
