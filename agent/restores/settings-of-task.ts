/** What a task of the box means to the engine. Pure, but for the look at the disk. */
import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Destination, OverwriteRule, SelectedItem } from '../../engine/index.ts'
import { parseSourcePath } from '../../selection/source-path.ts'
import { AgentError } from '../errors/agent-error.ts'
import type { RestoreTask } from '../link/restores-api.ts'

const overwriteOf = {
  'keep-both': 'both',
  'replace-older': 'older',
  'replace-all': 'always',
} as const satisfies Record<RestoreTask['rule'], OverwriteRule>

export function settingsOf({ rule, folder, isStripped }: RestoreTask): {
  readonly overwrite: OverwriteRule
  readonly destination: Destination
} {
  const destination: Destination =
    folder === undefined ? { kind: 'original' } : { kind: 'folder', path: checked(folder), strip: isStripped }
  return { overwrite: overwriteOf[rule], destination }
}

/** The box has checked it, by what it knows of this system; a path from somewhere else would be one below wherever this program stands. */
function checked(folder: Buffer): Buffer {
  try {
    return parseSourcePath(folder, process.platform)
  } catch (cause) {
    throw new AgentError('HF-DESTINATION-UNUSABLE', `${(cause as Error).message}.`, { cause })
  }
}

const foldersUpMax = 1024

/** Where the files would go: the nearest folder that is there. Undefined where the system does not tell. */
export function freeBytesAt({
  folder,
  items,
}: {
  readonly folder: Buffer | undefined
  readonly items: readonly SelectedItem[]
}): number | undefined {
  let path = folder?.toString() ?? `/${items[0]?.path.toString() ?? ''}`
  for (let step = 0; step < foldersUpMax; step += 1) {
    try {
      const { bavail, bsize } = statfsSync(path)
      return bavail * bsize
    } catch {
      const above = dirname(path)
      if (above === path) return undefined
      path = above
    }
  }
  return undefined
}
