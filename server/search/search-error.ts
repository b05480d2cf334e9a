export const searchFaults = ['too-large', 'too-hard', 'busy', 'not-ready', 'abandoned', 'thread-died', 'closed'] as const
export type SearchFault = (typeof searchFaults)[number]

export class SearchError extends Error {
  override readonly name = 'SearchError'
  readonly fault: SearchFault

  constructor(fault: SearchFault, message: string) {
    super(message)
    this.fault = fault
  }
}
