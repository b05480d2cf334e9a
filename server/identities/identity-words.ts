/** What a score means, in words that stand behind a colon. Pure. */
import type { IdentityVerdict } from '../devices/identity-score.ts'

export function verdictSentence(verdict: IdentityVerdict): string {
  switch (verdict) {
    case 'same':
      return 'the same board, disks or network cards, and the same system'
    case 'reinstalled':
      return 'the same board and network cards, with a system that was installed anew'
    case 'moved-disk':
      return 'its disks, in other hardware'
    case 'cloned':
      return 'a copy of its system, on other hardware and other disks'
    case 'other':
      return 'nothing in its hardware is the same'
    default:
      return verdict satisfies never
  }
}
