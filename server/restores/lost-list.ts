/** What an archive lacks because it could not be read, and the words for it: a text at the archive's end. */
import { nameText } from '../../views/format/name-text.ts'
import type { VersionPath } from '../snapshots/version-path.ts'

const stem = 'NOT IN THIS ARCHIVE'
/** A folder's worth; who lost more needs another backup, not a longer list. */
const maxListed = 10_000
/** The longest paths that a version may have would make the list as long as an archive. */
const maxPathCharacters = 4096

export class LostList {
  readonly #lines: string[] = []
  #count = 0
  /** Names at the archive's top that are like ours. */
  readonly #taken = new Set<string>()

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** `contents`: some or all of what this folder held, nobody knows what. */
  add(path: VersionPath, what: 'all' | 'contents'): void {
    this.#count += 1
    if (this.#lines.length >= maxListed) return
    const text = path.map(nameText).join('/').slice(0, maxPathCharacters)
    if (what === 'all') this.#lines.push(text)
    else
      this.#lines.push(
        `${text === '' ? 'The whole folder' : `${text}/`} (its list of names is damaged: some or all of what it held)`,
      )
  }

  /** Told of everything that goes in. */
  see([top]: VersionPath): void {
    const name = top?.toString() ?? ''
    if (name.startsWith(stem)) this.#taken.add(name)
  }

  /** Of the text, as no other is called. */
  name(): string {
    for (let number = 1; ; number += 1) {
      const name = `${stem}${number === 1 ? '' : ` (${number})`}.txt`
      if (!this.#taken.has(name)) return name
    }
  }

  text(): Buffer {
    const more = this.#count - this.#lines.length
    const lines = [
      'The backup could not give back everything that belongs into this archive. What is listed here is missing,',
      'because its bytes in the backup are damaged or lost. Everything else is here, and was checked byte by byte.',
      '',
      ...this.#lines,
      ...(more > 0 ? [`… and ${more} more`] : []),
      '',
      'Another version of the same files may still have them, and so may the computer that they came from: where the',
      'computer has them, its next backup makes this one whole. Whoever looks after your backups can say more.',
    ]
    // Windows' own editor wants both characters at the end of a line.
    return Buffer.from(lines.map((line) => `${line}\r\n`).join(''))
  }
}
