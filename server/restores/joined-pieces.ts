/** Small pieces are joined until they are worth a write; large ones pass as they are. At most one write's worth is held. */
const worthBytes = 64 * 1024

export async function* joinedPieces(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let held: Buffer[] = []
  let heldBytes = 0
  for await (const piece of pieces) {
    held.push(piece)
    heldBytes += piece.length
    if (heldBytes < worthBytes) continue
    yield held.length === 1 ? held[0]! : Buffer.concat(held)
    held = []
    heldBytes = 0
  }
  if (heldBytes > 0) yield Buffer.concat(held)
}
