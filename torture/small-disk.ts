import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const diskBytes = 96 * 1024 * 1024

/** A file system of its own for the repositories, so that it can fill up. Mounting needs root; without it no disk fills up. */
export interface SmallDisk {
  readonly isThere: () => boolean
  readonly mount: (dataFolder: string) => void
  readonly unmount: () => void
  readonly file: string
  readonly makeRoom: () => void
}

export function smallDisk(): SmallDisk {
  let repositories: string | undefined
  return {
    isThere: () => repositories !== undefined,
    get file() {
      return join(repositories!, 'filler')
    },
    mount(dataFolder) {
      if (process.getuid?.() !== 0) return
      const folder = join(dataFolder, 'repositories')
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', folder])
      repositories = folder
    },
    unmount() {
      if (repositories !== undefined) execFileSync('umount', ['-l', repositories])
      repositories = undefined
    },
    makeRoom() {
      rmSync(join(repositories!, 'filler'), { force: true })
    },
  }
}
