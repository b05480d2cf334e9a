import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of its own in memory, small enough to be filled to the last byte. Mounting needs root. */
export interface SmallDisk extends Disposable {
  readonly path: string
  /** As some other program would, until the system says that there is no room; returns when not one more block fits. */
  readonly fill: () => void
  readonly empty: () => void
  readonly resize: (size: string) => void
}

export const canMount = process.getuid?.() === 0

export function smallDisk(size: string, at?: string): SmallDisk {
  const home = mkdtempSync(join(tmpdir(), 'holdfast disk '))
  const path = at ?? join(home, 'mounted')
  mkdirSync(path, { recursive: true, mode: 0o700 })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', path])
  const filler = join(path, 'somebody else’s file')
  const piece = Buffer.alloc(1024 * 1024, 7)
  return {
    path,
    fill: () => {
      const file = openSync(filler, 'a')
      try {
        for (;;) writeSync(file, piece)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
      } finally {
        closeSync(file)
      }
    },
    empty: () => truncateSync(filler, 0),
    resize: (to) => {
      execFileSync('mount', ['-o', `remount,size=${to}`, path])
    },
    [Symbol.dispose]: () => {
      execFileSync('umount', ['-l', path])
      rmSync(home, { recursive: true, force: true })
    },
  }
}
