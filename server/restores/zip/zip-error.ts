export class ZipError extends Error {
  override readonly name = 'ZipError'
}
