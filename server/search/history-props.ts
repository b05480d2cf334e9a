/** Rows of a history as the page shows them. Pure. */
import type { HistoryRowProps } from '../../views/pages/file-history.ts'
import { keptUntilText } from '../../views/partials/kept-until.ts'
import type { VersionWordsProps } from '../../views/partials/version-words.ts'
import type { Reader } from '../../views/reader.ts'
import { browsePath, changesPath, filePath, newRestorePath, previewPath, zipPath } from '../http/page-paths.ts'
import type { ForeseenVersion } from '../retention/foresee.ts'
import type { VersionPath } from '../snapshots/version-path.ts'
import type { HistoryRow } from './file-history.ts'
import { longestKept } from './longest-kept.ts'
import type { SeenIn } from './search.ts'

export type StateRow = Extract<HistoryRow, { kind: 'state' }>
type StateProps = Extract<HistoryRowProps, { kind: 'state' }>

export interface NamedVersion {
  readonly receivedAt: number
  readonly words: VersionWordsProps
}

export function historyRows(
  reader: Reader,
  of: {
    readonly rows: readonly HistoryRow[]
    readonly path: VersionPath
    readonly isFolder: boolean
    /** The last row is the oldest of all. */
    readonly isWhole: boolean
    /** What lies behind the last row. */
    readonly older: SeenIn | undefined
    /** Of this backup plan. */
    readonly kept: readonly ForeseenVersion[]
    readonly named: readonly NamedVersion[]
    readonly mayRestore: boolean
    readonly mayRevert: boolean
  },
): readonly HistoryRowProps[] {
  const { rows, path, isFolder } = of
  return rows.map((row, index): HistoryRowProps => {
    if (row.kind === 'gap') return { kind: 'gap', firstAtMs: row.firstAt, lastAtMs: row.lastAt, isNow: row.isNow }
    const { id } = row.last
    const [isFile, isDirectory] = [row.type === 'file' || row.type === 'hardlink', row.type === 'directory']
    const older = rows.slice(index + 1).find(isState)
    const behind = older?.last ?? of.older
    const hasChanges = isFolder && (isDirectory || older?.type === 'directory')
    const back = { version: id, paths: [path] }
    const mayGoBack = row.type !== 'special'
    return {
      kind: 'state',
      version: id,
      otherKind: isDirectory === isFolder ? undefined : isDirectory ? 'folder' : isFile ? 'file' : 'link',
      firstAtMs: row.first.receivedAt,
      lastAtMs: row.last.receivedAt,
      versions: row.versions,
      sizeBytes: isFile ? row.sizeBytes : undefined,
      moreBytes: row.moreBytes,
      isOldest: of.isWhole && index === rows.length - 1,
      kept: keptOf(reader, row, of.kept),
      words: of.named.filter(({ receivedAt }) => isOf(row, receivedAt)).map(({ words }) => words),
      openPath: browsePath(id, isDirectory ? path : path.slice(0, -1)),
      getPath: isDirectory ? zipPath(id, path) : isFile ? filePath(id, path) : undefined,
      lookPath: isFile ? previewPath(id, path) : undefined,
      backPath: of.mayRestore && mayGoBack ? newRestorePath(back) : undefined,
      revertPath: of.mayRestore && of.mayRevert && mayGoBack ? newRestorePath({ ...back, mode: 'revert' }) : undefined,
      changesPath: hasChanges && behind !== undefined ? changesPath({ from: behind.id, to: row.first.id, path }) : undefined,
    }
  })
}

export function isState(row: HistoryRow): row is StateRow {
  return row.kind === 'state'
}

function isOf({ first, last }: StateRow, receivedAt: number): boolean {
  return receivedAt >= first.receivedAt && receivedAt <= last.receivedAt
}

/** As long as any of the versions that hold it. */
function keptOf(reader: Reader, row: StateRow, kept: readonly ForeseenVersion[]): StateProps['kept'] {
  const own = kept.filter(({ version }) => isOf(row, version.receivedMs))
  const longest = longestKept(own.map((one) => one.kept))
  return longest && { words: keptUntilText(reader, longest), isPinned: longest.kind === 'for-good' }
}
