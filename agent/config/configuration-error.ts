/** A configuration that does not say what a configuration can say. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly place: { readonly line: number; readonly column: number } | undefined

  constructor(message: string, place: { readonly line: number; readonly column: number } | undefined) {
    super(message)
    this.place = place
  }
}
