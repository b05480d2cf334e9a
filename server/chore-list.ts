/**
 * The chores of the box, each made of the services that it calls: one line per chore. A part of the composition root; whoever adds
 * a chore adds what it needs to `ChoreServices` and its line to the list, in the order in which they shall run when all are due.
 */
import type { Chore } from './chores/chore.ts'

// biome-ignore lint/suspicious/noEmptyInterface: the first chore brings the first member
export interface ChoreServices {}

export function choreList(_services: ChoreServices): readonly Chore[] {
  return []
}
