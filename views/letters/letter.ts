/**
 * What a letter says, without saying how it looks: letter-html.ts and letter-text.ts make the two parts of a mail out of it. All of it is
 * plain text; what people typed needs no escaping here.
 */
export interface Letter {
  /** One line, what happened, as one would say it: `RECEPTION-PC was backed up`. */
  readonly subject: string
  /** Whole sentences. The first one stands large: it is what somebody reads who reads nothing else. */
  readonly paragraphs: readonly string[]
  /** Icon and colour of the first sentence; without one it is plain. */
  readonly state?: LetterState
  readonly facts?: readonly LetterFact[]
  readonly table?: LetterTable
  /** The one thing to do. `path` begins with `/`: the box puts its own address before it. */
  readonly action?: { readonly label: string; readonly path: string }
  /** Small, at the end: why this letter came, and how to get none. */
  readonly quiet?: readonly string[]
}

export const letterStates = ['ok', 'partial', 'failed'] as const
export type LetterState = (typeof letterStates)[number]

export interface LetterFact {
  readonly label: string
  readonly value: string
}

export interface LetterTable {
  readonly title: string
  readonly head: readonly string[]
  /** As many cells as the head has. */
  readonly rows: readonly (readonly string[])[]
  /** What is not in the rows: `And 12 more.` */
  readonly more?: string
}

/** What every letter of one box shares. */
export interface LetterFrame {
  /** Of the box, without a slash at the end. */
  readonly baseUrl: string
  /** Who sends: the name that stands in the sender, too. */
  readonly senderName: string
}

export function letterLink({ baseUrl }: LetterFrame, path: string): string {
  return `${baseUrl}${path.startsWith('/') ? path : `/${path}`}`
}
