/** What whoever made a link is told when somebody sent files by it; the owners, when they have left. */

import { sizeText } from '../format/size.ts'
import type { Letter } from './letter.ts'

export type FilesArrived = {
  /** Of the link. */
  readonly title: string
  /** Whoever made the link and does not belong to the account any more; undefined: it goes to them. */
  readonly leftBy: string | undefined
  /** As they called themselves; empty: they did not. */
  readonly sender: string
  /** The first of them; none where only their number is known. */
  readonly names: readonly string[]
  readonly files: number
  readonly bytes: number
  readonly path: string
}

export function filesArrivedLetter({ title, leftBy, sender, names, files, bytes, path }: FilesArrived): Letter {
  const who = sender === '' ? 'Somebody' : sender
  const what = files === 1 ? 'a file' : `${files} files`
  const link = leftBy === undefined ? 'your link' : 'the link'
  const rest = files - names.length
  return {
    // Staff see what letters are called, and neither of these.
    subject: leftBy === undefined ? 'Files have come by one of your links' : 'Files have come by a link of your account',
    state: 'ok',
    paragraphs: [
      `${who} sent ${what} by ${link} ${title}.`,
      'They are whole, and kept in the inbox of your account like any other version. Nobody outside the account sees them.',
      'A name that somebody gives by a link proves nothing. Open only what you expected.',
    ],
    facts: [{ label: 'Size', value: sizeText(letterReader, bytes) }],
    ...(names.length === 0
      ? {}
      : {
          table: {
            title: 'Files',
            head: ['Name'],
            rows: names.map((name) => [name]),
            ...(rest > 0 ? { more: `And ${rest} more.` } : {}),
          },
        }),
    action: { label: 'Look at the files', path },
    quiet: [
      leftBy === undefined
        ? 'You get this letter because you made the link. Withdraw the link under Sharing to get no more of them.'
        : `You get this letter because ${leftBy}, who made the link, does not belong to the account any more. Withdraw the link under Sharing to get no more of them.`,
    ],
  }
}

const letterReader = { locale: 'en-GB', timeZone: 'UTC', nowMs: 0 }
