/** How an account ends, step by step. A row says which is next; each can be done again from its start. */
export const endSteps = ['people', 'keys', 'key-files', 'self-backups', 'packs', 'files', 'rows', 'copies'] as const
export type EndStep = (typeof endSteps)[number]

export function stepAfter(step: EndStep): EndStep {
  return endSteps[endSteps.indexOf(step) + 1] ?? 'copies'
}
