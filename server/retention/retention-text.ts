import type { AppliedRetention } from './apply-all.ts'

/** What a run came to, in a sentence or two. */
export function describeRun({ binned, takenBack, forgotten, computersWithoutRules }: AppliedRetention): string {
  const said = [
    ...(binned > 0 ? [`${versions(binned)} went into the bin`] : []),
    ...(takenBack > 0 ? [`${versions(takenBack)} came back out of it`] : []),
    ...(forgotten > 0 ? [`${versions(forgotten)} went for good`] : []),
  ]
  const sentence = said.length === 0 ? 'Every version stays.' : `${said.join(', ')}.`
  const warning =
    computersWithoutRules > 0 ? ` ${computersWithoutRules} computers have no plan: nothing of theirs was let go.` : ''
  return sentence + warning
}

function versions(count: number): string {
  return count === 1 ? '1 version' : `${count} versions`
}
