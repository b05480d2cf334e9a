// The folders in which something was replaced. What took a place was on the disk before it got the name (`file-writer.ts`), so a power cut
// leaves one of the two; that it is the new one is what the folder itself has to be on the disk for. Once at the end: after the first,
// the file system's journal has the others as well.

import { fsyncSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { FolderPlace, Folders } from './folders.ts'

const syncedAtOnce = 16

export class ReplacedFolders {
  private readonly places = new Map<string, FolderPlace>()

  note(place: FolderPlace): void {
    this.places.set(`${place.root}:${place.path.toString('latin1')}`, place)
  }

  async sync(folders: Folders): Promise<void> {
    let count = 0
    for (const place of this.places.values()) {
      try {
        const { self } = folders.at(place)
        if (typeof self === 'number') fsyncSync(self)
      } catch {
        // Gone meanwhile, or a file system that cannot do it for folders: no file is lost by it.
      }
      folders.trim()
      if (++count % syncedAtOnce === 0) await setImmediate()
    }
  }
}
