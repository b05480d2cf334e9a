/**
 * A download counts when its first bytes are there, and before they are sent: what cannot be read was no download, and where none is
 * left, none is given.
 */
export async function* countedAtFirst<Piece>(
  body: AsyncIterable<Piece>,
  count: () => Promise<void>,
): AsyncGenerator<Piece, void, undefined> {
  let isCounted = false
  for await (const piece of body) {
    if (!isCounted) await count()
    isCounted = true
    yield piece
  }
}
