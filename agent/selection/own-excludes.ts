import type { StateFolder } from '../state/state-folder.ts'

/** Files that a restore beside the backup is still writing, as the engine names them. */
const growing = /[\\/]\.holdfast-restore-[\w-]+$/

/**
 * The agent's own moving parts are never backed up: they change while the backup runs, and would make every run of a whole home partial.
 * Configuration and secrets are: a restored computer wants them.
 */
export function ownExcludes({
  cacheFolder,
  lockFolder,
  logFolder,
  outboxFolder,
}: Pick<StateFolder, 'cacheFolder' | 'lockFolder' | 'logFolder' | 'outboxFolder'>): {
  readonly patterns: readonly string[]
  readonly isExcluded: (path: string, isDirectory: boolean) => boolean
} {
  const folders = new Set([cacheFolder, lockFolder, logFolder, outboxFolder])
  return {
    patterns: [...[...folders].map((folder) => `${folder}/`), '.holdfast-restore-*'],
    isExcluded: (path, isDirectory) => (isDirectory ? folders.has(path) : growing.test(path)),
  }
}
