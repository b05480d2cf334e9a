export const catalogueFaults = ['busy', 'tree-lost', 'too-large', 'stale'] as const
export type CatalogueFault = (typeof catalogueFaults)[number]

export class CatalogueError extends Error {
  override readonly name = 'CatalogueError'
  readonly fault: CatalogueFault

  constructor(fault: CatalogueFault, message: string) {
    super(message)
    this.fault = fault
  }
}
