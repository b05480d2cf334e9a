/**
 * Moving a repository to another folder or disk while the box works. The copy is made, read back and compared beside the living
 * repository; then, with all writing held back for a moment, what is missing is copied and the new place is noted, durably, in
 * `places.json`. Until that moment the old files are the truth, from it on the new ones; a move that was cut off goes on where it was.
 */
export interface Move {
  /** Of the repository, in hex. */
  readonly uid: string
  /** Folders as `places.json` names them. */
  readonly from: string
  readonly to: string
}

export const moveFaults = [
  'under-way',
  'nothing-under-way',
  'place-unusable',
  'no-room',
  'too-late',
  'never-quiet',
  'differs',
  'unreadable',
] as const
export type MoveFault = (typeof moveFaults)[number]

export class MoveError extends Error {
  override readonly name = 'MoveError'
  readonly fault: MoveFault

  constructor(fault: MoveFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}
