/**
 * Paths of an archive under names that every system can make (safe-name.ts, shortened-name.ts), and that stay different where case does
 * not count: of `readme` and `README` in one folder, the second becomes `README (2)`. Asked for in the order of the archive, folders before what
 * they hold; only the folders on the way down are remembered.
 */
import type { VersionPath } from '../snapshots/version-path.ts'
import { FoldedNames } from './folded-names.ts'
import { safeName } from './safe-name.ts'
import { maxNameBytes, shortenedName } from './shortened-name.ts'

interface Folder {
  readonly name: Buffer
  readonly safe: string
  readonly taken: FoldedNames
}

export class SafePaths {
  readonly #top = new FoldedNames()
  /** From the top down. */
  readonly #way: Folder[] = []

  of(path: VersionPath): string {
    const depth = path.length - 1
    let known = 0
    while (known < this.#way.length && known < depth && this.#way[known]!.name.equals(path[known]!)) known += 1
    this.#way.length = known
    // Folders above what was chosen come by without an entry of their own.
    for (let at = known; at < depth; at += 1) this.#enter(path[at]!, this.#takenName(path[at]!))
    const name = path[depth]!
    const above = this.#way.map(({ safe }) => safe)
    const safe = this.#takenName(name)
    this.#enter(name, safe)
    return [...above, safe].join('/')
  }

  #enter(name: Buffer, safe: string): void {
    this.#way.push({ name, safe, taken: new FoldedNames() })
  }

  #takenName(name: Buffer): string {
    return (this.#way.at(-1)?.taken ?? this.#top).take(shortenedName(safeName(name), { maxBytes: maxNameBytes }))
  }
}
